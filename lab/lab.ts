/** A raised lab, as tests and the command line use it. */
import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {runIn} from './commands.ts';
import type {Ran, RunOptions} from './commands.ts';
import {foldersFor} from './description.ts';
import type {LabDescription, NamespaceRole} from './description.ts';
import {takeDown} from './down.ts';
import {plugSecondUplink, renameUplink, setRpFilter, unplugSecondUplink, uplinkDown, uplinkUp} from './faults.ts';
import type {ServerName} from './plan.ts';
import {startProcess} from './processes.ts';
import type {Running} from './processes.ts';
import {serve} from './serve.ts';
import type {ServingRole} from './serve.ts';
import {startFlood, startStream, startTraffic} from './load.ts';
import type {Flood, FloodOptions, Stream, StreamOptions} from './load.ts';
import {blackhole, changeWeather, restore} from './weather.ts';
import type {Weather} from './weather.ts';
import {startWitness} from './witness/witness.ts';
import type {Witness} from './witness/witness.ts';

export interface SpawnOptions {
	readonly name?: string;
	readonly environment?: Readonly<Record<string, string>>;
	readonly stdout?: 'log' | 'pipe';
}

export interface Lab {
	readonly description: LabDescription;
	/** Runs to its end; a failing exit code is not an exception. The client gets the daemon's environment. */
	exec(role: NamespaceRole, argv: readonly string[], options?: RunOptions): Promise<Ran>;
	/** Runs until stopped, by its handle or by `down`. */
	spawn(role: NamespaceRole, argv: readonly string[], options?: SpawnOptions): Running;
	serve(role: ServingRole): Promise<void>;
	/** The background application in the client. Start it behind the kill switch: before that it leaks. */
	traffic(): Running;
	/** Leak-test streams in the client, all of them when none is named. */
	flood(options?: FloodOptions): Promise<Flood>;
	/** An application in the client that counts what is lost of its datagrams. */
	stream(options: StreamOptions): Promise<Stream>;
	observe(): Promise<Witness>;
	impair(weather: Partial<Pick<Weather, 'lossPercent' | 'delayMs' | 'jitterMs'>>): Promise<void>;
	blackhole(server: ServerName): Promise<void>;
	restore(server: ServerName): Promise<void>;
	/** The first uplink's present name. */
	uplink(): string;
	uplinkDown(): Promise<void>;
	uplinkUp(options?: {readonly routes?: boolean}): Promise<void>;
	renameUplink(name: string): Promise<void>;
	plugSecondUplink(): Promise<void>;
	unplugSecondUplink(): Promise<void>;
	setRpFilter(value: 0 | 1 | 2): Promise<void>;
	down(): Promise<void>;
}

export function labFor(description: LabDescription): Lab {
	const {namespaces, folders, environment} = description;
	const environmentFor = (role: NamespaceRole) => (role === 'client' ? environment : {});
	let uplink = description.interfaces.uplink;
	let spawned = 0;
	return {
		description,
		exec: (role, argv, options = {}) =>
			runIn(namespaces[role], argv, {
				mustSucceed: false,
				...options,
				environment: {...environmentFor(role), ...options.environment},
			}),
		spawn: (role, argv, options = {}) => {
			spawned += 1;
			return startProcess({
				name: options.name ?? `spawned-${process.pid}-${spawned}`,
				namespace: namespaces[role],
				argv,
				folders,
				environment: {...environmentFor(role), ...options.environment},
				...(options.stdout === undefined ? {} : {stdout: options.stdout}),
			});
		},
		serve: role => serve(description, role),
		traffic: () => startTraffic(description),
		flood: options => startFlood(description, options),
		stream: options => startStream(description, options),
		observe: () => startWitness(description),
		impair: weather => changeWeather(description, weather),
		blackhole: server => blackhole(description, server),
		restore: server => restore(description, server),
		uplink: () => uplink,
		uplinkDown: async () => void (await uplinkDown(description, uplink)),
		uplinkUp: options => uplinkUp(description, uplink, options),
		renameUplink: async name => {
			await renameUplink(description, uplink, name);
			uplink = name;
		},
		plugSecondUplink: () => plugSecondUplink(description),
		unplugSecondUplink: () => unplugSecondUplink(description),
		setRpFilter: value => setRpFilter(description, uplink, value),
		down: () => takeDown(description.id),
	};
}

/** A lab that another process raised. */
export function openLab(id: string): Lab {
	const file = join(foldersFor(id).state, 'description.json');
	if (!existsSync(file)) throw new Error(`no lab called ${id} is up, or it is only half raised`);
	// Written by this same code, below a folder only root can write to.
	return labFor(JSON.parse(readFileSync(file, 'utf8')) as LabDescription);
}
