/**
 * What exceptions are for, across restarts: who, what and why. How long they last is the kernel's word alone, so a file that
 * somebody changed, or a wall clock that was set back, prolongs nothing. What cannot be read is dropped, and its sets with it.
 */
import {join} from 'node:path';
import {z} from 'zod';
import {exceptionTextSchema} from '../control/schema.ts';
import type {Exception} from '../policy/exception.ts';
import type {Problem} from '../problem.ts';
import type {Result} from '../result.ts';
import {parseException, type ExceptionWish} from './exception-wish.ts';
import {parseJson, recallState, rememberState, type StateFile} from './state-file.ts';

const fileSchema = z.strictObject({
	version: z.literal(1),
	nextId: z.number().int().positive(),
	exceptions: z.array(exceptionTextSchema.extend({id: z.number().int().positive()})).max(1000),
});

export interface SavedExceptions {
	readonly nextId: number;
	readonly exceptions: ReadonlyArray<{readonly id: number; readonly wish: ExceptionWish}>;
}

export interface ExceptionsFile {
	recall(): Result<SavedExceptions, Problem>;
	remember(nextId: number, exceptions: readonly Exception[]): Result<void, Problem>;
}

export function exceptionsFile(folder: string): ExceptionsFile {
	const file: StateFile<SavedExceptions> = {path: join(folder, 'exceptions.json'), empty: () => ({nextId: 1, exceptions: []}), parse: parseExceptions, unreadable, notSaved};
	return {recall: () => recallState(file), remember: (nextId, exceptions) => rememberState(file, renderExceptions(nextId, exceptions))};
}

/** Null for what vks did not write, or would not have granted. */
export function parseExceptions(text: string): SavedExceptions | null {
	const parsed = fileSchema.safeParse(parseJson(text));
	if (!parsed.success) return null;
	const read = parsed.data.exceptions.map(({id, ...saved}) => ({id, wish: parseException(saved)}));
	const exceptions = read.flatMap(({id, wish}) => (wish.ok ? [{id, wish: wish.value}] : []));
	return new Set(exceptions.map(({id}) => id)).size === read.length ? {nextId: parsed.data.nextId, exceptions} : null;
}

export function renderExceptions(nextId: number, exceptions: readonly Exception[]): string {
	const saved = exceptions.map(({id, protocol, range, port, direction, uid, reason, by, lease}) => ({id, protocol, range, port, direction, uid, reason, by, seconds: Math.round(lease.forMs / 1000)}));
	return `${JSON.stringify({version: 1, nextId, exceptions: saved})}\n`;
}

const unreadable = (path: string, why: string): Problem => ({
	code: 'state-folder', severity: 'warning', what: `The exceptions in ${path} cannot be read: ${why}. All of them were ended.`, stillBlocking: true,
	next: 'Grant again what is still needed (`vks allow`).',
});
const notSaved = (path: string, why: string): Problem => ({
	code: 'state-folder', severity: 'warning', what: `The exceptions could not be saved to ${path}: ${why}; a restart ends them.`, stillBlocking: true,
	next: 'Make the folder named by VKS_STATE_FOLDER writable, with room on its disk.',
});
