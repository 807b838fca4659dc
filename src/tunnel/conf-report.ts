/** Collects what is wrong in one server file and what was ignored. No message repeats a value: it might be a key. */
import type {Problem} from '../problem.ts';

export interface Report {
	/** In the order of the lines; what concerns the whole file comes last. */
	problems(): readonly Problem[];
	readonly notes: readonly string[];
	/** `line` null: the whole file. */
	add(line: number | null, what: string, next: string): void;
	note(text: string): void;
}

export function confReport(file: string): Report {
	const found: {readonly line: number; readonly problem: Problem}[] = [];
	const notes: string[] = [];
	return {
		problems: () => found.toSorted((a, b) => a.line - b.line).map(({problem}) => problem),
		notes,
		add: (line, what, next) => {
			const problem = confProblem(`${file}${line === null ? '' : ` line ${line}`}: ${what}.`, next.endsWith('?') ? next : `${next}.`);
			found.push({line: line ?? Number.MAX_SAFE_INTEGER, problem});
		},
		note: text => {
			notes.push(text);
		},
	};
}

/** A file that cannot be used opens nothing: no policy is made from it. */
export const confProblem = (what: string, next: string): Problem => ({code: 'configuration', severity: 'error', what, stillBlocking: true, next});
