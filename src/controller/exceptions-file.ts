/**
 * What exceptions are for, across restarts: who, what and why. How long they last is the kernel's word alone, so a file that
 * somebody changed, or a wall clock that was set back, prolongs nothing. What cannot be read is dropped, and its sets with it.
 */
import {join} from 'node:path';
import {z} from 'zod';
import {exceptionTextSchema} from '../control/schema.ts';
import type {Exception} from '../policy/exception.ts';
import type {Problem} from '../problem.ts';
import {fail, ok, type Result} from '../result.ts';
import {parseException, type ExceptionWish} from './exception-wish.ts';
import {parseJson, readStateFile, writeStateFile} from './state-file.ts';

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
	const path = join(folder, 'exceptions.json');
	return {
		recall() {
			try {
				const text = readStateFile(path);
				return text === null ? ok({nextId: 1, exceptions: []}) : parseExceptions(text, path);
			} catch (error) {
				return fail(unreadable(path, error instanceof Error ? error.message : String(error)));
			}
		},
		remember(nextId, exceptions) {
			try {
				writeStateFile(path, renderExceptions(nextId, exceptions));
				return ok(undefined);
			} catch (error) {
				return fail(notSaved(path, error instanceof Error ? error.message : String(error)));
			}
		},
	};
}

export function parseExceptions(text: string, path: string): Result<SavedExceptions, Problem> {
	const parsed = fileSchema.safeParse(parseJson(text));
	if (!parsed.success) return fail(unreadable(path, 'it is not what vks wrote'));
	const read = parsed.data.exceptions.map(({id, ...saved}) => ({id, wish: parseException(saved)}));
	const exceptions = read.flatMap(({id, wish}) => (wish.ok ? [{id, wish: wish.value}] : []));
	const unique = new Set(exceptions.map(({id}) => id)).size === read.length;
	return unique ? ok({nextId: parsed.data.nextId, exceptions}) : fail(unreadable(path, 'it holds what vks would not have granted'));
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
