/**
 * The file that tells others which port is forwarded: the number and a new line, or no file at all. Another file of that name is
 * somebody's, and stays. Never synchronous: where the volume is stalled, the event loop would be too, and a lockdown with it.
 */
import {constants} from 'node:fs';
import {open, rename, rm} from 'node:fs/promises';
import {dirname} from 'node:path';
import {errorCode} from '../error-code.ts';
import {makeFolderAside} from '../make-folder.ts';
import type {Port} from '../net/port.ts';
import type {Problem} from '../problem.ts';
import {fail, ok, type Result} from '../result.ts';
import {fileTrouble} from '../small-file.ts';
import {isMissingFile} from './state-file.ts';

export interface PortFile {
	/** Null takes it away. Never rejects; one at a time. */
	write(port: Port | null): Promise<Result<void, Problem>>;
}

/** O_NONBLOCK: a FIFO is not waited for. */
const asItIs = constants.O_NONBLOCK | constants.O_NOFOLLOW;
const mostBytes = 6;

export const portFile = (path: string): PortFile => ({
	async write(port) {
		const next = `${path}.next`;
		try {
			if (!(await isOurs(path, /^\d+\n$/))) return fail(foreign(path));
			if (port === null) {
				await rm(path, {force: true});
				return ok(undefined);
			}
			// Half of it where an earlier vks was killed meanwhile.
			if (!(await isOurs(next, /^\d*\n?$/))) return fail(foreign(next));
			await makeFolderAside(dirname(path), 0o755);
			await writeNew(next, `${port}\n`);
			// A reader finds the old or the new number.
			await rename(next, path);
			return ok(undefined);
		} catch (error) {
			return fail(told(
				`${path} could not be ${port === null ? 'taken away' : 'written'}: ${fileTrouble(error)}. Whoever reads the forwarded port there has an old one, or none.`,
				'Let VKS_PORT_FILE name a file in a folder that vks may write to; a file that is mounted by itself cannot be replaced.',
			));
		}
	},
});

/** Nothing is, too. */
async function isOurs(path: string, whole: RegExp): Promise<boolean> {
	try {
		const file = await open(path, constants.O_RDONLY | asItIs);
		try {
			const found = await file.stat();
			if (!found.isFile() || found.size > mostBytes) return false;
			const {buffer, bytesRead} = await file.read(Buffer.alloc(mostBytes), 0, mostBytes, 0);
			return whole.test(buffer.toString('latin1', 0, bytesRead));
		} finally {
			await file.close();
		}
	} catch (error) {
		if (isMissingFile(error)) return true;
		// A link (open(2), O_NOFOLLOW): vks makes none.
		if (errorCode(error) === 'ELOOP') return false;
		throw error;
	}
}

async function writeNew(path: string, text: string): Promise<void> {
	const file = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | asItIs, 0o644);
	try {
		await file.writeFile(text);
		await file.sync();
	} finally {
		await file.close();
	}
}

const told = (what: string, next: string): Problem => ({code: 'port-told', severity: 'warning', stillBlocking: true, what, next});
const foreign = (path: string): Problem => told(
	`${path} is there and is no port that vks wrote, so it is left as it is, and nobody is told of the forwarded port there.`,
	'Let VKS_PORT_FILE name a file that nobody else uses, or remove that one.',
);
