/** How often something happens by itself: a length of time with its unit, or off. */
import {ok} from '../result.ts';
import {faulty, type TextParser} from './parse-text.ts';

const unitMs = {s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000} as const;

/** Null is off. */
export const everyOrOff = (least: string, most: string): TextParser<number | null> => text => {
	return text.toLowerCase() === 'off' ? ok(null) : length(least, most)(text);
};

export const length = (least: string, most: string): TextParser<number> => text => {
	const ms = lengthOf(text);
	if (ms === null) return faulty({value: text, wrong: 'is not a length of time'});
	return ms >= (lengthOf(least) ?? 0) && ms <= (lengthOf(most) ?? 0) ? ok(ms) : faulty({value: text, wrong: `is not from ${least} to ${most}`});
};

function lengthOf(text: string): number | null {
	const [, digits, unit] = /^(\d{1,7})([smhd])$/.exec(text.toLowerCase()) ?? [];
	return digits === undefined || !isUnit(unit) ? null : Number(digits) * unitMs[unit];
}

const isUnit = (text: string | undefined): text is keyof typeof unitMs => text !== undefined && text in unitMs;
