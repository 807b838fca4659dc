/** Every policy that came into force is a line of the journal, with what it changed against the one before it. */
import {diffPolicies, type PolicyDiff} from '../policy/diff.ts';
import type {Ruleset} from '../policy/policy.ts';
import type {Journal} from './journal.ts';

/** To be told of every ruleset that the kernel took. */
export function policyLog(journal: Pick<Journal, 'write'>): (ruleset: Ruleset) => void {
	let last: Ruleset | null = null;
	let version = 0;
	return ruleset => {
		if (ruleset === last) return;
		const diff = diffPolicies(last, ruleset);
		last = ruleset;
		// What differs is when something ends: the same is let pass.
		if (diff.lines.length === 0) return;
		journal.write('policy', 'info', `Policy ${++version} is in force: ${words(diff)}.`, diff.lines);
	};
}

function words({added, removed, changed}: PolicyDiff): string {
	const parts = [[added, 'added'], [removed, 'removed'], [changed, 'changed']] as const;
	const [first, ...rest] = parts.filter(([count]) => count > 0);
	if (first === undefined) return 'the same rules';
	return [`${first[0]} ${first[0] === 1 ? 'rule' : 'rules'} ${first[1]}`, ...rest.map(([count, what]) => `${count} ${what}`)].join(', ');
}
