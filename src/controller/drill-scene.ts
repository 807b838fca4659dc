/** The moment a leak test is about: the policy applied, the links outside, the tunnel. */
import type {Probes} from '../kernel/kernel.ts';
import type {Ruleset} from '../policy/policy.ts';
import type {Scene} from '../verify/scene.ts';
import type {LiveTunnel} from './dial.ts';
import type {NetworkReading} from './network-keeper.ts';

export function drillScene(ruleset: Ruleset, network: NetworkReading, live: LiveTunnel | null, probes: Pick<Probes, 'hardwareAddress'>): Scene {
	const {choice, links, routing} = network;
	const isOutside = (name: string): boolean => choice.outside.some(each => each === name);
	return {
		ruleset,
		routing: {links, ...routing},
		outside: links.filter(({name}) => isOutside(name)).map(({name, index, up, addresses}) => ({
			name, index, up,
			hardware: probes.hardwareAddress(index),
			addresses: addresses.filter(({scope}) => scope === 'global').map(({address}) => address),
		})),
		inside: links.filter(({name}) => !isOutside(name)).map(({index}) => index),
		uplink: choice.uplink?.name ?? null,
		gateway4: choice.uplink?.gateway4 ?? null,
		tunnel: live === null ? null : {interface: live.use.interface, addresses: live.use.addresses, resolvers: live.use.resolvers},
	};
}
