/** What is said of a program's end, and what it said itself is not. */
import {expect, test} from 'vitest';
import {endWords} from '../../../src/kernel/program/end-words.ts';
import type {ProgramEnd} from '../../../src/kernel/program/program.ts';

test.each<[ProgramEnd, string | null]>([
	[{kind: 'exited', code: 0, output: 'secret'}, null],
	[{kind: 'exited', code: 3, output: 'secret'}, 'ended with exit code 3'],
	[{kind: 'killed', signal: 'SIGKILL', output: 'secret'}, 'was ended by SIGKILL'],
	[{kind: 'timed-out', output: 'secret'}, 'did not end within 20 s, and was killed'],
	[{kind: 'not-started', why: 'there is no such program'}, 'could not be started: there is no such program'],
])('%o', (end, words) => {
	expect(endWords(end, 20_000)).toBe(words);
});
