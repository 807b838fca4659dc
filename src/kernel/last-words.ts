/** What a program wrote on standard error before it ended: a file without a name, because a pipe would kill it once we are gone. */
import {randomUUID} from 'node:crypto';
import {closeSync, existsSync, fstatSync, openSync, readSync, unlinkSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {withoutControls} from '../controls.ts';

const mostRead = 4096;
const mostTold = 300;

export interface LastWords {
	readonly file: number;
	/** What was written so far, in a line; nothing can be read afterwards. */
	end(): string;
}

/** Null where no file can be made: then it is not known. */
export function openLastWords(): LastWords | null {
	try {
		const path = join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), `vks-${randomUUID()}`);
		const file = openSync(path, 'ax+', 0o600);
		unlinkSync(path);
		return {file, end: () => readAndClose(file)};
	} catch {
		return null;
	}
}

function readAndClose(file: number): string {
	try {
		const bytes = Buffer.alloc(mostRead);
		return lastWordsIn(bytes.toString('utf8', 0, readSync(file, bytes, 0, mostRead, Math.max(0, fstatSync(file).size - mostRead))));
	} catch {
		return '';
	} finally {
		closeSync(file);
	}
}

/** The last lines, without what a Go program tells of its stacks; short, and nothing that a terminal would obey. */
export function lastWordsIn(text: string): string {
	const [said = ''] = text.split(/^(?:goroutine \d|runtime stack:)/m);
	const lines = said.split(/\r?\n/).map(line => line.trim()).filter(line => line !== '');
	return withoutControls(lines.slice(-3).join('; ')).slice(0, mostTold);
}
