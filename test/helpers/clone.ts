/** A fresh checkout of what is in the work tree now: no packages, nothing built. */
import {cpSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {execFileSync} from 'node:child_process';
import {repositoryFolder} from '../../lab/program.ts';

export interface Clone {
	readonly folder: string;
	remove(): void;
}

export function cloneWorkTree(): Clone {
	const folder = mkdtempSync(join(tmpdir(), 'vks-clone-'));
	const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {cwd: repositoryFolder, encoding: 'utf8'});
	for (const file of listed.split('\0').filter(name => name !== '')) {
		try {
			cpSync(join(repositoryFolder, file), join(folder, file));
		} catch {
			// Tracked, and deleted in the work tree.
		}
	}
	return {folder, remove: () => rmSync(folder, {recursive: true, force: true})};
}
