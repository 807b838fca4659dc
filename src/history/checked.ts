/** Snapshots from a file, held against the schema. What two of them share is looked at once: a recording has thousands. */
import {ruleSchema, snapshotSchema, type RuleView, type Snapshot} from '../control/schema.ts';

const withoutRules = snapshotSchema.omit({rules: true});

/** Null where it is none. */
export function snapshotChecker(): (value: unknown) => Snapshot | null {
	const known = new WeakMap<object, RuleView>();

	const rule = (value: unknown): RuleView | null => {
		if (typeof value !== 'object' || value === null) return null;
		const before = known.get(value);
		if (before !== undefined) return before;
		const parsed = ruleSchema.safeParse(value);
		if (!parsed.success) return null;
		known.set(value, parsed.data);
		return parsed.data;
	};

	return value => {
		if (typeof value !== 'object' || value === null || !('rules' in value) || !Array.isArray(value.rules)) return null;
		const parsed = withoutRules.safeParse(value);
		if (!parsed.success) return null;
		const rules = value.rules.map(rule);
		return rules.every(each => each !== null) ? {...parsed.data, rules} : null;
	};
}
