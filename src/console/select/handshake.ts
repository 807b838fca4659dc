/** The handshake's age against the two times that matter: a new one is due at 120 s, at 180 s the session is dead. */
import type {TunnelView} from '../../control/schema.ts';
import {formatAge} from '../format.ts';
import {joinEqual, span, type Line} from '../text.ts';
import type {Theme, Tone} from '../theme.ts';

export const rekeyAfterMs = 120_000;
export const rejectAfterMs = 180_000;
const scaleMs = 240_000;

export interface Handshake {
	readonly text: string;
	/** What the age means, where it means something. */
	readonly word: '' | 'due' | 'expired';
	readonly tone: Tone;
	/** Cells filled, and the cells that hold the two marks, on a bar of the asked width. */
	readonly filled: number;
	readonly marks: readonly [due: number, expired: number];
}

export function selectHandshake(tunnel: Pick<TunnelView, 'handshakeAtMs' | 'keepaliveSeconds'>, {nowMs, width}: {readonly nowMs: number; readonly width: number}): Handshake {
	const cell = (ms: number): number => Math.min(width, Math.round((ms / scaleMs) * width));
	const marks = [cell(rekeyAfterMs), cell(rejectAfterMs)] as const;
	if (tunnel.handshakeAtMs === null) return {text: 'never', word: '', tone: 'bad', filled: 0, marks};
	const ageMs = Math.max(0, nowMs - tunnel.handshakeAtMs);
	const word = ageMs < rekeyAfterMs ? '' : ageMs < rejectAfterMs ? 'due' : 'expired';
	return {text: formatAge(ageMs), word, tone: toneFor(ageMs, tunnel.keepaliveSeconds), filled: filledFor(ageMs, cell, marks), marks};
}

/** Past a mark there is a cell of the new form at once, and before it none, whatever the width rounds to. */
function filledFor(ageMs: number, cell: (ms: number) => number, [due, expired]: Handshake['marks']): number {
	if (ageMs < rekeyAfterMs) return Math.min(cell(ageMs), due);
	return ageMs < rejectAfterMs ? Math.min(Math.max(cell(ageMs), due + 2), expired) : Math.max(cell(ageMs), expired + 2);
}

function toneFor(ageMs: number, keepaliveSeconds: number | null): Tone {
	if (ageMs < rekeyAfterMs) return 'good';
	// Without keepalive an idle tunnel is stale and still well.
	return ageMs < rejectAfterMs || keepaliveSeconds === null || keepaliveSeconds === 0 ? 'warn' : 'bad';
}

/** `█████░░░│░░░│░░░`, `████████│▓▓░│░░░`, `████████│▓▓▓│▒▒`: the marks stay, and past each of them the form is another one, not the colour alone. */
export function barLine({filled, marks: [due, expired], tone}: Handshake, width: number, {symbols}: Theme): Line {
	return joinEqual(Array.from({length: width}, (_, index) => {
		if (index === due || index === expired) return index < filled ? span(symbols.mark, tone) : span(symbols.mark, 'label');
		if (index >= filled) return span(symbols.empty, 'faint');
		return span(index < due ? symbols.full : index < expired ? symbols.late : symbols.over, tone);
	}));
}
