/** Repairs of the routing layer: who is named for them, when they pause, and how many there were. */
import type {Clock} from './clock.ts';
import {fightFor} from './fight.ts';
import type {Journal} from './journal.ts';

export interface RoutingRepairs {
	/** Something was put right, in words. */
	note(repaired: readonly string[]): void;
	/** Named with the next repair. */
	suspect(by: string): void;
	isPausing(): boolean;
	/** How often, and how often something of IPv6 was among it. */
	counts(): {readonly all: number; readonly ipv6: number};
}

export function routingRepairs(clock: Clock, journal: Pick<Journal, 'write'>): RoutingRepairs {
	const fight = fightFor('the routing', {clock, journal});
	let suspect: string | null = null;
	let ipv6 = 0;
	return {
		note(repaired) {
			journal.write('network', 'info', `Routing put right: ${repaired.join('; ')}. Last changed by ${suspect ?? 'unknown'}.`);
			if (repaired.some(text => text.includes('IPv6'))) ipv6++;
			fight.repaired(suspect);
			suspect = null;
		},
		suspect(by) {
			suspect = by;
		},
		isPausing: fight.isPausing,
		counts: () => ({all: fight.total(), ipv6}),
	};
}
