/** What a leak test is about: the policy that was read back, and the network it stands in. */
import type {IpAddress} from '../net/address.ts';
import type {InterfaceName} from '../net/interface-name.ts';
import type {World} from '../policy/way.ts';

export interface OutsideLink {
	readonly name: InterfaceName;
	readonly index: number;
	readonly up: boolean;
	/** Null for a link that is no Ethernet. */
	readonly hardware: Uint8Array | null;
	readonly addresses: readonly IpAddress[];
}

export interface Scene extends World {
	/** Every link that is neither loopback nor our tunnel. */
	readonly outside: readonly OutsideLink[];
	/** Loopback and tunnels. */
	readonly inside: readonly number[];
	readonly uplink: InterfaceName | null;
	readonly gateway4: IpAddress | null;
	readonly tunnel: {readonly interface: InterfaceName; readonly addresses: readonly IpAddress[]; readonly resolvers: readonly IpAddress[]} | null;
}

/** As it is with the tunnel set down: the kernel takes its routes away, and keeps its addresses. */
export function withTunnelDown(scene: Scene): Scene {
	const {routing, tunnel} = scene;
	return {...scene, tunnel: null, routing: {...routing, routes: routing.routes.filter(route => route.interface !== tunnel?.interface)}};
}
