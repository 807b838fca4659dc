/** What is known of a server, in words of stable width; for panel, dialogs and command line alike. */
import type {LastTry, Latency, ServerView} from '../../control/schema.ts';
import {formatAge, formatLatency} from '../format.ts';

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

export function lastText(last: LastTry | null, nowMs: number): string {
	return last === null ? '' : `${last.outcome === 'connected' ? 'connected' : (last.code ?? 'failed')} ${formatAge(nowMs - last.atMs)} ago`;
}

export const lastInFull = (last: LastTry, nowMs: number): string => `${last.outcome} ${formatAge(nowMs - last.atMs)} ago${last.what === null ? '' : `: ${last.what}`}`;
