/** What an engine tells, as an audit looks at it. */
import type {z} from 'zod';
import type {Overlay, Service} from '../service.ts';
import type {networksSchema} from './schema.ts';

/** Where a container can be found on a network of the host. */
export interface Place {
	readonly ipv4: string | null;
	readonly ipv6: string | null;
	/** The host's link; null where the engine has none for it. */
	readonly link: string | null;
}

export interface Running {
	readonly service: Service;
	readonly places: readonly Place[];
	/** Whom the engine asks outside in its place, where it was told (`dns`). */
	readonly resolvers: readonly string[];
}

export interface BridgeNetwork {
	readonly name: string;
	readonly link: string;
	readonly internal: boolean;
}

export interface EngineFacts {
	/** As it names itself: `20.10.24+dfsg1`. */
	readonly version: string;
	readonly isDocker: boolean;
	/** As Docker 29 names it; null where nothing was said. */
	readonly firewall: string | null;
	readonly running: readonly Running[];
	readonly bridges: readonly BridgeNetwork[];
	readonly overlays: readonly Overlay[];
}

type Network = z.infer<typeof networksSchema>[number];

/** As libnetwork names it (drivers/bridge/bridge_linux.go). */
const linkOf = ({Id, Options}: Network): string => Options?.['com.docker.network.bridge.name'] ?? `br-${Id.slice(0, 12)}`;

export const bridgesIn = (networks: readonly Network[]): readonly BridgeNetwork[] =>
	networks.filter(({Driver}) => Driver === 'bridge').map(network => ({name: network.Name, link: linkOf(network), internal: network.Internal === true}));

export const overlaysIn = (networks: readonly Network[]): readonly Overlay[] =>
	networks.filter(({Driver, Ingress}) => Driver === 'overlay' && Ingress !== true).map(({Name, Options}) => ({
		name: Name, encrypted: Options !== null && Options !== undefined && 'encrypted' in Options, proof: `network ${Name}: Driver overlay, no \`encrypted\` among its Options`,
		fix: `docker network create --driver overlay --opt encrypted ${Name}, in its place: a network that stands cannot be changed.`,
	}));

/** Major, minor, patch; null where it says none. */
export function versionOf(text: string): readonly [number, number, number] | null {
	const [, major, minor = '0', patch = '0'] = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(text) ?? [];
	return major === undefined ? null : [Number(major), Number(minor), Number(patch)];
}

export function isBefore(text: string, [major, minor, patch]: readonly [number, number, number]): boolean {
	const version = versionOf(text);
	if (version === null) return false;
	return version[0] !== major ? version[0] < major : version[1] !== minor ? version[1] < minor : version[2] < patch;
}
