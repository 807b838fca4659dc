/** Programs in memory: what each does is said by the test, and what was asked of them is remembered. */
import type {ProgramEnd, ProgramWish} from '../../src/kernel/kernel.ts';

/** `hang` goes on until its time is over. */
export type FakeProgram = (wish: ProgramWish) => ProgramEnd | 'hang';

export interface FakePrograms {
	/** By the first word; another is not there. */
	readonly installed: Map<string, FakeProgram>;
	/** Every one that was asked for, the oldest first. */
	readonly runs: ProgramWish[];
}

export const fakePrograms = (): FakePrograms => ({installed: new Map(), runs: []});

export async function runFake({installed, runs}: FakePrograms, wish: ProgramWish, signal: AbortSignal): Promise<ProgramEnd> {
	if (signal.aborted) return {kind: 'not-started', why: 'it was no longer wanted'};
	runs.push(wish);
	const ended = installed.get(wish.argv[0])?.(wish) ?? {kind: 'not-started', why: 'there is no such program'};
	if (ended !== 'hang') return ended;
	const wanted = await new Promise<boolean>(resolve => {
		const late = setTimeout(() => resolve(true), wish.timeoutMs);
		signal.addEventListener('abort', () => (clearTimeout(late), resolve(false)), {once: true});
	});
	return wanted ? {kind: 'timed-out', output: ''} : {kind: 'killed', signal: 'SIGKILL', output: ''};
}
