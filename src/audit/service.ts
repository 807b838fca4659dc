/** A container as the checks see it: read from a compose file or told by an engine. No value of a secret is in it. */
import {parseIp} from '../net/address.ts';

/** Where something was read, in words: `compose.yaml line 12: ports "8080:80"`. */
export type Proof = string;

export interface PublishedPort {
	/** `''` where none was given, which is every address. */
	readonly hostAddress: string;
	/** As written: `8080`, `8000-8010`; null where the engine chooses one. */
	readonly hostPort: string | null;
	readonly port: string;
	readonly transport: string;
	readonly proof: Proof;
	/** Which entry of the file's `ports:` it is, where a file has it. */
	readonly entry?: number;
}

export interface SocketMount {
	readonly readOnly: boolean;
	readonly proof: Proof;
}

export interface SecretText {
	readonly name: string;
	readonly where: 'environment' | 'command line';
	/** `written`: the value stands there. `passed`: a variable's name does, and the engine gets its value. */
	readonly form: 'written' | 'passed';
	readonly proof: Proof;
}

export interface Dependency {
	readonly name: string;
	/** As compose has them: `service_started`, `service_healthy`, `service_completed_successfully`. */
	readonly condition: string;
}

/** `shared` is with another of the same project, by its name. */
export type Network = {readonly kind: 'own'} | {readonly kind: 'none'} | {readonly kind: 'host'; readonly proof: Proof} | {readonly kind: 'shared'; readonly with: string; readonly proof: Proof};

export interface Service {
	readonly name: string;
	/** For a sentence: `service web of compose.yaml`, `container web`. */
	readonly called: string;
	/** Where its settings are changed: `In service web of compose.yaml`. */
	readonly place: string;
	/** What has to be done after, or empty. */
	readonly after: string;
	/** Empty where it is built from a Dockerfile. */
	readonly image: string;
	readonly network: Network;
	readonly ports: readonly PublishedPort[];
	readonly privileged: Proof | null;
	readonly sockets: readonly SocketMount[];
	readonly secrets: readonly SecretText[];
	readonly capAdd: readonly string[];
	readonly capDrop: readonly string[];
	readonly capProof: Proof;
	/** Null where nobody knows. */
	readonly dependsOn: readonly Dependency[] | null;
	/** Traefik's API without a password. */
	readonly insecureApi: Proof | null;
	readonly hasMemoryLimit: boolean;
	readonly hasPidsLimit: boolean;
	readonly noNewPrivileges: boolean;
	/** Where it begins. */
	readonly proof: Proof;
}

export interface Overlay {
	readonly name: string;
	readonly encrypted: boolean;
	readonly proof: Proof;
	readonly fix: string;
}

/** What belongs together: a compose file, or all that an engine runs. */
export interface Project {
	readonly services: readonly Service[];
	readonly overlays: readonly Overlay[];
}

/** Who holds the network that it is in. Null where that one is not of the project, or leads nowhere. */
export function holderOf(service: Service, {services}: Project): Service | null {
	const seen = new Set<Service>();
	for (let at: Service | undefined = service; at !== undefined && !seen.has(at);) {
		const {network}: Service = at;
		if (network.kind !== 'shared') return at;
		seen.add(at);
		at = services.find(({name}) => name === network.with);
	}
	return null;
}

/** All in one network namespace with it, itself included. */
export const companionsOf = (service: Service, project: Project): readonly Service[] => {
	const holder = holderOf(service, project);
	return holder === null ? [service] : project.services.filter(each => holderOf(each, project) === holder);
};

/** By what the address is, not by how it is spelled. */
export function isEverywhere({hostAddress}: PublishedPort): boolean {
	const bare = hostAddress.replace(/^\[(.*)\]$/, '$1');
	const address = parseIp(bare);
	return bare === '' || bare === '*' || address === '0.0.0.0' || address === '::';
}

export const openPorts = ({ports}: Service): readonly PublishedPort[] => ports.filter(isEverywhere);
export const portText = ({hostPort, port, transport}: PublishedPort): string => `${hostPort ?? 'a random port'} to ${port}/${transport}`;
