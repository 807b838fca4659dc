/** Starts the client's applications: the ordinary one, and the leak tests' streams. */
import {readFileSync} from 'node:fs';
import type {LabDescription} from './description.ts';
import type {FloodReport, StreamName} from './flood.ts';
import {nodeProgram} from './program.ts';
import {isAlive, startProcess, waitUntil} from './processes.ts';
import {echoPort} from './plan.ts';
import type {StreamKind, StreamReport} from './stream.ts';
import type {Running} from './processes.ts';

export interface FloodOptions {
	readonly streams?: readonly StreamName[];
	/** Per stream; the sum is held below 1,200 packets per second. */
	readonly rate?: number;
	/** Ends by itself after this long. */
	readonly seconds?: number;
	readonly uid?: number;
	/** Where the DNS stream asks; a resolver nobody configured unless given. */
	readonly resolver?: string;
}

export interface Flood {
	readonly process: Running;
	/** Waits for the end the options gave, or brings it about now. */
	stop(): Promise<FloodReport>;
	finished(): Promise<FloodReport>;
}

export const startTraffic = (lab: LabDescription): Running =>
	startProcess({
		name: 'traffic',
		namespace: lab.namespaces.client,
		argv: nodeProgram('traffic.ts'),
		folders: lab.folders,
		environment: lab.environment,
	});

/** Resolves once the TCP connection is open, so that it was opened before whatever the test does next. */
export async function startFlood(lab: LabDescription, options: FloodOptions = {}): Promise<Flood> {
	const {streams, rate, seconds, uid, resolver} = options;
	const given = Object.entries({streams: streams?.join(','), rate, seconds, uid, resolver});
	const running = startProcess({
		name: `flood-${process.pid}-${Math.round(performance.now() * 1_000)}`,
		namespace: lab.namespaces.client,
		argv: nodeProgram('flood.ts', ...given.flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, String(value)]))),
		folders: lab.folders,
	});
	const log = (): string => readFileSync(running.log, 'utf8');
	await waitUntil(() => log().includes('"ready"') || !isAlive(running));
	if (!log().includes('"ready"')) {
		await running.stop('SIGKILL');
		throw new Error(`the flood could not open its connection: ${log()}`);
	}
	const finished = async (): Promise<FloodReport> => {
		await running.exited;
		// Written by our own program, in this same version.
		return JSON.parse(log().trim().split('\n').at(-1) ?? '') as FloodReport;
	};
	return {
		process: running,
		finished,
		stop: async () => {
			await running.stop('SIGTERM');
			return finished();
		},
	};
}

export interface StreamOptions {
	readonly kind: StreamKind;
	/** Datagrams a second. */
	readonly rate: number;
	/** What a bound one asks for. */
	readonly source?: string;
}

export interface Stream {
	readonly process: Running;
	/** Ends it, waits for echoes that are on their way, and says what became of each datagram. */
	stop(): Promise<StreamReport>;
}

/** Resolves once its first datagram was echoed. */
export async function startStream(lab: LabDescription, {kind, rate, source = ''}: StreamOptions): Promise<Stream> {
	const running = startProcess({
		name: `stream-${process.pid}-${Math.round(performance.now() * 1_000)}`,
		namespace: lab.namespaces.client,
		argv: nodeProgram('stream.ts', kind, lab.addresses.internet.ipv4, String(echoPort), source, String(rate)),
		folders: lab.folders,
	});
	const log = (): string => readFileSync(running.log, 'utf8');
	await waitUntil(() => log().includes('"flows"') || !isAlive(running));
	if (!log().includes('"flows"')) {
		await running.stop('SIGKILL');
		throw new Error(`no datagram of the ${kind} stream was echoed: ${log()}`);
	}
	return {
		process: running,
		async stop() {
			await running.stop('SIGTERM');
			// Written by our own program, in this same version.
			return JSON.parse(log().trim().split('\n').at(-1) ?? '') as StreamReport;
		},
	};
}
