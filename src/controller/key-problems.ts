/** What is to be said of keys: one sentence for all that are too old, one for certificates that end. Pure. */
import type {KeyView} from '../control/key-schema.ts';
import type {Problem} from '../problem.ts';

export interface NamedKey {
	readonly id: string;
	readonly key: KeyView;
}

/** Long enough to get another one from whoever makes them. */
export const endsSoonMs = 14 * 24 * 60 * 60 * 1000;
const dayMs = 24 * 60 * 60 * 1000;
const mostNamed = 3;

export function keyProblems(keys: readonly NamedKey[], {maxAgeMs, nowMs}: {readonly maxAgeMs: number | null; readonly nowMs: number}): readonly Problem[] {
	const old = maxAgeMs === null ? [] : keys.filter(({key: {sinceMs}}) => nowMs - sinceMs > maxAgeMs);
	const ended = keys.filter(({key: {untilMs}}) => untilMs !== null && untilMs <= nowMs);
	const ending = keys.filter(({key: {untilMs}}) => untilMs !== null && untilMs > nowMs && untilMs - nowMs < endsSoonMs);
	return [
		...told(ended, 'certificate', names => `The certificate of ${names} has ended.`, 'Its server will not take it. Get another one, or another file, from who runs the server, and put it into the folder; or see whether the clock is right.'),
		...told(ending, 'certificate', names => `The certificate of ${names} ends ${inDays(Math.min(...ending.flatMap(({key: {untilMs}}) => untilMs ?? [])) - nowMs)}.`, 'Get another one, or another file, from who runs the server, and put it into the folder; vks notices by itself.'),
		...told(old, 'key-age', names => `The key of ${names} is older than ${Math.round((maxAgeMs ?? 0) / dayMs)} days (VKS_KEY_MAX_AGE).`, 'Make another one in your account there, and put its file into the folder; vks notices by itself. Then remove the old one in the account.'),
	];
}

function told(keys: readonly NamedKey[], code: Problem['code'], what: (names: string) => string, next: string): readonly Problem[] {
	if (keys.length === 0) return [];
	const names = keys.slice(0, mostNamed).map(({id}) => id).join(', ');
	return [{code, severity: 'warning', what: what(keys.length > mostNamed ? `${names} and ${keys.length - mostNamed} more` : names), stillBlocking: true, next}];
}

function inDays(ms: number): string {
	const days = Math.floor(ms / dayMs);
	return days === 0 ? 'within a day' : `in ${days} day${days === 1 ? '' : 's'}`;
}
