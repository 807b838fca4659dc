/** What speaks for the tunnel and against it, as rows: a number, its verdict by colour, and how it went. */
import type {VoteView} from '../../control/health-schema.ts';
import type {TunnelView} from '../../control/schema.ts';
import {formatAge, formatDuration, sparkline} from '../format.ts';
import {joinEqual, span, type Line} from '../text.ts';
import type {Theme, Tone} from '../theme.ts';

export const verdictTones: Readonly<Record<VoteView['verdict'], Tone>> = {good: 'good', suspect: 'warn', bad: 'bad', none: 'plain'};
/** `answers` is what it looks at; an operator asks when something was last heard, and how long an answer takes. */
export const voteNames: Readonly<Record<VoteView['source'], string>> = {handshake: 'handshake', answers: 'heard', probe: 'probe', dns: 'RTT'};

/** The higher, the worse: a low line is a good one. */
const heights: Readonly<Record<string, {readonly level: number; readonly tone: Tone}>> = {g: {level: 0, tone: 'good'}, s: {level: 3, tone: 'warn'}, b: {level: 7, tone: 'bad'}};

export function historyLine(history: string, width: number, {symbols}: Theme): Line {
	const shown = history.slice(-Math.max(0, width));
	return joinEqual([
		...(shown.length < width ? [span(' '.repeat(width - shown.length))] : []),
		...[...shown].map(letter => {
			const height = heights[letter];
			return height === undefined ? span(symbols.dot, 'faint') : span(symbols.spark[height.level] ?? '?', height.tone);
		}),
	]);
}

/** Round trips as a line of their own scale; where no answer came, a gap that is seen. */
export function rttLine(history: TunnelView['rtt']['history'], width: number, {symbols}: Theme): Line {
	const shown = history.slice(-Math.max(0, width));
	const levels = sparkline(shown.map(ms => ms ?? 0), {width: shown.length, levels: symbols.spark});
	return joinEqual([
		...(shown.length < width ? [span(' '.repeat(width - shown.length))] : []),
		...[...levels].map((level, index) => (shown[index] === null ? span(symbols.failed, 'bad') : span(level, 'accent'))),
	]);
}

/** The vote's number in few letters. */
export function voteValue({source, value, verdict}: VoteView): string {
	if (source === 'dns') return value === null ? (verdict === 'none' ? 'none' : 'lost') : formatDuration(value);
	return value === null ? 'none' : formatAge(value * 1000);
}
