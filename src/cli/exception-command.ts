/** What `vks allow` was asked, from what was typed. Pure; the daemon judges whether it may be opened. */
import {isIP} from 'node:net';
import {longestExceptionReason, longestExceptionSeconds, type Command} from '../control/schema.ts';
import {fail, ok, type Result} from '../result.ts';
import {parseDuration} from './duration.ts';
import {parseUid, splitTarget} from './target.ts';

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

const protocols = ['tcp', 'udp', 'icmp', 'icmpv6'] as const;

/** The error is one line for the person who typed it. */
export function parseAllow(typed: TypedException): Result<AllowCommand, string> {
	const named = protocols.find(name => name === typed.protocol.toLowerCase());
	if (named === undefined) return fail(`"${typed.protocol}" is none of ${protocols.join(', ')}`);
	const target = parseTarget(typed.target);
	if (!target.ok) return target;
	const {range, port} = target.value;
	// `icmp` to an IPv6 address can only mean ICMPv6.
	const protocol = named === 'icmp' && range.includes(':') ? 'icmpv6' : named;
	const hasPorts = protocol === 'tcp' || protocol === 'udp';
	if (hasPorts && port === null) return fail(`${protocol} needs a port: ${range.includes(':') ? `[${range}]` : range}:5432`);
	if (!hasPorts && port !== null) return fail(`${protocol} has no ports: leave out :${port}`);
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
	const by = typed.by.trim().slice(0, 64);
	return ok({do: 'allow', protocol, range, port, direction: typed.inbound ? 'in' : 'out', uid, seconds, reason, by: by === '' ? 'operator' : by});
}

/** `192.168.1.20:5432`, `192.168.1.0/24:5432`, `[fd00::1]:443`, `fd00::/64`. */
function parseTarget(text: string): Result<{readonly range: string; readonly port: number | null}, string> {
	const target = splitTarget(text, isRange);
	if (target === null) return fail(`"${text}" is not an address or a range with or without a port: names are not looked up`);
	const {place: range, digits} = target;
	if (digits === null) return ok({range, port: null});
	const port = /^\d{1,5}$/.test(digits) ? Number(digits) : 0;
	return port < 1 || port > 65_535 ? fail(`"${digits}" is not a port (1 to 65535)`) : ok({range, port});
}

const isRange = (text: string): boolean => isIP(text.split('/')[0] ?? '') !== 0 && /^[^/%]+(?:\/\d{1,3})?$/.test(text);
