/** The last result of each item of the checklist, for every console alike. */
import {isItem} from '../checklist/items.ts';
import type {CheckedView} from '../control/checklist-schema.ts';
import type {Outcome} from '../control/schema.ts';
import type {Problem} from '../problem.ts';
import type {ChecklistFile} from './checklist-file.ts';
import type {Clock} from './clock.ts';

export interface CheckedDeps {
	readonly clock: Pick<Clock, 'now'>;
	readonly file: ChecklistFile;
	readonly note: (problem: Problem | null) => void;
}

export interface Checked {
	/** Reads what an earlier daemon remembered. */
	recall(): void;
	all(): readonly CheckedView[];
	mark(what: {readonly item: string; readonly result: CheckedView['result']; readonly detail: string}): Outcome;
}

export function createChecked({clock, file, note}: CheckedDeps): Checked {
	const kept = new Map<string, CheckedView>();
	return {
		recall() {
			const recalled = file.recall();
			note(recalled.ok ? null : recalled.error);
			// What is no item any more is forgotten with the next mark.
			if (recalled.ok) for (const each of recalled.value) if (isItem(each.id)) kept.set(each.id, each);
		},
		all: () => [...kept.values()],
		mark({item, result, detail}) {
			const what = `There is no item ${item} on the checklist.`;
			if (!isItem(item)) return {ok: false, message: what, durationMs: 0, problem: {code: 'configuration', severity: 'error', what, stillBlocking: true, next: 'List them with `vks checklist`.'}};
			kept.set(item, {id: item, atMs: clock.now(), result, detail});
			const saved = file.remember([...kept.values()]);
			note(saved.ok ? null : saved.error);
			return {ok: true, message: `${item} is marked ${result}.`, durationMs: 0, problem: saved.ok ? null : saved.error};
		},
	};
}
