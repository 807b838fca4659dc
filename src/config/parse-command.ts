/** A command of the operator's: a JSON list of its words, or the words as they are. No shell reads it, so nothing is quoted or expanded. */
import {z} from 'zod';
import {ok} from '../result.ts';
import {faulty, type Parsed} from './parse-text.ts';

/** The program, and what it is told. */
export type Argv = readonly [string, ...string[]];

const wordSchema = z.string().min(1).max(4096).refine(word => !/\p{Cc}/u.test(word));
const argvSchema = z.tuple([wordSchema], wordSchema).refine(words => words.length <= 100);
/** What a shell would not pass on as it is. */
const forAShell = /["'`\\$|&;<>()*?~#]/;

/** Null where there is none. A command may hold a secret, so no fault repeats it. */
export function parseCommand(text: string): Parsed<Argv | null> {
	if (text === '') return ok(null);
	if (text.startsWith('[')) {
		const words = argvSchema.safeParse(readJson(text));
		return words.success ? ok(words.data) : faulty({value: null, wrong: 'begins as a JSON list, and is none of words'});
	}
	if (forAShell.test(text)) return faulty({value: null, wrong: 'holds characters that a shell would read, and none does', right: 'Write a JSON list of its words, such as ["/bin/sh", "-c", "…"].'});
	const words = argvSchema.safeParse(text.trim().split(/\s+/));
	return words.success ? ok(words.data) : faulty({value: null, wrong: 'is no command'});
}

/** The inverse, whatever its words hold. */
export const commandText = (argv: Argv | null): string => (argv === null ? '' : JSON.stringify(argv));

function readJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}
