/**
 * `vks connect-stdio`: the daemon's socket, carried over standard input and output. A console elsewhere reaches it so by
 * what there is already (ssh, docker exec), and nothing new listens. It passes bytes on and knows nothing of them.
 */
import {connect, type Socket} from 'node:net';
import {connectionLost, socketProblem} from '../control/problems.ts';
import type {Problem} from '../problem.ts';
import {fail, ok, type Result} from '../result.ts';
import {socketsFor} from './daemon.ts';
import {exitCodes, hasOption, type Args, type ExitCode, type Io} from './io.ts';
import {outputFor} from './output.ts';

interface Carried {
	readonly socket: Socket;
	readonly path: string;
}

export async function run(args: Args, io: Io): Promise<ExitCode> {
	const opened = await openSocket(args, io);
	const problem = opened.ok ? await carry(opened.value.socket, opened.value.path, io) : opened.error;
	if (problem === null) return exitCodes.fine;
	outputFor(args, io).problem(problem);
	return exitCodes.failed;
}

/** Who may not give commands may perhaps look on. */
async function openSocket(args: Args, io: Io): Promise<Result<Carried, Problem>> {
	const {control, view} = socketsFor(args, io);
	if (hasOption(args, 'view') && view !== null) return dial(view);
	const opened = await dial(control);
	if (opened.ok || view === null || opened.error.code !== 'no-permission') return opened;
	const looking = await dial(view);
	return looking.ok ? looking : opened;
}

function dial(path: string): Promise<Result<Carried, Problem>> {
	return new Promise(resolve => {
		// Half-open: who has nothing more to ask may still read what was answered.
		const socket = connect({path, allowHalfOpen: true});
		socket.once('connect', () => resolve(ok({socket, path})));
		socket.on('error', error => resolve(fail(socketProblem(path, error) ?? connectionLost(path))));
	});
}

/** Until one side closes. It is a problem where that was the daemon while the other still listened. */
function carry(socket: Socket, path: string, {pipe, signal}: Io): Promise<Problem | null> {
	return new Promise(resolve => {
		const {input, output} = pipe();
		let left = false;
		const leave = (): void => {
			left = true;
			socket.destroy();
		};
		// Who reads is gone: the daemon shall not go on telling.
		output.once('error', leave);
		input.once('error', leave);
		signal.addEventListener('abort', leave, {once: true});
		input.once('end', () => (left = true));
		input.pipe(socket);
		socket.pipe(output, {end: false});
		socket.once('end', () => socket.end());
		socket.once('close', () => {
			signal.removeEventListener('abort', leave);
			input.unpipe(socket);
			// Otherwise the process would wait for whoever holds the other end.
			input.destroy();
			resolve(left ? null : connectionLost(path));
		});
	});
}
