/**
 * Whether a folder of servers is as it was: names, sizes and times in one text. Looked at and not watched, because inotify says
 * nothing of a network file system, of a mount that takes the folder's place, or of the links that Kubernetes swaps.
 */
import {readdir, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {errorCode} from './folder-files.ts';

/** Beyond this nobody keeps server files; a folder without end must not fill the memory. */
const mostFiles = 5000;

/** All files, because certificates stand beside those that name them. Never rejects: what cannot be read is a state too. */
export async function folderStamp(folder: string): Promise<string> {
	try {
		const names = (await readdir(folder)).filter(name => !name.startsWith('.')).toSorted().slice(0, mostFiles);
		return (await Promise.all(names.map(async name => `${name}\t${await fileStamp(join(folder, name))}`))).join('\n');
	} catch (error) {
		return `unreadable ${errorCode(error)}`;
	}
}

/** The change time moves where a copy keeps the time of the original, and with `chmod`. */
async function fileStamp(path: string): Promise<string> {
	try {
		const {size, mtimeMs, ctimeMs, ino} = await stat(path);
		return `${size} ${mtimeMs} ${ctimeMs} ${ino}`;
	} catch (error) {
		return errorCode(error);
	}
}
