/** Makes the policy of the moment the kernel's: compiles the situation, and tells what came of it. */
import type {Config} from '../config/config.ts';
import {compile} from '../policy/compile.ts';
import type {Ruleset, Situation} from '../policy/policy.ts';
import type {Problem} from '../problem.ts';
import {ok, type Result} from '../result.ts';
import type {FirewallKeeper} from './firewall-keeper.ts';
import type {Journal} from './journal.ts';
import {policyLog} from './policy-log.ts';

export interface Enforcement {
	/** Enforces the policy of now, whatever the kernel holds. */
	enforce(how?: 'in turn' | 'at once'): Promise<Result<void, Problem>>;
	/** The same, unless the kernel took the policy of this very situation last. */
	ifChanged(): Promise<Result<void, Problem>>;
	/** Why the last one failed; null when the kernel took it. */
	problem(): Problem | null;
}

export function createEnforcement({config, firewall, journal, situation}: {
	readonly config: Config;
	readonly firewall: Pick<FirewallKeeper, 'enforce' | 'enforceAtOnce' | 'wanted'>;
	readonly journal: Pick<Journal, 'write'>;
	readonly situation: () => Situation;
}): Enforcement {
	const tellPolicy = policyLog(journal);
	let enforced: string | null = null;
	let compiled: {readonly key: string; readonly ruleset: Ruleset} | null = null;
	let problem: Problem | null = null;

	const enforce: Enforcement['enforce'] = async (how = 'in turn') => {
		const now = situation();
		const key = JSON.stringify(now);
		// The same situation gives the same value, so that who compares by identity sees that nothing changed.
		if (compiled?.key !== key) compiled = {key, ruleset: compile(config, now)};
		const {ruleset} = compiled;
		const result = await (how === 'at once' ? firewall.enforceAtOnce(ruleset) : firewall.enforce(ruleset));
		enforced = result.ok ? key : null;
		// A later one may have overtaken it, and tells of itself.
		if (result.ok && firewall.wanted() === ruleset) tellPolicy(ruleset);
		const before = problem;
		problem = result.ok ? null : result.error;
		if (!result.ok && before?.what !== result.error.what) journal.write('problem', 'error', result.error.what);
		return result;
	};

	return {
		enforce,
		ifChanged: async () => (JSON.stringify(situation()) === enforced ? ok(undefined) : enforce()),
		problem: () => problem,
	};
}
