/**
 * One leak trial: streams run in the client, something is done to it, and the witness at the isp counts what left outside the
 * tunnel from before the first packet until after the connection has come back by itself.
 */
import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect} from 'vitest';
import type {FloodReport} from '../../lab/flood.ts';
import type {Lab} from '../../lab/lab.ts';
import type {FloodOptions} from '../../lab/load.ts';
import {waitUntil, type Running} from '../../lab/processes.ts';
import {nodeExecutable, repositoryFolder} from '../../lab/program.ts';
import {raiseLab} from '../../lab/raise.ts';
import type {LabOptions} from '../../lab/description.ts';
import type {Seen, Witness} from '../../lab/witness/witness.ts';
import type {Snapshot} from '../../src/control/schema.ts';
import {isConnected, startDaemon, type Daemon, type DaemonOptions} from './daemon.ts';
import {firstHeard} from './eventually.ts';
import {readUsage, usedSince, type Used} from './tunnel-usage.ts';

export interface Scene {
	readonly lab: Lab;
	readonly witness: Witness;
	daemon: Daemon;
}

export interface Report {
	add(name: string, observed: Observed): void;
}

export interface Trial {
	/** What is done; trials that replace the daemon put the new one into the scene. */
	readonly fault: () => Promise<unknown>;
	/** What a recovered snapshot shows besides CONNECTED and a PROVEN that is younger than the fault. */
	readonly shows?: (now: Snapshot, before: Snapshot) => boolean;
	readonly withinMs?: number;
	readonly flood?: FloodOptions;
}

export interface Observed {
	readonly seen: Seen;
	readonly flood: FloodReport;
	/** How long the fault itself took: a command, an outage. */
	readonly faultMs: number;
	/** From the end of the fault to CONNECTED and PROVEN again. */
	readonly recoveryMs: number;
	readonly used: Used;
	readonly exit: string;
	readonly server: string | null;
}

/** The daemon's settings may follow from the lab: what its servers want to hear. */
export async function raiseScene(labOptions: LabOptions, options: DaemonOptions | ((lab: Lab) => DaemonOptions) = {}): Promise<Scene> {
	const lab = await raiseLab(labOptions);
	try {
		const {environment = {}} = typeof options === 'function' ? options(lab) : options;
		const daemon = await startDaemon(lab, {environment: {VKS_SERVER: 'se-sto-1', ...environment}});
		await daemon.until('it was connected', isConnected);
		return {lab, witness: await lab.observe(), daemon};
	} catch (error) {
		await lab.down();
		throw error;
	}
}

/** Watches, notes the figures, and holds them against what must be. */
export async function runTrial(scene: Scene, report: Report, name: string, trial: Trial): Promise<void> {
	const observed = await watchTrial(scene, trial);
	report.add(name, observed);
	expectNothingOutside(observed.seen);
	expectHealthy(scene.lab, observed);
}

async function watchTrial(scene: Scene, {fault, shows = () => true, withinMs, flood: options}: Trial): Promise<Observed> {
	const {lab, witness} = scene;
	const before = await scene.daemon.until('the trial could begin', now => isConnected(now) || now.state.kind === 'lockdown');
	// It would wait in vain, and every trial after it.
	if (before.state.kind === 'lockdown') throw new Error(`locked down before the trial: ${before.state.detail}`);
	const start = await witness.mark();
	const usage = await readUsage(scene);
	const flood = await lab.flood(options);
	try {
		await streamsPass(witness);
		const beganAtMs = Date.now();
		await fault();
		const faultedAtMs = Date.now();
		const isBack = (now: Snapshot): boolean => isConnected(now) && (now.proof.checkedAtMs ?? 0) >= faultedAtMs && shows(now, before);
		await scene.daemon.until('the connection was back', isBack, withinMs);
		const recoveryMs = Date.now() - faultedAtMs;
		await streamsPass(witness);
		const exit = await askExit(lab);
		await sendRawFrames(lab);
		return {seen: await witness.since(start), flood: await flood.stop(), faultMs: faultedAtMs - beganAtMs, recoveryMs, used: await usedSince(scene, usage), exit, server: scene.daemon.snapshot().state.server};
	} finally {
		await flood.process.stop('SIGKILL');
	}
}

/** Waits until the tunnel carries what the streams send, so that every fault meets them running and every recovery is theirs too. */
async function streamsPass(witness: Witness): Promise<void> {
	const start = await witness.mark();
	const passing = await waitUntil(async () => (await witness.since(start)).endpoint.count > 150);
	if (!passing) throw new Error('the streams do not pass through the tunnel');
}

/** The address under which an ordinary user's request arrives, once one does; nothing when none does for long. */
export const askExit = (lab: Lab): Promise<string> => firstHeard(() => askExitOnce(lab));

/** Nothing where it is not answered within seconds. */
export async function askExitOnce(lab: Lab): Promise<string> {
	const {stdout} = await lab.exec('client', ['setpriv', '--reuid', '65534', '--clear-groups', 'curl', '-s', '-m', '5', `${lab.description.exitUrl}ip`]);
	return stdout.trim();
}

/** A few frames over every link of the client's that leads outside, past the firewall, as CAP_NET_RAW allows. */
export async function sendRawFrames(lab: Lab): Promise<void> {
	await lab.exec('client', await rawFrames(lab), {mustSucceed: true});
}

/** The same every five milliseconds until it is stopped, over the links there are now; not through AF_XDP, which would take the queues. */
export async function keepSendingRawFrames(lab: Lab): Promise<Running> {
	const running = lab.spawn('client', await rawFrames(lab, '--keep'), {stdout: 'pipe'});
	await new Promise(resolve => running.child.stdout?.once('data', resolve));
	return running;
}

async function rawFrames(lab: Lab, ...options: readonly string[]): Promise<readonly string[]> {
	const {stdout} = await lab.exec('client', ['ip', '-j', 'link']);
	const links = JSON.parse(stdout) as readonly {readonly ifindex: number; readonly ifname: string}[];
	const outside = links.filter(({ifname}) => ifname !== 'lo' && ![lab.description.interfaces.tunnel, `${lab.description.interfaces.tunnel}b`].includes(ifname));
	const program = join(repositoryFolder, 'test/helpers/raw-frames.ts');
	return [nodeExecutable(), '--disable-warning=ExperimentalWarning', program, ...options, ...outside.map(({ifindex}) => String(ifindex))];
}

/** The witness must have missed nothing, or its zeros say little. Absent when it could not be raised. */
export async function endScene(scene: Scene | undefined): Promise<void> {
	if (scene === undefined) return;
	const {lab, witness} = scene;
	try {
		expect((await witness.stop()).droppedByKernel).toBe(0);
	} finally {
		await lab.down();
	}
}

export const anotherEpoch: NonNullable<Trial['shows']> = (now, before) => (now.tunnel?.epoch ?? 0) > (before.tunnel?.epoch ?? 0);

export function expectNothingOutside({outside, captured}: Seen): void {
	expect(outside).toEqual({count: 0, samples: []});
	expect(captured.outside).toBe(0);
}

/** Neither a tunnel that swallows itself nor one that spins, and the exit of the server that is connected. */
function expectHealthy(lab: Lab, {exit, server, used, flood}: Observed): void {
	expect(Object.values(flood.sent).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(20);
	// The streams come to 0.1 MB/s and a fifth of a core; a tunnel that swallows itself came to 90 MB/s and 1.3 cores.
	expect(used.txBytesPerSecond).toBeLessThan(1_000_000);
	expect(used.tunnelCores).toBeLessThan(0.6);
	expect(used.daemonCores).toBeLessThan(0.8);
	expect(exit).toBe(exitOf(lab, server));
}

const exitOf = (lab: Lab, server: string | null): string => {
	// A provider's has no file; the lab numbers them by its own servers.
	const provided = lab.description.servers.find(({country}, index) => server === `${country.toLowerCase()}${index + 1}`);
	if (provided !== undefined) return provided.exit.ipv4;
	const path = `${lab.description.folders.servers}/${server}`;
	const configuration = readFileSync(existsSync(`${path}.conf`) ? `${path}.conf` : `${path}.ovpn`, 'utf8');
	return lab.description.servers.find(({city}) => configuration.includes(city))?.exit.ipv4 ?? '';
};
