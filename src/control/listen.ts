/**
 * Puts a listening socket at a path that may be taken. It is bound in a private folder, gets its mode there and is linked
 * into place: nobody can connect while the umask decides its mode, and the link fails if the name is taken.
 */
import {lstatSync, rmSync} from 'node:fs';
import {chmod, chown, link, lstat, mkdtemp, rm} from 'node:fs/promises';
import type {Server} from 'node:net';
import {dirname, join} from 'node:path';
import type {Problem} from '../problem.ts';
import {fail, ok, type Result} from '../result.ts';
import {errorCode} from '../error-code.ts';
import {alreadyRunning, reasonOf, socketTaken} from './problems.ts';
import {privatePrefix} from './run-folder.ts';
import {probe, removeDead} from './takeover.ts';

export interface Place {
	readonly path: string;
	/** May connect besides the owner. */
	readonly group: number | null;
}

export interface Placed {
	/** Removes the socket from the folder if it is still this one, stops listening and waits until the last client is gone. */
	close(): Promise<unknown>;
}

const takeOverWithinMs = 3000;
const retryMs = 10;

export async function listenInPlace(server: Server, {path, group}: Place): Promise<Result<Placed, Problem>> {
	let folder: string | null = null;
	try {
		folder = await mkdtemp(`${dirname(path)}/${privatePrefix}`);
		const hidden = join(folder, 's');
		await listen(server, hidden);
		if (group !== null) await chown(hidden, process.geteuid?.() ?? 0, group);
		await chmod(hidden, group === null ? 0o600 : 0o660);
		const {ino} = await lstat(hidden);
		const problem = await linkInPlace(hidden, path);
		if (problem === null) return ok({close: () => close(server, path, ino)});
		await stop(server);
		return fail(problem);
	} catch (error) {
		await stop(server);
		return fail(socketTaken(path, reasonOf(error)));
	} finally {
		if (folder !== null) await rm(folder, {recursive: true, force: true});
	}
}

async function linkInPlace(hidden: string, path: string): Promise<Problem | null> {
	for (const until = performance.now() + takeOverWithinMs; performance.now() < until; ) {
		try {
			await link(hidden, path);
			return null;
		} catch (error) {
			if (errorCode(error) !== 'EEXIST') throw error;
		}
		const answer = await probe(path);
		if (answer.kind === 'alive') return alreadyRunning(path, answer.pid);
		if (answer.kind === 'foreign') return socketTaken(path, answer.why);
		if (answer.kind === 'dead') await removeDead(path);
		await new Promise(resolve => setTimeout(resolve, retryMs));
	}
	return socketTaken(path, 'what a dead daemon left there could not be removed');
}

const listen = (server: Server, path: string): Promise<void> =>
	new Promise((resolve, reject) => {
		server.once('error', reject);
		server.listen({path, exclusive: true}, () => {
			server.off('error', reject);
			resolve();
		});
	});

const stop = (server: Server): Promise<unknown> => new Promise(resolve => server.close(resolve));

function close(server: Server, path: string, ino: number): Promise<unknown> {
	// In one go and while it still listens: nobody takes a living socket's place, so what is removed is ours.
	if (lstatSync(path, {throwIfNoEntry: false})?.ino === ino) rmSync(path, {force: true});
	return stop(server);
}
