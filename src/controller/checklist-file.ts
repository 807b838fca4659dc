/** What was looked at, across restarts. Nothing that may pass depends on it. */
import {join} from 'node:path';
import {z} from 'zod';
import {checkedViewSchema, type CheckedView} from '../control/checklist-schema.ts';
import type {Problem} from '../problem.ts';
import type {Result} from '../result.ts';
import {parseJson, recallState, rememberState, type StateFile} from './state-file.ts';

export interface ChecklistFile {
	recall(): Result<readonly CheckedView[], Problem>;
	remember(checked: readonly CheckedView[]): Result<void, Problem>;
}

const fileSchema = z.strictObject({version: z.literal(1), checked: z.array(checkedViewSchema.strict()).max(50)});

export function checklistFile(folder: string): ChecklistFile {
	const file: StateFile<readonly CheckedView[]> = {path: join(folder, 'checklist.json'), empty: () => [], parse: parseChecklist, unreadable, notSaved};
	return {recall: () => recallState(file), remember: checked => rememberState(file, `${JSON.stringify({version: 1, checked})}\n`)};
}

/** Null for what vks did not write. */
export function parseChecklist(text: string): readonly CheckedView[] | null {
	const parsed = fileSchema.safeParse(parseJson(text));
	return parsed.success ? parsed.data.checked : null;
}

const unreadable = (path: string, why: string): Problem => ({
	code: 'state-folder', severity: 'warning', what: `The checklist in ${path} cannot be read: ${why}. What was looked at begins anew.`, stillBlocking: true,
	next: 'Nothing must be done; mark again what is known.',
});
const notSaved = (path: string, why: string): Problem => ({
	code: 'state-folder', severity: 'warning', what: `The checklist could not be saved to ${path}: ${why}; a restart forgets what was looked at.`, stillBlocking: true,
	next: 'Make the folder named by VKS_STATE_FOLDER writable, with room on its disk.',
});
