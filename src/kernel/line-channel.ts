/** A unix socket that speaks in lines, to a process of our own. */
import {createConnection} from 'node:net';
import {fail, ok, type Result} from '../result.ts';

export interface Channel {
	say(line: string): void;
	/** Lines from the first one on, to one listener. */
	listen(listener: (line: string) => void): void;
	/** Called once when the other side is gone, unless we closed. */
	onClose(listener: () => void): void;
	close(): void;
}

/** Fails where nobody listens. */
export type OpenChannel = (path: string) => Promise<Result<Channel, string>>;

/** A line is at most a few KiB; who never ends one does not fill our memory. */
const longestLine = 64 * 1024;

export const openChannel: OpenChannel = path =>
	new Promise(resolve => {
		const socket = createConnection(path);
		const closed: (() => void)[] = [];
		let hear: ((line: string) => void) | null = null;
		let waiting: string[] = [];
		let rest = '';
		let asked = false;
		socket.setEncoding('utf8');
		socket.on('data', (text: string) => {
			const lines = (rest + text).split('\n');
			rest = lines.pop() ?? '';
			if (rest.length > longestLine) socket.destroy();
			for (const line of lines) {
				if (hear === null) waiting.push(line);
				else hear(line);
			}
		});
		socket.on('error', error => {
			resolve(fail(error.message));
		});
		socket.on('close', () => {
			if (!asked) for (const listener of closed.splice(0)) listener();
		});
		socket.once('connect', () => {
			// The process that it leads to keeps nobody's daemon alive.
			socket.unref();
			resolve(ok({
				say: line => void socket.write(`${line}\n`),
				listen(listener) {
					hear = listener;
					const earlier = waiting;
					waiting = [];
					for (const line of earlier) listener(line);
				},
				onClose(listener) {
					// Whoever comes too late is still told.
					if (socket.destroyed && !asked) queueMicrotask(listener);
					else closed.push(listener);
				},
				close() {
					asked = true;
					socket.destroy();
				},
			}));
		});
	});
