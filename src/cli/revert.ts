/**
 * `vks revert`: what `vks run` starts beside itself while nobody has confirmed. Takes everything back when the daemon ends,
 * hangs or forgets to. It must never do so after a confirmation: the daemon is dead before it begins, and what the daemon said
 * last was read by then.
 */
import {createInterface, type Interface} from 'node:readline';
import {z} from 'zod';
import {beforeSchema, type Before} from '../controller/before.ts';
import {exitCodes, type Args, type ExitCode, type Io} from './io.ts';
import {outputFor, wrongUsage} from './output.ts';
import {openAndTakeBack, takenBack} from './taking-back.ts';

export interface Order {
	readonly before: Before;
	readonly withinMs: number;
}

const orderSchema = z.strictObject({before: beforeSchema, withinMs: z.number().int().positive()});

/** Looks without a word, a second each: where a machine slept, one of them passed for both. */
const silentLooks = 15;
const lookEveryMs = 1000;
/** The daemon takes it back itself, where it can. */
const graceMs = 10_000;
const goneWithinMs = 10_000;

export async function run(args: Args, io: Io): Promise<ExitCode> {
	const daemon = process.ppid;
	const {input} = io.pipe();
	if ('isTTY' in input && input.isTTY === true) return wrongUsage('revert is started by `vks run`; to take an unconfirmed start back, stop vks', io);
	process.title = 'vks-revert';
	// A service manager asks all of a service to end: this one ends when it knows how the daemon did.
	for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
	const lines = createInterface({input});
	const order = await firstLine(lines);
	if (order === null) return wrongUsage('revert is started by `vks run`, and was not told what was before', io);
	const listening = listen(lines, order.withinMs + graceMs);
	io.stdout.write('ready\n');
	const heard = await listening.outcome;
	if (heard === 'settled') return exitCodes.fine;
	if (heard === 'silent') {
		// Still its child: the number is nobody else's yet.
		if (process.ppid === daemon) process.kill(daemon, 'SIGKILL');
		if (await listening.end(goneWithinMs)) return exitCodes.fine;
	}
	const left = await openAndTakeBack(order.before);
	outputFor(args, io).problem(takenBack(heard === 'silent' ? 'vks hung before anybody confirmed, and was killed' : 'vks ended before anybody confirmed', left));
	return left.length === 0 ? exitCodes.fine : exitCodes.failed;
}

function firstLine(lines: Interface): Promise<Order | null> {
	return new Promise(resolve => {
		lines.once('line', line => resolve(parseOrder(line)));
		lines.once('close', () => resolve(null));
	});
}

export function parseOrder(line: string): Order | null {
	try {
		const parsed = orderSchema.safeParse(JSON.parse(line));
		return parsed.success ? parsed.data : null;
	} catch {
		return null;
	}
}

interface Listening {
	/** `settled`: nothing is to be taken back any more. */
	readonly outcome: Promise<'settled' | 'ended' | 'silent'>;
	/** When nothing more can come: whether it was settled after all. */
	end(withinMs: number): Promise<boolean>;
}

export function listen(lines: Interface, longestMs: number): Listening {
	const latest = performance.now() + longestMs;
	let silent = 0;
	let settled = false;
	const closed = new Promise<void>(resolve => lines.once('close', resolve));
	const outcome = new Promise<'settled' | 'ended' | 'silent'>(resolve => {
		const looks = setInterval(() => {
			silent += 1;
			if (silent >= silentLooks || performance.now() >= latest) finish('silent');
		}, lookEveryMs);
		const finish = (how: 'settled' | 'ended' | 'silent'): void => {
			clearInterval(looks);
			resolve(how);
		};
		lines.on('line', word => {
			silent = 0;
			if (word !== 'kept' && word !== 'done') return;
			settled = true;
			finish('settled');
		});
		void closed.then(() => finish('ended'));
	});
	return {
		outcome,
		async end(withinMs) {
			const late = new Promise<void>(resolve => setTimeout(resolve, withinMs).unref());
			await Promise.race([closed, late]);
			return settled;
		},
	};
}
