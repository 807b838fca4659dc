/** Bytes to and from a daemon's socket, whatever carries them: the socket itself, or a program that stands at its other end. */
import {connect} from 'node:net';
import type {Problem} from '../problem.ts';
import {socketProblem} from './problems.ts';

export interface Wire {
	/** What messages call the daemon at its end. */
	readonly name: string;
	readonly isOpen: () => boolean;
	readonly write: (text: string) => void;
	readonly close: () => void;
	/** Called once, at once. `onClose` comes once and last, with null where all there is to say is that it is closed. */
	readonly listen: (onData: (chunk: Uint8Array) => void, onClose: (problem: Problem | null) => void) => void;
}

export function socketWire(path: string): Wire {
	const socket = connect(path);
	let problem: Problem | null = null;
	return {
		name: path,
		isOpen: () => socket.writable,
		write: text => void socket.write(text),
		close: () => void socket.destroy(),
		listen(onData, onClose) {
			socket.on('data', onData);
			socket.on('error', error => (problem = socketProblem(path, error) ?? problem));
			socket.on('close', () => onClose(problem));
		},
	};
}
