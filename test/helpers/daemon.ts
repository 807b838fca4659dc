/** The built daemon, run in a lab's client and watched through its control socket. Nothing here waits for luck: all have deadlines. */
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import type {Lab} from '../../lab/lab.ts';
import {hangsAfterMs, isAlive, waitUntil, type Running} from '../../lab/processes.ts';
import {connectControl, type ControlClient} from '../../src/control/client.ts';
import {controlSocketName} from '../../src/control/paths.ts';
import type {Command, DropView, JournalEntry, Outcome, Snapshot} from '../../src/control/schema.ts';

export interface DaemonOptions {
	readonly environment?: Readonly<Record<string, string>>;
	/** After `vks run`. */
	readonly options?: readonly string[];
	/** Before its command line: ends by executing that. */
	readonly within?: readonly string[];
	/** Drops are listened to, too: a flood of them has no place in every test. */
	readonly watchDrops?: boolean;
}

export interface Daemon {
	readonly process: Running;
	/** The newest one. */
	snapshot(): Snapshot;
	journal(): readonly JournalEntry[];
	/** Those that came since it was watched, where that was asked for. */
	drops(): readonly DropView[];
	/** The first snapshot, the newest included, that is good; throws with what there was instead. */
	until(what: string, good: (snapshot: Snapshot) => boolean, deadlineMs?: number): Promise<Snapshot>;
	command(command: Command): Promise<Outcome>;
	/** SIGKILL, and gone when this resolves. */
	kill(): Promise<void>;
	/** SIGTERM; its exit code. */
	stop(): Promise<number | null>;
	log(): string;
}

/** Once more where a machine that stood still let the time of a check pass, by which the old server goes on. */
export async function switchOver(daemon: Daemon, server: string): Promise<void> {
	let outcome = await daemon.command({do: 'switch', server});
	if (!outcome.ok && /did not (?:answer|say)/.test(outcome.problem?.what ?? '')) outcome = await daemon.command({do: 'switch', server});
	if (!outcome.ok) throw new Error(`no switch to ${server}: ${JSON.stringify(outcome)}`);
}

/** The daemon's control socket, for what a daemon that is watched already does not hand out. */
export async function openControl(lab: Lab): Promise<ControlClient> {
	const connected = await connectControl(join(lab.description.folders.run, controlSocketName), {deadlineMs: hangsAfterMs});
	if (!connected.ok) throw new Error(connected.error.what);
	return connected.value;
}

export const isConnected = ({state, proof}: Snapshot): boolean => state.kind === 'connected' && proof.kind === 'proven';

/** Starts the program and does nothing else, for tests that end it before it is up. */
export function spawnDaemon(lab: Lab, {environment = {}, options = [], within = []}: DaemonOptions = {}): Running {
	const {daemon} = lab.description.commands;
	return lab.spawn('client', [...within, ...daemon.slice(daemon.indexOf('--') + 1), ...options], {environment});
}

/** Resolves once the daemon answers on its socket, whatever its state. */
export async function startDaemon(lab: Lab, options: DaemonOptions = {}): Promise<Daemon> {
	const running = spawnDaemon(lab, options);
	const log = (): string => readFileSync(running.log, 'utf8');
	try {
		const client = await attach(join(lab.description.folders.run, controlSocketName), running);
		return await watchDaemon({running, client, log, watchDrops: options.watchDrops === true});
	} catch (error) {
		await running.stop('SIGKILL');
		throw new Error(`the daemon does not answer: ${String(error)}\n${log()}`, {cause: error});
	}
}

/** The socket of an earlier, killed daemon may still lie there: only the pid says that this one answers. */
async function attach(path: string, running: Running): Promise<ControlClient> {
	const found: {client: ControlClient | null; why: string} = {client: null, why: 'nobody listens'};
	await waitUntil(async () => {
		if (!isAlive(running)) return true;
		const connected = await connectControl(path);
		if (!connected.ok) found.why = connected.error.what;
		else if (connected.value.hello.pid === running.pid) found.client = connected.value;
		else connected.value.close();
		return found.client !== null;
	});
	if (found.client === null) throw new Error(isAlive(running) ? found.why : 'it ended');
	return found.client;
}

async function watchDaemon({running, client, log, watchDrops}: {readonly running: Running; readonly client: ControlClient; readonly log: () => string; readonly watchDrops: boolean}): Promise<Daemon> {
	const entries: JournalEntry[] = [];
	const drops: DropView[] = [];
	const listeners = new Set<(snapshot: Snapshot) => void>();
	const latest: {snapshot: Snapshot | null} = {snapshot: null};
	const subscribed = await client.subscribe(['snapshot', 'journal', ...(watchDrops ? ['drops' as const] : [])], update => {
		if (update.type === 'drops') drops.push(...update.records);
		if (update.type === 'journal') entries.push(...update.entries);
		if (update.type !== 'snapshot') return;
		latest.snapshot = update.snapshot;
		for (const listener of listeners) listener(update.snapshot);
	});
	if (!subscribed.ok) throw new Error(subscribed.error.what);
	const end = async (signal: NodeJS.Signals): Promise<number | null> => {
		await running.stop(signal);
		client.close();
		return running.exited;
	};
	const snapshot = (): Snapshot => {
		if (latest.snapshot === null) throw new Error('no snapshot has come yet');
		return latest.snapshot;
	};
	return {
		process: running,
		snapshot,
		journal: () => entries,
		drops: () => drops,
		log,
		until: (what, good, deadlineMs = hangsAfterMs) =>
			new Promise((resolve, reject) => {
				const finish = (found: Snapshot | null, why: string): void => {
					// The daemon goes away after every wait that was over long ago too, and its log with the lab.
					if (!listeners.has(check)) return;
					clearTimeout(timer);
					// Settled before: its end, or the lab's, is none of ours any more.
					if (!listeners.delete(check)) return;
					if (found !== null) resolve(found);
					else reject(new Error(`${why} before ${what}; ${describe(latest.snapshot)}\n${log().split('\n').slice(-25).join('\n')}`));
				};
				const check = (candidate: Snapshot): void => {
					if (good(candidate)) finish(candidate, '');
				};
				const timer = setTimeout(() => finish(null, `${deadlineMs} ms passed`), deadlineMs);
				listeners.add(check);
				void client.closed.then(() => finish(null, 'the daemon went away'));
				if (latest.snapshot !== null) check(latest.snapshot);
			}),
		async command(command) {
			const outcome = await client.command(command);
			if (!outcome.ok) throw new Error(outcome.error.what);
			return outcome.value;
		},
		kill: async () => void (await end('SIGKILL')),
		stop: () => end('SIGTERM'),
	};
}

function describe(snapshot: Snapshot | null): string {
	if (snapshot === null) return 'no snapshot came';
	const {state, proof, tamper} = snapshot;
	return `state ${state.kind} (${state.detail}), proof ${proof.kind} (${proof.detail.join('; ')}), tamper ${tamper.count}`;
}
