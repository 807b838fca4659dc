/** Repairs of the routing layer: who is named for them, when they pause, and how many there were. */
import {afterRepair, describePause, isHeld, releasedBrake} from './brake.ts';
import type {Clock} from './clock.ts';
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
	let brake = releasedBrake;
	let suspect: string | null = null;
	let ipv6 = 0;
	return {
		note(repaired) {
			journal.write('network', 'info', `Routing put right: ${repaired.join('; ')}. Last changed by ${suspect ?? 'unknown'}.`);
			const after = afterRepair(brake, clock.now());
			brake = after.brake;
			if (repaired.some(text => text.includes('IPv6'))) ipv6++;
			if (after.pauseMs !== null) journal.write('tamper', 'warn', describePause('the routing', suspect, after.pauseMs));
			suspect = null;
		},
		suspect(by) {
			suspect = by;
		},
		isPausing: () => isHeld(brake, clock.now()),
		counts: () => ({all: brake.total, ipv6}),
	};
}
