/**
 * Removes the socket of a daemon that was killed. Two starters may find it at the same moment, and the slower one must
 * not remove what the faster one has put there since. So whoever removes a dead socket first binds an abstract name made
 * from that file's identity: the kernel gives it to one process at a time and takes it back when that process dies, which
 * no lock file does. The identity is known only inside the run folder, so nobody else can sit on the name.
 */
import {createHash} from 'node:crypto';
import {lstat, unlink} from 'node:fs/promises';
import {connect, createServer, type Server} from 'node:net';
import {errorCode} from '../error-code.ts';

export type Answer = {readonly kind: 'alive'; readonly pid: number | null} | {readonly kind: 'dead'} | {readonly kind: 'gone'} | {readonly kind: 'foreign'; readonly why: string};

const helloWithinMs = 500;

/** Whether something listens there; the kernel knows, whereas a pid in a file may be another process by now. */
export async function probe(path: string): Promise<Answer> {
	const found = await lstat(path).catch(() => null);
	if (found === null) return {kind: 'gone'};
	// A connection to an ordinary file is refused too, and that one is not ours to remove.
	if (!found.isSocket()) return {kind: 'foreign', why: 'there is something else of that name'};
	return new Promise(resolve => {
		const socket = connect(path);
		let text = '';
		const settle = (answer: Answer): void => {
			clearTimeout(timer);
			socket.destroy();
			resolve(answer);
		};
		// A daemon that is stopped or busy accepts and says nothing: it lives.
		const timer = setTimeout(() => settle({kind: 'alive', pid: null}), helloWithinMs);
		socket.setEncoding('utf8');
		socket.on('data', (chunk: string) => {
			text += chunk;
			if (text.includes('\n') || text.length > 65_536) settle({kind: 'alive', pid: pidIn(text)});
		});
		socket.on('end', () => settle({kind: 'alive', pid: null}));
		socket.on('error', error => settle(answerTo(errorCode(error))));
	});
}

function answerTo(code: string | null): Answer {
	switch (code) {
		case 'ECONNREFUSED':
			return {kind: 'dead'};
		case 'ENOENT':
			return {kind: 'gone'};
		case 'EAGAIN': // Its queue of connections is full: it lives.
		case 'ECONNRESET':
		case 'EPIPE':
			return {kind: 'alive', pid: null};
		default:
			return {kind: 'foreign', why: code ?? 'it cannot be asked'};
	}
}

function pidIn(text: string): number | null {
	const pid = /^[^\n]*"pid":(\d{1,10})/.exec(text)?.[1];
	return pid === undefined ? null : Number(pid);
}

/** Removes the dead socket at `path`, unless it is no longer the one that was found or another starter is at it. */
export async function removeDead(path: string): Promise<void> {
	const identity = await identityOf(path);
	if (identity === null) return;
	const turn = await takeTurn(identity);
	if (turn === null) return;
	try {
		if ((await probe(path)).kind === 'dead' && (await identityOf(path)) === identity) await unlink(path);
	} catch (error) {
		if (errorCode(error) !== 'ENOENT') throw error;
	} finally {
		await new Promise(resolve => turn.close(resolve));
	}
}

async function identityOf(path: string): Promise<string | null> {
	const found = await lstat(path, {bigint: true}).catch(() => null);
	// Inode numbers are used again, times of creation are not; linking leaves the time of modification alone.
	return found === null ? null : createHash('sha256').update(`${found.dev} ${found.ino} ${found.mtimeNs}`).digest('hex');
}

function takeTurn(identity: string): Promise<Server | null> {
	return new Promise(resolve => {
		const server = createServer(socket => socket.destroy());
		server.once('error', () => resolve(null));
		server.listen({path: `\0vks-${identity}`, exclusive: true}, () => resolve(server));
	});
}
