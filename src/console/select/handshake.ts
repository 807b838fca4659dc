/** The handshake's age against the two times that matter: a new one is due at 120 s, at 180 s the session is dead. */
import type {TunnelView} from '../../control/schema.ts';
import {formatAge} from '../format.ts';
import type {Tone} from '../theme.ts';

export const rekeyAfterMs = 120_000;
export const rejectAfterMs = 180_000;
const scaleMs = 240_000;

export interface Handshake {
	readonly text: string;
	readonly tone: Tone;
	/** Cells filled, and the cells that hold the two marks, on a bar of the asked width. */
	readonly filled: number;
	readonly marks: readonly number[];
}

export function selectHandshake(tunnel: Pick<TunnelView, 'handshakeAtMs' | 'keepaliveSeconds'>, {nowMs, width}: {readonly nowMs: number; readonly width: number}): Handshake {
	const cell = (ms: number): number => Math.min(width, Math.round((ms / scaleMs) * width));
	const marks = [cell(rekeyAfterMs), cell(rejectAfterMs)];
	if (tunnel.handshakeAtMs === null) return {text: 'never', tone: 'bad', filled: 0, marks};
	const ageMs = Math.max(0, nowMs - tunnel.handshakeAtMs);
	return {text: formatAge(ageMs), tone: toneFor(ageMs, tunnel.keepaliveSeconds), filled: cell(ageMs), marks};
}

function toneFor(ageMs: number, keepaliveSeconds: number | null): Tone {
	if (ageMs < rekeyAfterMs) return 'good';
	// Without keepalive an idle tunnel is stale and still well.
	return ageMs < rejectAfterMs || keepaliveSeconds === null || keepaliveSeconds === 0 ? 'warn' : 'bad';
}
