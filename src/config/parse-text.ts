/** Parsers of single values, and how parsers become zod schemas. */
import {z} from 'zod';
import {fail, ok, type Result} from '../result.ts';
import type {Fault} from './setting-problem.ts';

export type Parsed<T> = Result<T, readonly Fault[]>;
export type TextParser<T> = (text: string) => Parsed<T>;

export const faulty = (fault: Fault): Parsed<never> => fail([fault]);

/** A schema that keeps each fault's own value and advice, which a plain zod message has no room for. */
export const textSchema = <T>(parse: TextParser<T>) =>
	z.string().transform((text, context): T => {
		const parsed = parse(text);
		if (parsed.ok) return parsed.value;
		for (const fault of parsed.error) context.addIssue({code: 'custom', message: fault.wrong, params: {fault}});
		return z.NEVER;
	});

export const listOf =
	<T>(parse: TextParser<T>): TextParser<readonly T[]> =>
	text => all(splitEntries(text).map(parse));

/** The entries that do parse, for checks that must not wait until the others do. */
export function goodEntries<T>(parse: TextParser<T>, text: string): readonly T[] {
	return splitEntries(text).map(parse).flatMap(each => (each.ok ? [each.value] : []));
}

/** Separated by `;`, `,` or a new line (a compose file's block text). Empty entries are skipped. */
const splitEntries = (text: string): readonly string[] => text.split(/[;,\n]/).map(entry => entry.trim()).filter(entry => entry !== '');

/** Every value, or every fault. */
export function all<T>(parsed: readonly Parsed<T>[]): Parsed<readonly T[]> {
	const faults = parsed.flatMap(each => (each.ok ? [] : each.error));
	return faults.length > 0 ? fail(faults) : ok(parsed.flatMap(each => (each.ok ? [each.value] : [])));
}

export function choice<const T extends string>(words: readonly [T, ...T[]]) {
	return z.string().toLowerCase().pipe(z.enum(words, {error: `is not one of ${words.join(', ')}`}));
}

export const yesOrNo = z.stringbool({
	truthy: ['yes', 'true', 'on', '1'],
	falsy: ['no', 'false', 'off', '0'],
	error: 'is neither yes nor no',
});

export function wholeNumber({least, most}: {readonly least: number; readonly most: number}) {
	return z
		.string()
		.regex(/^(?:0x[0-9a-f]{1,8}|\d{1,10})$/i, {error: 'is not a whole number', abort: true})
		.transform(Number)
		.refine(number => number >= least && number <= most, {error: `is not from ${least} to ${most}`});
}

/** Null is off. */
export const numberOrOff = (range: {readonly least: number; readonly most: number}) =>
	z.union([z.string().regex(/^off$/i).transform(() => null), wholeNumber(range)], {error: `is neither off nor a number from ${range.least} to ${range.most}`});
