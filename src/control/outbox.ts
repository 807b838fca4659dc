/** What waits to be read by one client: bounded, so that a client which stopped reading costs little and then nothing. */
import type {Socket} from 'node:net';
import type {ControlLimits} from './limits.ts';

export interface Outbox {
	send(line: string): void;
	/** Sends, or while the client lags keeps this value only: an older snapshot has no use once there is a newer one. */
	sendNewest(line: () => string): void;
	/** Whether the client has so much to read that its requests should wait. */
	full(): boolean;
	/** To be called when the socket drained. */
	drained(): void;
}

export function outbox(socket: Socket, limits: ControlLimits): Outbox {
	let newest: (() => string) | null = null;

	const send = (line: string): void => {
		if (!socket.writable) return;
		socket.write(line);
		if (socket.writableLength > limits.cutOffBytes) socket.destroy();
	};

	// Below the stream's own mark no `drain` would follow, and whoever waits for it would wait for ever.
	const holdsMoreThan = (bytes: number): boolean => socket.writableNeedDrain && socket.writableLength > bytes;

	return {
		send,
		sendNewest(line) {
			const lagging = holdsMoreThan(limits.conflateBytes);
			newest = lagging ? line : null;
			if (!lagging) send(line());
		},
		full: () => holdsMoreThan(limits.pauseBytes),
		drained() {
			const line = newest;
			newest = null;
			if (line !== null) send(line());
		},
	};
}
