/** All bytes that a daemon's socket says to a client that asks it everything, right and wrong. */
import {existsSync} from 'node:fs';
import {createConnection, type Socket} from 'node:net';
import {waitUntil} from '../../lab/processes.ts';

export interface SocketTap {
	/** Every byte so far. */
	heard(): string;
	say(line: string): void;
	close(): void;
}

/** Asks for every topic at once; `onNews` is called whenever something comes. */
export async function tapSocket(path: string, onNews: () => void = () => undefined): Promise<SocketTap> {
	// The viewers' socket is the second that a daemon makes.
	await waitUntil(() => existsSync(path));
	const socket: Socket = createConnection(path);
	await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
	const chunks: Buffer[] = [];
	// The daemon is killed beside it in some tests.
	socket.on('error', () => undefined);
	socket.on('data', (chunk: Buffer) => {
		chunks.push(chunk);
		onNews();
	});
	const say = (line: string): void => void socket.write(`${line}\n`);
	say(JSON.stringify({type: 'subscribe', id: 1, topics: ['snapshot', 'drops', 'journal']}));
	return {heard: () => Buffer.concat(chunks).toString('utf8'), say, close: () => socket.destroy()};
}
