/** When leak tests run, and whom they ask. */
import {ok} from '../result.ts';
import {faulty, type Parsed} from './parse-text.ts';

const unitMs = {s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000} as const;

export function parseDrillEvery(text: string): Parsed<number | null> {
	if (text.toLowerCase() === 'off') return ok(null);
	const [, digits, unit] = /^(\d{1,7})([smhd])$/.exec(text.toLowerCase()) ?? [];
	if (digits === undefined || !isUnit(unit)) return faulty({value: text, wrong: 'is not a length of time'});
	const ms = Number(digits) * unitMs[unit];
	return ms >= unitMs.m && ms <= 30 * unitMs.d ? ok(ms) : faulty({value: text, wrong: 'is not from 1m to 30d'});
}

const isUnit = (text: string | undefined): text is keyof typeof unitMs => text !== undefined && text in unitMs;

export function parseWhoami(text: string): Parsed<string | null> {
	if (text === '') return ok(null);
	return text.length <= 253 && /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{1,63}$/i.test(text) ? ok(text) : faulty({value: text, wrong: 'is not a host name'});
}
