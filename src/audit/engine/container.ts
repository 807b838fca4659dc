/** A container that an engine describes, as the checks see one. Pure. */
import {redacted, secretIn, secretWords} from '../secret-names.ts';
import {holdsSocket} from '../compose/ports.ts';
import {insecureFlag} from '../compose/service.ts';
import type {Dependency, Network, PublishedPort, SecretText, Service} from '../service.ts';
import type {BridgeNetwork, Place, Running} from './facts.ts';
import type {AuditedContainer} from './schema.ts';

export interface Named {
	readonly id: string;
	readonly name: string;
}

export function runningOf(container: AuditedContainer, all: readonly Named[], bridges: ReadonlyMap<string, BridgeNetwork>): Running {
	const places = Object.values(container.NetworkSettings.Networks ?? {}).map(({NetworkID, IPAddress, GlobalIPv6Address}): Place => ({
		ipv4: IPAddress || null, ipv6: GlobalIPv6Address || null, link: bridges.get(NetworkID ?? '')?.link ?? null,
	}));
	return {service: serviceOf(container, all), places, resolvers: container.HostConfig.Dns ?? []};
}

const nameOf = ({Name}: AuditedContainer): string => Name.replace(/^\//, '');

function serviceOf(container: AuditedContainer, all: readonly Named[]): Service {
	const {Config, HostConfig} = container;
	const name = nameOf(container);
	const words = [...(Config.Entrypoint ?? []), ...(Config.Cmd ?? [])];
	const capabilities = (of: readonly string[] | null | undefined): readonly string[] => (of ?? []).map(each => each.toUpperCase().replace(/^CAP_/, ''));
	const [capAdd, capDrop] = [capabilities(HostConfig.CapAdd), capabilities(HostConfig.CapDrop)];
	const options = HostConfig.SecurityOpt ?? [];
	return {
		name, called: `container ${name}`, ...placeOf(name, Config.Labels ?? {}), image: Config.Image ?? '', proof: `container ${name}`,
		network: networkOf(name, HostConfig.NetworkMode, all), ports: portsOf(name, container),
		privileged: HostConfig.Privileged === true ? `container ${name}: Privileged true` : null,
		sockets: (container.Mounts ?? []).flatMap(({Source, RW}) => (holdsSocket({source: Source ?? '', readOnly: RW === false}) ? [{readOnly: RW === false, proof: `container ${name}: mount of ${Source ?? ''}${RW === false ? ', read-only' : ''}`}] : [])),
		secrets: secretsOf(name, Config.Env ?? [], words), capAdd, capDrop,
		capProof: `container ${name}: CapAdd [${capAdd.join(', ')}], CapDrop [${capDrop.join(', ')}]`,
		dependsOn: dependenciesOf(Config.Labels ?? {}, name), insecureApi: insecureApi(name, words, Config.Env ?? []),
		hasMemoryLimit: (HostConfig.Memory ?? 0) > 0, hasPidsLimit: (HostConfig.PidsLimit ?? 0) > 0,
		noNewPrivileges: options.some(option => /^no-new-privileges(?:[:=]true)?$/.test(option)),
	};
}

/** Compose says from which file it was made. */
function placeOf(name: string, labels: Readonly<Record<string, string>>): Pick<Service, 'place' | 'after'> {
	const [file, service] = [labels['com.docker.compose.project.config_files'], labels['com.docker.compose.service']];
	if (service === undefined) return {place: `In what makes container ${name}`, after: `, and make it anew (\`docker rm -f ${name}\` first)`};
	return {place: `In service ${service} of ${file ?? 'its compose file'}`, after: `, then \`docker compose up -d ${service}\``};
}

function networkOf(name: string, mode: string, all: readonly Named[]): Network {
	if (mode === 'host') return {kind: 'host', proof: `container ${name}: NetworkMode host`};
	if (mode === 'none') return {kind: 'none'};
	if (!mode.startsWith('container:')) return {kind: 'own'};
	const reference = mode.slice('container:'.length);
	const holder = all.find(each => each.id.startsWith(reference) || each.name === reference);
	return {kind: 'shared', with: holder?.name ?? mode, proof: `container ${name}: NetworkMode container:${holder?.name ?? reference.slice(0, 12)}`};
}

function portsOf(name: string, {NetworkSettings}: AuditedContainer): readonly PublishedPort[] {
	return Object.entries(NetworkSettings.Ports ?? {}).flatMap(([inside, bindings]) => (bindings ?? []).map(({HostIp, HostPort}) => {
		const [port = '', transport = 'tcp'] = inside.split('/');
		return {hostAddress: HostIp ?? '', hostPort: HostPort || null, port, transport, proof: `container ${name}: ${HostIp?.includes(':') === true ? `[${HostIp}]` : HostIp || '0.0.0.0'}:${HostPort} -> ${inside}`};
	}));
}

/** Whoever may ask the engine sees them, wherever they came from. */
const secretsOf = (name: string, environment: readonly string[], words: readonly string[]): readonly SecretText[] => [
	...environment.flatMap((each): readonly SecretText[] => {
		const [variable = '', value = ''] = each.split(/=(.*)/s);
		return secretIn(variable, value) === null ? [] : [{name: variable, where: 'environment', form: 'passed', proof: `container ${name}: Env ${variable}=${redacted}`}];
	}),
	...secretWords(words).map(({flag}): SecretText => ({name: flag, where: 'command line', form: 'passed', proof: `container ${name}: Cmd ${flag} ${redacted}`})),
];

/** `vpn:service_healthy:false,db:service_started:true`, where compose said so; others do not tell. */
function dependenciesOf(labels: Readonly<Record<string, string>>, name: string): readonly Dependency[] | null {
	const label = labels['com.docker.compose.depends_on'];
	if (label === undefined || name === '') return null;
	return label.split(',').filter(Boolean).map(each => {
		const [service = '', condition = 'service_started'] = each.split(':');
		return {name: service, condition};
	});
}

function insecureApi(name: string, words: readonly string[], environment: readonly string[]): string | null {
	const word = words.find(each => insecureFlag.test(each)) ?? environment.find(each => each.toLowerCase() === 'traefik_api_insecure=true');
	return word === undefined ? null : `container ${name}: ${word}`;
}

