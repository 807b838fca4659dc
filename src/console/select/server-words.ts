/** What is known of a server, in words of stable width; for panel, dialogs and command line alike. */
import type {KeyView} from '../../control/key-schema.ts';
import type {LastTry, Latency, ServerView, Snapshot} from '../../control/schema.ts';
import {formatAge, formatLatency} from '../format.ts';

/** As `controller/key-problems.ts` tells it. */
const soonMs = 14 * 24 * 60 * 60 * 1000;

/** `23 ms`; `~31 ms` through the tunnel, which is the longer way; `no answer`. */
export function latencyText(latency: Latency | null): string {
	if (latency === null) return '';
	if (latency.ms === null) return 'no answer';
	return `${latency.how === 'tunnel' ? '~' : ''}${formatLatency(latency.ms)}`;
}

/** What was measured, and when: a number without that is worth nothing. */
export function latencyInFull({latency, endpoint}: Pick<ServerView, 'latency' | 'endpoint'>, nowMs: number): string {
	if (latency === null) return 'not measured';
	const when = `${formatAge(nowMs - latency.atMs)} ago`;
	const host = (endpoint ?? '').replace(/:\d+$/, '');
	if (latency.how === 'tunnel') return `${latencyText(latency)}, ${when}: one question through the tunnel to its resolver, and back`;
	return latency.ms === null ? `no answer, ${when}: it may not answer pings and work all the same` : `${latencyText(latency)}, ${when}: the fastest of three pings of ${host}, outside the tunnel`;
}

export const loadText = (load: number | null): string => (load === null ? '' : `${load} %`);

/** `41d`; of a certificate also what is left of it, where that is little. */
export function keyText(key: KeyView | null, nowMs: number): string {
	if (key === null) return '';
	if (key.untilMs !== null && key.untilMs <= nowMs) return 'ended';
	return key.untilMs !== null && key.untilMs - nowMs < soonMs ? `ends in ${formatAge(key.untilMs - nowMs)}` : formatAge(nowMs - key.sinceMs);
}

/** Of the server in use; a file that is gone from the folder was still read once. */
export function tunnelKey({servers, tunnel}: Pick<Snapshot, 'servers' | 'tunnel'>): KeyView | null {
	const fileAtMs = tunnel?.keyFileChangedAtMs ?? null;
	return servers.find(({id}) => id === tunnel?.server)?.key ?? (fileAtMs === null ? null : {sinceMs: fileAtMs, how: 'file', untilMs: null});
}

/** How its age is known: a number that may be too small says so. */
export function keyInFull({sinceMs, how, untilMs}: KeyView, nowMs: number): string {
	const age = formatAge(nowMs - sinceMs);
	switch (how) {
		case 'seen':
			return `vks first had it ${age} ago; it may be older`;
		case 'file':
			return `its file has not changed for ${age}; it may be older`;
		case 'certificate':
			return `its certificate is ${age} old${untilMs === null ? '' : untilMs <= nowMs ? ` and ended ${formatAge(nowMs - untilMs)} ago` : ` and ends in ${formatAge(untilMs - nowMs)}`}`;
	}
}

export function lastText(last: LastTry | null, nowMs: number): string {
	return last === null ? '' : `${last.outcome === 'connected' ? 'connected' : (last.code ?? 'failed')} ${formatAge(nowMs - last.atMs)} ago`;
}

export const lastInFull = (last: LastTry, nowMs: number): string => `${last.outcome} ${formatAge(nowMs - last.atMs)} ago${last.what === null ? '' : `: ${last.what}`}`;
