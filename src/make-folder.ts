/**
 * Makes a folder and those above it. Node's own `recursive` tries for ever where a folder stands whose children cannot be made,
 * as in /proc: a setting would hold up the start.
 */
import {mkdirSync, statSync} from 'node:fs';
import {mkdir, stat} from 'node:fs/promises';
import {dirname} from 'node:path';
import {errorCode} from './error-code.ts';

export function makeFolder(path: string, mode: number): void {
	try {
		mkdirSync(path, {mode});
	} catch (error) {
		if (errorCode(error) === 'EEXIST' && statSync(path).isDirectory()) return;
		if (!lacksParent(path, error)) throw error;
		makeFolder(dirname(path), mode);
		mkdirSync(path, {mode});
	}
}

/** The same without keeping the event loop, for a volume that may be stalled. */
export async function makeFolderAside(path: string, mode: number): Promise<void> {
	try {
		await mkdir(path, {mode});
	} catch (error) {
		if (errorCode(error) === 'EEXIST' && (await stat(path)).isDirectory()) return;
		if (!lacksParent(path, error)) throw error;
		await makeFolderAside(dirname(path), mode);
		await mkdir(path, {mode});
	}
}

const lacksParent = (path: string, error: unknown): boolean => errorCode(error) === 'ENOENT' && dirname(path) !== path;
