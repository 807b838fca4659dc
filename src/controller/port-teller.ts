/**
 * Tells others which port is forwarded: a file, and a program of the operator's. What they make of it is never waited for, nor
 * is the volume of that file, but for a moment at the end.
 */
import type {PortForwardWish} from '../config/config.ts';
import type {Argv} from '../config/parse-command.ts';
import type {Kernel} from '../kernel/kernel.ts';
import {endWords} from '../kernel/program/end-words.ts';
import type {Port} from '../net/port.ts';
import type {Problem} from '../problem.ts';
import type {Clock} from './clock.ts';
import type {Journal} from './journal.ts';
import {lastOf} from './last-of.ts';
import type {PortFile} from './port-file.ts';

export interface PortTellerDeps {
	readonly hook: PortForwardWish['hook'];
	readonly file: PortFile | null;
	readonly clock: Pick<Clock, 'monotonic' | 'after'>;
	readonly runProgram: Kernel['runProgram'];
	readonly journal: Pick<Journal, 'write'>;
	readonly note: (slot: 'port-hook' | 'port-file', problem: Problem | null) => void;
}

export interface PortTeller {
	tell(port: Port | null): void;
	/** At the start and at the end there is none, and only the file says so. */
	silence(): void;
	/** Resolves when the file is gone, or cannot be taken away in time. */
	stop(): Promise<void>;
}

const timeoutMs = 20_000;
/** Of ports that follow each other faster the last is told; that there is none any more is told at once. */
const portEveryMs = 10_000;
/** The program may read the file, which is written first, unless its volume is stalled. */
const fileWithinMs = 2000;
/** The daemon's own may lead elsewhere, and is nobody's business. */
const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export function createPortTeller({hook, file, clock, runProgram, journal, note}: PortTellerDeps): PortTeller {
	const ended = new AbortController();
	let [wanted, running] = [0, false];
	let told: number | null = null;
	let portToldAtMs = Number.NEGATIVE_INFINITY;
	let wake = (): void => undefined;

	const write = lastOf(async (port: Port | null) => {
		const written = await file?.write(port);
		note('port-file', written?.ok === false ? written.error : null);
	});
	let filed = Promise.resolve();
	const silence = (): Promise<void> => (file === null ? filed : (filed = write(null)));

	const atMost = async (ms: number, done: Promise<void>): Promise<void> => {
		let cancel = (): void => undefined;
		await Promise.race([done, new Promise<void>(resolve => void (cancel = clock.after(ms, resolve)))]);
		cancel();
	};

	const run = async ([program, ...words]: Argv, port: number): Promise<void> => {
		const argv: Argv = [program, ...words.map(word => word.replaceAll('{port}', String(port)))];
		const end = await runProgram({argv, environment: {PATH: path, VKS_PORT: String(port)}, user: null, timeoutMs}, ended.signal);
		if (ended.signal.aborted) return;
		const failure = endWords(end, timeoutMs);
		// Neither its words nor what it said: either may hold a password.
		if (failure === null) journal.write('tunnel', 'info', `${program} was told of port ${port}.`);
		else journal.write('problem', 'warn', hookProblem(program, port, failure).what);
		note('port-hook', failure === null ? null : hookProblem(program, port, failure));
	};

	/** One at a time; what changed meanwhile is told after it, and only the last of it. */
	const runAll = async (argv: Argv): Promise<void> => {
		running = true;
		while (wanted !== told && !ended.signal.aborted) {
			const waitMs = wanted === 0 ? 0 : portToldAtMs + portEveryMs - clock.monotonic();
			if (waitMs > 0) {
				await atMost(waitMs, new Promise(resolve => void (wake = resolve)));
				continue;
			}
			if (file !== null) await atMost(fileWithinMs, filed);
			if (ended.signal.aborted) break;
			told = wanted;
			if (told !== 0) portToldAtMs = clock.monotonic();
			await run(argv, told);
		}
		running = false;
	};

	return {
		tell(port) {
			if (ended.signal.aborted) return;
			if (file !== null) filed = write(port);
			wanted = port ?? 0;
			wake();
			if (hook !== null && !running) void runAll(hook);
		},
		silence: () => void silence(),
		stop() {
			ended.abort();
			wake();
			return atMost(fileWithinMs, silence());
		},
	};
}

const hookProblem = (program: string, port: number, failure: string): Problem => ({
	code: 'port-told', severity: 'warning', stillBlocking: true,
	what: `${program} was to be told of port ${port}, and ${failure}.`,
	next: 'Run VKS_PORT_HOOK by hand inside the container; it has no shell, and of the environment PATH and VKS_PORT alone. It is run again when the port changes.',
});
