/** How commands reach the daemon. */
import {connectControl, type CallOptions, type ControlClient, type Update} from '../control/client.ts';
import {controlSocketName, defaultRunFolder, viewSocketName} from '../control/paths.ts';
import {noAnswer, nobodyToLockDown, notLockedDown} from '../control/problems.ts';
import type {Topic} from '../control/schema.ts';
import {statusOf} from '../control/status.ts';
import type {Status} from '../control/status-schema.ts';
import type {Problem} from '../problem.ts';
import {fail, ok, type Result} from '../result.ts';
import {exitCodes, textOption, type Args, type ExitCode, type Io} from './io.ts';
import {outputFor, type Output} from './output.ts';

export interface Daemon {
	readonly client: ControlClient;
	readonly path: string;
}

type Purpose = 'read' | 'command' | 'lockdown';

/** A busy daemon is worth waiting for; a status that comes late is of no use, and neither is an emergency brake that waits. */
const patience: Readonly<Record<Purpose, CallOptions>> = {read: {deadlineMs: 2000}, command: {deadlineMs: 10_000}, lockdown: {deadlineMs: 2000, late: notLockedDown}};

/** Who may not give commands may perhaps look on. */
export async function openDaemon(args: Args, io: Io, purpose: Purpose): Promise<Result<Daemon, Problem>> {
	const sockets = socketsFor(args, io);
	const options = patience[purpose];
	const daemon = await open(sockets.control, options);
	if (!daemon.ok && purpose === 'lockdown' && daemon.error.code === 'no-daemon') return fail(nobodyToLockDown(daemon.error));
	if (daemon.ok || sockets.view === null || purpose !== 'read' || daemon.error.code !== 'no-permission') return daemon;
	const view = await open(sockets.view, options);
	return view.ok ? view : daemon;
}

/** A path given by hand is meant, and is the only one. */
export function socketsFor(args: Args, io: Io): {readonly control: string; readonly view: string | null} {
	const given = textOption(args, 'socket');
	if (given !== null) return {control: given, view: null};
	const folder = io.env['VKS_RUN_FOLDER'] || defaultRunFolder;
	return {control: `${folder}/${controlSocketName}`, view: `${folder}/${viewSocketName}`};
}

async function open(path: string, options: CallOptions): Promise<Result<Daemon, Problem>> {
	const client = await connectControl(path, options);
	return client.ok ? ok({client: client.value, path}) : client;
}

/** Opens the daemon, does the work and closes; a problem on the way is printed and is exit code 1. */
export async function withDaemon(args: Args, io: Io, purpose: Purpose, work: (daemon: Daemon) => Promise<Result<ExitCode, Problem>>): Promise<ExitCode> {
	const daemon = await openDaemon(args, io, purpose);
	const result = daemon.ok ? await work(daemon.value) : daemon;
	if (daemon.ok) daemon.value.client.close();
	if (result.ok) return result.value;
	outputFor(args, io).problem(result.error);
	return exitCodes.failed;
}

/** The same for a command that prints the status of this moment, or a part of it. */
export function withStatus(args: Args, io: Io, print: (status: Status, output: Output) => ExitCode): Promise<ExitCode> {
	return withDaemon(args, io, 'read', async daemon => {
		const update = await newest(daemon, 'snapshot');
		return update.ok ? ok(print(statusOf(update.value.snapshot, io.now()), outputFor(args, io))) : update;
	});
}

const newestWithinMs = 2000;

/** The newest value of one topic. */
export function newest<T extends Topic>({client, path}: Daemon, topic: T): Promise<Result<Extract<Update, {type: T}>, Problem>> {
	return new Promise(resolve => {
		const timer = setTimeout(() => settle(fail(noAnswer(path, newestWithinMs))), newestWithinMs);
		const settle = (result: Result<Extract<Update, {type: T}>, Problem>): void => {
			clearTimeout(timer);
			resolve(result);
		};
		void client.closed.then(problem => settle(fail(problem)));
		void client
			.subscribe([topic], update => {
				if (isAbout(topic, update)) settle(ok(update));
			})
			.then(subscribed => {
				if (!subscribed.ok) settle(subscribed);
			});
	});
}

const isAbout = <T extends Topic>(topic: T, update: Update): update is Extract<Update, {type: T}> => update.type === topic;

/** Hands on every update until the reader has enough, which is fine, or the daemon goes, which is a problem. */
export async function follow({client}: Daemon, topics: readonly Topic[], signal: AbortSignal, onUpdate: (update: Update) => void): Promise<Result<ExitCode, Problem>> {
	const enough = new Promise<null>(resolve => {
		if (signal.aborted) resolve(null);
		signal.addEventListener('abort', () => resolve(null), {once: true});
	});
	const subscribed = await client.subscribe(topics, onUpdate);
	if (!subscribed.ok) return subscribed;
	const problem = await Promise.race([client.closed, enough]);
	return problem === null ? ok(exitCodes.fine) : fail(problem);
}
