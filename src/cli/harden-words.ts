/** What is wrong with a hardening, as a problem: what the host let in before, it lets in still, unless it is said otherwise. */
import type {Problem, ProblemCode} from '../problem.ts';

export const harmed = (what: string, next: string, code: ProblemCode = 'hardening'): Problem => ({code, severity: 'error', what, stillBlocking: 'unknown', next});

export const takenBack = (why: string, trouble: readonly string[]): Problem => trouble.length === 0
	? harmed(`${why}, so everything that was applied is taken back: this host lets in what it let in before.`, 'Apply it again, and run `vks harden --confirm` in time; `--confirm-within TIME` gives more.', 'not-confirmed')
	: harmed(`${why}, but not everything that was applied could be taken back: ${trouble.join('; ')}.`, 'Run `vks harden --undo` when that is mended.', 'not-confirmed');
