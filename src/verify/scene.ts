/** What a leak test is about: the policy that was read back, and the network it stands in. */
import type {Route} from '../kernel/kernel.ts';
import type {IpAddress} from '../net/address.ts';
import type {InterfaceName} from '../net/interface-name.ts';
import type {Ruleset} from '../policy/policy.ts';

export interface OutsideLink {
	readonly name: InterfaceName;
	readonly index: number;
	readonly up: boolean;
	/** Null for a link that is no Ethernet. */
	readonly hardware: Uint8Array | null;
	readonly addresses: readonly IpAddress[];
}

export interface Scene {
	readonly ruleset: Ruleset;
	/** Every link that is neither loopback nor our tunnel. */
	readonly outside: readonly OutsideLink[];
	/** Loopback and tunnels. */
	readonly inside: readonly number[];
	readonly uplink: InterfaceName | null;
	readonly gateway4: IpAddress | null;
	readonly gateway6: IpAddress | null;
	readonly tunnel: {readonly interface: InterfaceName; readonly addresses: readonly IpAddress[]; readonly resolvers: readonly IpAddress[]} | null;
	readonly mainRoutes: readonly Route[];
}
