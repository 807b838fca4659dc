/** PURE: from what was sent, expected and seen to a verdict. Only what a witness that can see did not see has held. */
import type {DrillProbeView, DrillView} from '../control/schema.ts';
import type {ProbeAnswer} from '../kernel/kernel.ts';
import {assertNever} from '../result.ts';
import type {Expectation} from './expect.ts';
import type {Mark} from './recognise.ts';

export interface Tried {
	readonly id: string;
	readonly what: string;
	readonly expected: Expectation;
	readonly answer: ProbeAnswer;
	readonly mark: Mark;
	/** It goes to the namespace itself, where no link shows it: the answer alone tells. */
	readonly local: boolean;
}

/** Whether the witness could see all the while; if not, why. */
export type Sight = {readonly kind: 'clear'} | {readonly kind: 'blind'; readonly why: string};

export function judge(tried: Tried, seen: readonly string[], sight: Sight): DrillProbeView {
	const {id, what, expected, answer} = tried;
	const view = (verdict: DrillProbeView['verdict'], why = ''): DrillProbeView => ({
		id, what, verdict, why,
		expected: wordsFor(expected),
		rule: expected.kind === 'no-route' ? null : expected.rule,
		answer: answer.kind === 'sent' ? 'sent' : answer.why,
		seen: [...seen],
	});
	if (seen.length > 0) return view('leaked', `It was seen on ${seen.join(', ')}.`);
	if (answer.kind === 'not-possible') return view('not-possible', answer.why);
	// The firewall answers a refused datagram at once (EPERM); one that is on its way was not refused.
	if (tried.local && expected.kind === 'refused' && answer.kind === 'sent') return view('leaked', 'The kernel took it, although the policy refuses it.');
	return sight.kind === 'blind' && !tried.local ? view('inconclusive', sight.why) : view('held');
}

export function wordsFor(expected: Expectation): string {
	switch (expected.kind) {
		case 'refused':
			return `refused by ${expected.rule}`;
		case 'no-route':
			return 'no route';
		case 'inside':
			return `through the tunnel by ${expected.rule}`;
		case 'open':
			return `let out by ${expected.rule}`;
		default:
			return assertNever(expected);
	}
}

/** How many probes each rule should have met, beside what it counted: applications are counted too. */
export function countersOf(tried: readonly Tried[], before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): DrillView['counters'] {
	const probes = new Map<string, number>();
	for (const {expected, answer} of tried) {
		if (expected.kind === 'no-route' || answer.kind === 'not-possible') continue;
		probes.set(expected.rule, (probes.get(expected.rule) ?? 0) + 1);
	}
	return [...probes].map(([rule, count]) => ({rule, probes: count, counted: Math.max(0, (after.get(rule) ?? 0) - (before.get(rule) ?? 0))}));
}

export function conclude(probes: readonly DrillProbeView[], sight: Sight): Pick<DrillView, 'kind' | 'detail'> {
	const of = (verdict: DrillProbeView['verdict']): readonly DrillProbeView[] => probes.filter(probe => probe.verdict === verdict);
	const leaked = of('leaked');
	const impossible = of('not-possible');
	const aside = impossible.length === 0 ? '' : ` ${impossible.length} could not be tried: ${impossible.map(({id}) => id).join(', ')}.`;
	if (leaked.length > 0) return {kind: 'failed', detail: `Seen outside the tunnel: ${leaked.map(({what, seen}) => `${what}${seen.length === 0 ? '' : ` (on ${seen.join(', ')})`}`).join('; ')}.`};
	if (sight.kind === 'blind') return {kind: 'inconclusive', detail: sight.why};
	if (of('inconclusive').length > 0) return {kind: 'inconclusive', detail: `${of('inconclusive').map(({id, why}) => `${id}: ${why}`).join('; ')}`};
	return {kind: 'passed', detail: `${of('held').length} probes, none seen outside the tunnel.${aside}`};
}
