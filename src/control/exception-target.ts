/** What an exception is to open, from what was typed on a command line or in the console. Pure; the daemon judges whether it may. */
import {isIP} from 'node:net';
import {fail, ok, type Result} from '../result.ts';
import type {ExceptionText} from './schema.ts';
import {longestExceptionOwner} from './exception-limits.ts';
import {splitTarget} from './target.ts';

/** By their own word: whoever may use the socket may write any name. */
export const ownerName = (text = ''): string => text.trim().slice(0, longestExceptionOwner) || 'operator';

export type ExceptionTarget = Pick<ExceptionText, 'protocol' | 'range' | 'port'>;

const protocols = ['tcp', 'udp', 'icmp', 'icmpv6'] as const;

/** `tcp` and `192.168.1.20:5432`. The error is one line for the person who typed it. */
export function parseExceptionTarget(protocolText: string, targetText: string): Result<ExceptionTarget, string> {
	const named = protocols.find(name => name === protocolText.toLowerCase());
	if (named === undefined) return fail(`"${protocolText}" is none of ${protocols.join(', ')}`);
	const target = parseTarget(targetText);
	if (!target.ok) return target;
	const {range, port} = target.value;
	// `icmp` to an IPv6 address can only mean ICMPv6.
	const protocol = named === 'icmp' && range.includes(':') ? 'icmpv6' : named;
	const hasPorts = protocol === 'tcp' || protocol === 'udp';
	if (hasPorts && port === null) return fail(`${protocol} needs a port: ${range.includes(':') ? `[${range}]` : range}:5432`);
	if (!hasPorts && port !== null) return fail(`${protocol} has no ports: leave out :${port}`);
	return ok({protocol, range, port});
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
