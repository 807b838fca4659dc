/** Exceptions in words. Pure. */
import {splitCidr} from '../net/cidr.ts';
import type {Exception} from '../policy/exception.ts';

/** `tcp to 192.168.1.20:5432`, `udp in from [fd00::/64] to port 443 here`. */
export function formatException({protocol, range, port, direction, uid}: Omit<Exception, 'lease' | 'by' | 'reason'>): string {
	const {base, length} = splitCidr(range);
	const isHost = length === (base.includes(':') ? 128 : 32);
	const target = isHost ? base : range;
	if (direction === 'in') return `${protocol} in from ${target}${port === null ? '' : ` to port ${port}`}`;
	const place = port === null ? target : `${target.includes(':') ? `[${target}]` : target}:${port}`;
	return `${protocol} to ${place}${uid === null ? '' : ` for uid ${uid}`}`;
}

/** `45s`, `15m`, `1h30m`. */
export function formatDuration(ms: number): string {
	const seconds = Math.round(ms / 1000);
	const parts = [[Math.floor(seconds / 3600), 'h'], [Math.floor(seconds / 60) % 60, 'm'], [seconds % 60, 's']] as const;
	return parts.filter(([amount]) => amount > 0).map(([amount, unit]) => `${amount}${unit}`).join('') || '0s';
}
