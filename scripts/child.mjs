/** Programs that set-up runs: each in a process group of its own, so that Ctrl-C reaches it when we say so and not before. */
import {spawn} from 'node:child_process';
import {constants} from 'node:os';

/** Which exit code stands for "ended by this signal", as a shell says it. */
export const exitCodeFor = signal => 128 + (constants.signals[signal] ?? 0);

export class Interrupted extends Error {
	constructor(signal) {
		super(`interrupted by ${signal}`);
		this.signal = signal;
	}
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const graceMs = 5_000;

/**
 * Runs to the end and gives back what it said. When we are interrupted meanwhile the whole group is ended first, or, where
 * stopping half way would leave a mess (`finishes`), is let finish; then `Interrupted` is thrown.
 */
export function runQuietly(argv, {cwd, env = process.env, finishes = null} = {}) {
	return new Promise((resolve, reject) => {
		const [program, ...rest] = argv;
		const child = spawn(program, rest, {cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true});
		let output = '';
		let interruptedBy = null;
		let killTimer;
		for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', text => void (output += text));

		const interrupt = signal => {
			if (interruptedBy !== null) return;
			interruptedBy = signal;
			if (finishes !== null) return void process.stderr.write(`${finishes}\n`);
			endGroup(child.pid, 'SIGTERM');
			killTimer = setTimeout(() => endGroup(child.pid, 'SIGKILL'), graceMs);
		};
		const handlers = signals.map(signal => [signal, () => interrupt(signal)]);
		for (const [signal, handler] of handlers) process.on(signal, handler);
		const settle = (how, value) => {
			clearTimeout(killTimer);
			for (const [signal, handler] of handlers) process.off(signal, handler);
			if (interruptedBy === null) return how(value);
			if (finishes === null) endGroup(child.pid, 'SIGKILL');
			reject(new Interrupted(interruptedBy));
		};
		child.once('error', error => settle(reject, error));
		child.once('close', code => settle(resolve, {exitCode: code ?? 1, output}));
	});
}

function endGroup(pid, signal) {
	try {
		if (pid !== undefined) process.kill(-pid, signal);
	} catch {
		// The last of them has gone.
	}
}

/**
 * Becomes another program as nearly as Node can: same terminal, same signals, same exit code. A terminal tells the whole
 * group of Ctrl-C, so the child has it already and decides what it means; without a terminal it is handed on.
 */
export function become(argv, {env = process.env, cwd = process.cwd()} = {}) {
	return new Promise((resolve, reject) => {
		const [program, ...rest] = argv;
		const child = spawn(program, rest, {stdio: 'inherit', env, cwd});
		const onTerminal = [process.stdin, process.stdout, process.stderr].some(stream => stream.isTTY === true);
		const handlers = [...signals, 'SIGQUIT', 'SIGUSR2'].map(signal => [
			signal,
			() => {
				if (!onTerminal || !['SIGINT', 'SIGQUIT'].includes(signal)) child.kill(signal);
			},
		]);
		for (const [signal, handler] of handlers) process.on(signal, handler);
		const done = () => {
			for (const [signal, handler] of handlers) process.off(signal, handler);
		};
		child.once('error', error => {
			done();
			reject(error);
		});
		child.once('exit', (code, signal) => {
			done();
			resolve(code ?? exitCodeFor(signal));
		});
	});
}
