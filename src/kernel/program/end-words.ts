/** What became of a program, in words that follow its name. Without what it said: that is the operator's, and may hold a secret. Pure. */
import {assertNever} from '../../result.ts';
import type {ProgramEnd} from './program.ts';

/** Null where it did as it was told. */
export function endWords(end: ProgramEnd, withinMs: number): string | null {
	switch (end.kind) {
		case 'exited':
			return end.code === 0 ? null : `ended with exit code ${end.code}`;
		case 'killed':
			return `was ended by ${end.signal}`;
		case 'timed-out':
			return `did not end within ${withinMs / 1000} s, and was killed`;
		case 'not-started':
			return `could not be started: ${end.why}`;
		default:
			return assertNever(end);
	}
}
