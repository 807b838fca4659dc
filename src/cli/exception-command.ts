/** What `vks allow` was asked, from what was typed. Pure; the daemon judges whether it may be opened. */
import {longestExceptionReason, longestExceptionSeconds} from '../control/exception-limits.ts';
import {ownerName, parseExceptionTarget} from '../control/exception-target.ts';
import type {Command} from '../control/schema.ts';
import {parseUid} from '../control/target.ts';
import {fail, ok, type Result} from '../result.ts';
import {parseDuration} from './duration.ts';

export type AllowCommand = Extract<Command, {do: 'allow'}>;

export interface TypedException {
	readonly protocol: string;
	readonly target: string;
	readonly inbound: boolean;
	readonly time: string | null;
	readonly reason: string | null;
	readonly uid: string | null;
	readonly by: string;
}

/** The error is one line for the person who typed it. */
export function parseAllow(typed: TypedException): Result<AllowCommand, string> {
	const target = parseExceptionTarget(typed.protocol, typed.target);
	if (!target.ok) return target;
	if (typed.time === null) return fail('allow needs --for: an exception ends, --for 15m for instance');
	const seconds = parseDuration(typed.time);
	if (seconds === null) return fail(`--for takes a time such as 90s, 15m or 1h30m, not "${typed.time}"`);
	if (seconds < 1 || seconds > longestExceptionSeconds) return fail(`--for takes 1s to 24h, not ${typed.time}`);
	const reason = typed.reason?.trim() ?? '';
	if (reason === '') return fail('allow needs --reason: who reads the journal will ask');
	if (reason.length > longestExceptionReason) return fail(`--reason takes at most ${longestExceptionReason} characters`);
	const uid = typed.uid === null ? null : parseUid(typed.uid);
	if (uid === undefined) return fail(`--uid takes a number, not "${typed.uid}"`);
	if (uid !== null && typed.inbound) return fail('--uid is for what goes out: leave it out, or --in');
	return ok({do: 'allow', ...target.value, direction: typed.inbound ? 'in' : 'out', uid, seconds, reason, by: ownerName(typed.by)});
}
