/** How commands reach the daemon. */
import {connectControl, type ControlClient, type Update} from '../control/client.ts';
import {controlSocketName, defaultRunFolder, viewSocketName} from '../control/paths.ts';
import {noAnswer} from '../control/problems.ts';
import type {Topic} from '../control/schema.ts';
import type {Problem} from '../problem.ts';
import {fail, ok, type Result} from '../result.ts';
import {exitCodes, textOption, type Args, type ExitCode, type Io} from './io.ts';
import {outputFor} from './output.ts';

export interface Daemon {
	readonly client: ControlClient;
	readonly path: string;
}

type Purpose = 'read' | 'command';

/** A busy daemon is worth waiting for with a lockdown in hand; a status that comes late is of no use. */
const helloWithinMs: Readonly<Record<Purpose, number>> = {read: 2000, command: 10_000};

/** Who may not give commands may perhaps look on; a path given by hand is meant. */
export async function openDaemon(args: Args, io: Io, purpose: Purpose): Promise<Result<Daemon, Problem>> {
	const given = textOption(args, 'socket');
	const deadlineMs = helloWithinMs[purpose];
	if (given !== null) return open(given, deadlineMs);
	const named = io.env['VKS_RUN_FOLDER'] ?? '';
	const folder = named === '' ? defaultRunFolder : named;
	const daemon = await open(`${folder}/${controlSocketName}`, deadlineMs);
	if (daemon.ok || purpose === 'command' || daemon.error.code !== 'no-permission') return daemon;
	const view = await open(`${folder}/${viewSocketName}`, deadlineMs);
	return view.ok ? view : daemon;
}

async function open(path: string, deadlineMs: number): Promise<Result<Daemon, Problem>> {
	const client = await connectControl(path, {deadlineMs});
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
