/** "Why can't Radarr reach that host?": the same policy data and routes, evaluated for one packet as the kernel does. */
import type {Question} from './question.ts';
import {wayOf} from './question.ts';
import type {Way, World} from './way.ts';
import type {Openable} from './try-out.ts';
import {wouldOpen} from './would-open.ts';

export interface ExplainInput {
	readonly world: World;
	readonly question: Question;
	/** What the ruleset was made of, to try out what would open it; null when that is not known. */
	readonly openable: Openable | null;
}

export interface ExplainedPacket {
	readonly verdict: Way['verdict'];
	readonly ruleId: string;
	readonly reason: string;
	readonly setting: string;
	readonly via: string | null;
	readonly wouldOpen: string | null;
	readonly path: readonly string[];
}

export function explain({world, question, openable}: ExplainInput): ExplainedPacket {
	const way = wayOf(world, question);
	const {verdict, rule, other, reason, via, path} = way;
	return {
		verdict,
		ruleId: rule?.id ?? other ?? 'chain-default',
		reason: rule?.reason ?? reason ?? 'No rule decided, so the chain\'s default did.',
		setting: rule?.setting ?? 'vks',
		via,
		wouldOpen: verdict === 'accept' ? null : wouldOpen({world, question, way, openable}),
		path,
	};
}
