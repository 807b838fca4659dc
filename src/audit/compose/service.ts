/** One service of a compose file. Pure. */
import type {Dependency, Network, PublishedPort, SecretText, Service, SocketMount} from '../service.ts';
import {redacted, secretIn, secretWords, wordsOf} from '../secret-names.ts';
import {interpolate, writtenIn, type Variables} from './interpolate.ts';
import {holdsSocket, parseMount, parsePublished} from './ports.ts';
import type {ServiceText} from './schema.ts';
import type {Path} from './tree.ts';

export interface Reading {
	readonly path: string;
	readonly variables: Variables;
	/** `compose.yaml line 12` */
	line(where: Path): string;
	/** Something was not looked at. */
	miss(where: Path, what: string, why: string): void;
}

export function serviceOf(name: string, text: ServiceText, reading: Reading, byContainer: ReadonlyMap<string, string>): Service {
	const {path, line, miss} = reading;
	const own: Path = ['services', name];
	const read = (raw: string): string | null => {
		const {text: resolved, unknown} = interpolate(raw, reading.variables);
		return unknown.length > 0 ? null : resolved;
	};
	if (text.extends !== undefined) miss([...own, 'extends'], `service ${name} extends another`, 'what it takes from there is not followed');
	if (text.env_file !== undefined) miss([...own, 'env_file'], `env_file of service ${name}`, 'files with secrets are not opened');
	const limits = text.deploy?.resources?.limits;
	const words = [...commandWords(text.entrypoint), ...commandWords(text.command)];
	const environment = environmentOf(text.environment);
	const capabilities = (which: 'cap_add' | 'cap_drop'): readonly string[] => (text[which] ?? []).map(each => String(each).toUpperCase().replace(/^CAP_/, ''));
	return {
		name, called: `service ${name} of ${path}`, place: `In service ${name} of ${path}`, after: '', image: read(text.image ?? '') ?? '',
		network: networkOf(read(text.network_mode ?? '') ?? '', `${line([...own, 'network_mode'])}: network_mode: ${text.network_mode ?? ''}`, byContainer),
		ports: (text.ports ?? []).flatMap((entry, index) => portsOf(entry, [...own, 'ports', index], read, reading)),
		privileged: isTrue(text.privileged) ? `${line([...own, 'privileged'])}: privileged: true` : null,
		sockets: (text.volumes ?? []).flatMap((entry, index) => socketOf(entry, read, line([...own, 'volumes', index]))),
		secrets: [...environmentSecrets(environment, own, reading), ...commandSecrets(words, own, reading)],
		capAdd: capabilities('cap_add'), capDrop: capabilities('cap_drop'),
		capProof: text.cap_add ? `${line([...own, 'cap_add'])}: cap_add [${capabilities('cap_add').join(', ')}], cap_drop [${capabilities('cap_drop').join(', ')}]` : `${line([...own, 'cap_drop'])}: cap_drop [${capabilities('cap_drop').join(', ')}]`,
		dependsOn: dependenciesOf(text.depends_on),
		insecureApi: insecureApi(words, environment, own, reading),
		hasMemoryLimit: isLimit(text.mem_limit) || isLimit(limits?.memory), hasPidsLimit: isLimit(text.pids_limit) || isLimit(limits?.pids),
		noNewPrivileges: (text.security_opt ?? []).some(option => /^no-new-privileges(?:[:=]true)?$/.test(String(option))),
		proof: line(own),
	};
}

const isTrue = (value: unknown): boolean => value === true || value === 'true';
const isLimit = (value: unknown): boolean => value !== undefined && value !== null && value !== 0 && value !== -1 && value !== '0' && value !== '-1';

function networkOf(mode: string, proof: string, byContainer: ReadonlyMap<string, string>): Network {
	const [kind, rest] = mode.split(/:(.*)/s);
	if (kind === 'host' || kind === 'none') return kind === 'host' ? {kind, proof} : {kind};
	if (kind !== 'service' && kind !== 'container') return {kind: 'own'};
	return {kind: 'shared', with: kind === 'service' ? (rest ?? '') : (byContainer.get(rest ?? '') ?? `container:${rest ?? ''}`), proof};
}

function portsOf(entry: unknown, where: Path, read: (raw: string) => string | null, {line, miss}: Reading): readonly PublishedPort[] {
	const port = parsePublished(entry, read);
	if (port === null) {
		miss(where, 'an entry of ports', 'it is not understood, or a variable in it has no value here');
		return [];
	}
	const {hostAddress, hostPort, port: inside, transport} = port;
	const entryAt = Number(where.at(-1));
	return [{...port, entry: entryAt, proof: `${line(where)}: ports "${[hostAddress, hostPort ?? '', inside].filter((part, index) => part !== '' || (index === 1 && hostAddress !== '')).join(':')}${transport === 'tcp' ? '' : `/${transport}`}"`}];
}

function socketOf(entry: unknown, read: (raw: string) => string | null, line: string): readonly SocketMount[] {
	const mount = parseMount(entry, read);
	return mount !== null && holdsSocket(mount) ? [{readOnly: mount.readOnly, proof: `${line}: volumes ${mount.source}${mount.readOnly ? ' read-only' : ''}`}] : [];
}

interface Variable {
	readonly name: string;
	/** Null where compose is to take it from who calls it. */
	readonly value: string | null;
	readonly at: string | number;
}

function environmentOf(environment: ServiceText['environment']): readonly Variable[] {
	if (Array.isArray(environment)) {
		return environment.map((each, at) => {
			const [name = '', value] = String(each).split(/=(.*)/s);
			return {name, value: value ?? null, at};
		});
	}
	return Object.entries(environment ?? {}).map(([name, value]) => ({name, value: value === null ? null : String(value), at: name}));
}

const formOf = (secret: string): SecretText['form'] => (writtenIn(secret) === '' ? 'passed' : 'written');

const environmentSecrets = (environment: readonly Variable[], own: Path, {line}: Reading): readonly SecretText[] => environment.flatMap(({name, value, at}) => {
	const secret = secretIn(name, value ?? '${passed}');
	return secret === null ? [] : [{name, where: 'environment', form: formOf(secret), proof: `${line([...own, 'environment', at])}: ${name}=${redacted}`}];
});

const commandSecrets = (words: readonly string[], own: Path, {line}: Reading): readonly SecretText[] => secretWords(words).map(({flag, value}) => ({
	name: flag, where: 'command line', form: formOf(value), proof: `${line([...own, 'command'])}: ${flag} ${redacted}`,
}));

const commandWords = (text: ServiceText['command']): readonly string[] => (typeof text === 'string' ? wordsOf(text) : (text ?? []).flatMap(word => (/\s--?[a-z]/i.test(String(word)) ? wordsOf(String(word)) : [String(word)])));

const dependenciesOf = (dependsOn: ServiceText['depends_on']): readonly Dependency[] =>
	(Array.isArray(dependsOn) ? dependsOn.map(name => ({name, condition: 'service_started'})) : Object.entries(dependsOn ?? {}).map(([name, rest]) => ({name, condition: rest?.condition ?? 'service_started'})));

export const insecureFlag = /^--api\.insecure(?:=true)?$/i;

function insecureApi(words: readonly string[], environment: readonly Variable[], own: Path, {line}: Reading): string | null {
	const word = words.find(each => insecureFlag.test(each));
	if (word !== undefined) return `${line([...own, 'command'])}: ${word}`;
	const variable = environment.find(({name, value}) => name === 'TRAEFIK_API_INSECURE' && isTrue(value));
	return variable === undefined ? null : `${line([...own, 'environment', variable.at])}: TRAEFIK_API_INSECURE=true`;
}
