/** Reads the network, has the routing layer put right, and says what that means for the machine. */
import type {Config} from '../config/config.ts';
import type {Cidr} from '../net/cidr.ts';
import type {InterfaceName} from '../net/interface-name.ts';
import type {Problem} from '../problem.ts';
import type {Result} from '../result.ts';
import type {Clock} from './clock.ts';
import type {LiveTunnel} from './dial.ts';
import type {Journal} from './journal.ts';
import type {Carrying, NetworkKeeper, NetworkReading} from './network-keeper.ts';
import {tellNetworkNews} from './network-news.ts';
import {routingRepairs, type RoutingRepairs} from './routing-repairs.ts';
import type {UplinkReadiness} from './state.ts';

export interface Wanted {
	/** The tunnel that the routes lead to; null while there is none. */
	readonly carrying: LiveTunnel | null;
	/** What stands beside it. */
	readonly beside: LiveTunnel | null;
	readonly locked: boolean;
	/** Ranges open for a time. */
	readonly exceptions: readonly Cidr[];
}

export interface NetworkSync {
	/** Reads, repairs, remembers. Synchronous: it runs between a fact and the next packet. */
	read(wanted: Wanted): Result<NetworkReading, Problem>;
	/** The last reading. */
	reading(): NetworkReading | null;
	readonly repairs: RoutingRepairs;
}

export function networkSync({clock, journal, keeper, tunnels}: {
	readonly clock: Clock;
	readonly journal: Journal;
	readonly keeper: NetworkKeeper;
	/** Every tunnel interface of ours, so that none is taken for an uplink. */
	readonly tunnels: readonly InterfaceName[];
}): NetworkSync {
	const repairs = routingRepairs(clock, journal);
	let reading: NetworkReading | null = null;
	let lastWish = '';

	return {
		read({locked, exceptions, ...tunnelsOf}) {
			const [carrying, beside] = [wayOf(tunnelsOf.carrying), wayOf(tunnelsOf.beside)];
			const ours = JSON.stringify([carrying, beside, locked, exceptions]);
			// What we want anew is never held back.
			const repair = !repairs.isPausing() || !lastWish.startsWith(ours);
			const result = keeper.sync({tunnels, carrying, beside, exceptionsOpen: !locked, exceptions, repair});
			if (!result.ok) return result;
			tellNetworkNews(journal, reading, result.value);
			reading = result.value;
			// What we want anew is no repair; what differs from what we wanted before is.
			const wish = `${ours}${JSON.stringify(result.value.choice.uplink)}`;
			if (result.value.repaired.length > 0 && wish === lastWish) repairs.note(result.value.repaired);
			lastWish = wish;
			return result;
		},
		reading: () => reading,
		repairs,
	};
}

const wayOf = (live: LiveTunnel | null): Carrying | null => live && {interface: live.use.interface, addresses: live.use.addresses, families: live.families, resolvers: live.use.resolvers};

export function readinessOf({choice: {uplink}}: NetworkReading): UplinkReadiness {
	if (uplink === null || !uplink.up) return 'no-uplink';
	return uplink.gateway4 === null && uplink.gateway6 === null && uplink.onLink.length === 0 ? 'no-gateway' : 'ready';
}

/** Why there is no uplink, where it would not return by itself; null where it is down, or there is one. */
export function uplinkMissing({choice: {uplink, outside}}: Pick<NetworkReading, 'choice'>, configured: Config['uplink']): string | null {
	if (uplink !== null) return null;
	if (outside.length === 0) return `This network has no interface but lo: if the container that held it was restarted, restart this one and what shares it.${configured === 'auto' ? '' : ` VKS_UPLINK names ${configured}.`}`;
	const there = `${outside.slice(0, mostNamed).join(', ')}${outside.length > mostNamed ? ', …' : ''}`;
	if (configured !== 'auto') return `There is no interface ${configured} (VKS_UPLINK); there ${outside.length === 1 ? 'is' : 'are'} ${there}.`;
	return outside.length === 1 ? null : `None of ${there} has a default route: VKS_UPLINK says which is the uplink.`;
}

const mostNamed = 8;
