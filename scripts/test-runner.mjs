/** Runs one step of `npm test`, lets its output through and says that it lives when it says nothing itself. */
import {spawn} from 'node:child_process';
import {seconds} from './progress.mjs';

const silentForMs = 20_000;
/** A step that hangs must not hang everything. */
const stepWithinMs = 45 * 60_000;
const graceMs = 5_000;

/** Gives back the exit code. `live` leaves the terminal to a program that shows its own progress there. */
export function runStep(argv, {cwd, env, live, signal}) {
	return new Promise(resolve => {
		const [program, ...rest] = argv;
		const from = performance.now();
		const child = spawn(program, rest, {cwd, env, stdio: live ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe']});
		let heardAt = from;
		for (const [output, to] of [[child.stdout, process.stdout], [child.stderr, process.stderr]]) {
			output?.on('data', chunk => {
				heardAt = performance.now();
				to.write(chunk);
			});
		}
		const heartbeat = setInterval(() => {
			if (live || performance.now() - heardAt < silentForMs) return;
			heardAt = performance.now();
			process.stdout.write(`  … ${seconds(from)}\n`);
		}, 1_000);
		const stop = why => {
			process.stderr.write(`${why}: ends this step\n`);
			child.kill('SIGTERM');
			killer = setTimeout(() => child.kill('SIGKILL'), graceMs);
		};
		let killer;
		const deadline = setTimeout(() => stop(`not done after ${stepWithinMs / 60_000} minutes`), stepWithinMs);
		const onAbort = () => stop('interrupted');
		signal?.addEventListener('abort', onAbort, {once: true});
		const settle = code => {
			clearInterval(heartbeat);
			clearTimeout(deadline);
			clearTimeout(killer);
			signal?.removeEventListener('abort', onAbort);
			resolve(code);
		};
		child.once('error', error => {
			process.stderr.write(`${program}: ${error.message}\n`);
			settle(1);
		});
		child.once('close', code => settle(code ?? 1));
	});
}
