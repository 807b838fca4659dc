/** Repairs of the ruleset: who is named for them, when they pause, and how many there were in each of its tables. */
import type {Generation} from '../kernel/kernel.ts';
import type {Clock} from './clock.ts';
import type {Engine} from './engine.ts';
import {fightFor} from './fight.ts';
import type {Journal} from './journal.ts';
import {firstThree} from './wording.ts';

/** What differs, by the layer it is of. */
export interface Drift {
	readonly firewall: readonly string[];
	readonly egress: readonly string[];
}

export interface RulesetRepairs {
	/** Enforces the ruleset again. False while it pauses, because somebody undoes our repairs as fast. */
	restore(drift: Drift): Promise<boolean>;
	/** Something else was put right, in words. */
	count(repaired: string): void;
	/** Somebody else changed nftables: named with the next repair. */
	suspect(generation: Generation): void;
	isPausing(): boolean;
	tamper(): {readonly count: number; readonly last: string | null; readonly lastAtMs: number | null};
	counts(): {readonly firewall: number; readonly egress: number};
}

export function rulesetRepairs({clock, engine, journal}: {readonly clock: Clock; readonly engine: Pick<Engine, 'enforce'>; readonly journal: Pick<Journal, 'write'>}): RulesetRepairs {
	let tamper: ReturnType<RulesetRepairs['tamper']> = {count: 0, last: null, lastAtMs: null};
	let counts: ReturnType<RulesetRepairs['counts']> = {firewall: 0, egress: 0};
	let suspect = null as Generation | null;
	const fight = fightFor('the ruleset', {clock, journal});

	return {
		async restore({firewall, egress}) {
			if (fight.isPausing()) return false;
			await engine.enforce();
			// Repaired first; the notification that names the process may still be on its way.
			if (suspect === null) await clock.sleep(50);
			const name = suspect === null ? null : `${suspect.process} (pid ${suspect.pid})`;
			const culprit = name === null ? '' : ` Last changed by ${name}.`;
			const text = `${firstThree([...firewall, ...egress])}.${culprit}`;
			tamper = {count: tamper.count + 1, last: text, lastAtMs: clock.now()};
			counts = {firewall: counts.firewall + Math.sign(firewall.length), egress: counts.egress + Math.sign(egress.length)};
			journal.write('tamper', 'warn', `The ruleset was changed and is applied again: ${text}`);
			suspect = null;
			fight.repaired(name);
			return true;
		},
		count(repaired) {
			tamper = {count: tamper.count + 1, last: repaired, lastAtMs: clock.now()};
		},
		suspect(generation) {
			suspect = generation;
		},
		isPausing: fight.isPausing,
		tamper: () => tamper,
		counts: () => counts,
	};
}
