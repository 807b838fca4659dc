/** The folder of the sockets. Who may write in it could put a socket of their own in place of ours. */
import {chmod, chown, lstat, readdir, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {makeFolderAside} from '../make-folder.ts';
import type {Problem} from '../problem.ts';
import {fail, ok, type Result} from '../result.ts';
import {folderRefused, reasonOf} from './problems.ts';

const othersMayWrite = 0o022;
const leftBehindMs = 60_000;
/** Of the private folders of `listenInPlace`: short, because the path of a socket may have 107 bytes and no more. */
export const privatePrefix = '.';
/** As `mkdtemp` completes it. */
const privateName = /^\.[A-Za-z0-9]{6}$/;

/** Makes the folder if it is absent. */
export async function prepareRunFolder(folder: string): Promise<Result<null, Problem>> {
	try {
		await makeFolderAside(folder, 0o700);
		const found = await lstat(folder);
		if (!found.isDirectory()) return fail(folderRefused(folder, 'it is not a folder'));
		if (found.uid !== process.geteuid?.()) return fail(folderRefused(folder, `it belongs to uid ${found.uid}`));
		if ((found.mode & othersMayWrite) !== 0) return fail(folderRefused(folder, 'others may write in it'));
		await sweep(folder);
		return ok(null);
	} catch (error) {
		return fail(folderRefused(folder, reasonOf(error)));
	}
}

/** Lets the group pass through the folder to the viewers' socket; it cannot list it, nor write in it. */
export async function letThrough(folder: string, group: number): Promise<Result<null, Problem>> {
	try {
		await chown(folder, process.geteuid?.() ?? 0, group);
		await chmod(folder, 0o710);
		return ok(null);
	} catch (error) {
		return fail(folderRefused(folder, reasonOf(error)));
	}
}

/** A daemon killed in the millisecond before its socket was in place leaves a private folder. A recent one may be in use. */
async function sweep(folder: string): Promise<void> {
	for (const name of await readdir(folder)) {
		if (!privateName.test(name)) continue;
		const path = join(folder, name);
		const found = await lstat(path).catch(() => null);
		if (found?.isDirectory() === true && Date.now() - found.mtimeMs > leftBehindMs) await rm(path, {recursive: true, force: true});
	}
}
