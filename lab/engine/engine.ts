/** A real container engine in a lab's client: what its containers send leaves by the client's uplink, before the witness. */
import {existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {loadRuleset, run, type Ran, type RunOptions} from '../commands.ts';
import type {Lab} from '../lab.ts';
import {unmountBelow} from '../mounts.ts';
import {isAlive, waitUntil, type Running} from '../processes.ts';

export interface Engine {
	/** Arguments of `docker`; throws when it fails, unless told otherwise. */
	docker(argv: readonly string[], options?: RunOptions): Promise<Ran>;
	/** The same command line for a terminal. */
	command(argv: readonly string[]): readonly string[];
	readonly environment: Readonly<Record<string, string>>;
	readonly log: string;
	/** Removes its containers, volumes and networks, and ends it; images stay. */
	stop(): Promise<void>;
}

/** Images outlive a lab: to make them takes longer than most tests. */
export const imageFolder = '/var/tmp/vks-engine';

/**
 * Where a container's tunnel was, the host's own kernel tells the server that nobody listens any more. That is no packet of a
 * container, but the witness, which stands outside the host, cannot tell.
 */
const hostRuleset = 'table inet host { chain output { type filter hook output priority 0; meta l4proto icmp icmp type destination-unreachable drop; }; }';

export interface EngineOptions {
	/** By which of them the engine writes its rules; what the machine has as `iptables` when absent. */
	readonly iptables?: 'nft' | 'legacy';
	/** What it finds as the machine's resolv.conf; the machine's own when absent. */
	readonly resolvConf?: string;
	/** What is in its /etc/docker/daemon.json. */
	readonly settings?: Readonly<Record<string, unknown>>;
	/** What stands on the machine before its engine does; gives what that one has in its environment. */
	readonly before?: (lab: Lab) => Promise<Readonly<Record<string, string>>>;
}

export async function startEngine(lab: Lab, {iptables, resolvConf, settings: own = {}, before}: EngineOptions = {}): Promise<Engine> {
	const folder = join(lab.description.folders.state, 'engine');
	mkdirSync(folder, {mode: 0o700});
	// The machine's own would otherwise be read.
	const settings = join(folder, 'daemon.json');
	writeFileSync(settings, JSON.stringify(own));
	const socket = join(folder, 'docker.sock');
	const given = (await before?.(lab)) ?? {};
	const daemon = lab.spawn('client', [
		...(resolvConf === undefined ? [] : withResolvConf(resolvConf, folder)), 'dockerd', '--host', `unix://${socket}`, '--data-root', imageFolder, '--exec-root', join(folder, 'exec'), '--pidfile', join(folder, 'pid'),
		'--storage-driver', 'overlay2', '--config-file', settings, '--shutdown-timeout', '20',
	], {name: 'dockerd', environment: {...given, HOME: folder, ...(iptables === undefined ? {} : {PATH: `${programsFor(iptables, folder)}:${process.env['PATH'] ?? ''}`})}});
	await loadRuleset(lab.description.namespaces.client, hostRuleset);
	const environment = {DOCKER_HOST: `unix://${socket}`, DOCKER_BUILDKIT: '0', HOME: folder};
	const command = (argv: readonly string[]): readonly string[] => ['/usr/bin/docker', ...argv];
	const docker = (argv: readonly string[], options: RunOptions = {}): Promise<Ran> => run(command(argv), {...options, environment: {...environment, ...options.environment}});
	const answers = async (): Promise<boolean> => !isAlive(daemon) || (existsSync(socket) && (await docker(['version'], {mustSucceed: false})).exitCode === 0);
	await waitUntil(answers);
	if (!isAlive(daemon)) throw new Error(`dockerd ended (is docker.io installed?):\n${lastLines(daemon)}`);
	return {docker, command, environment, log: daemon.log, stop: () => end(docker, daemon, folder)};
}

/** In a mount namespace of its own, where that file is another. */
function withResolvConf(text: string, folder: string): readonly string[] {
	const file = join(folder, 'resolv.conf');
	writeFileSync(file, text);
	return ['unshare', '--mount', '--propagation', 'slave', 'sh', '-c', 'mount --bind "$0" /etc/resolv.conf && exec "$@"', file];
}

/** A folder in which `iptables` is one of its two programs. */
function programsFor(iptables: 'nft' | 'legacy', folder: string): string {
	const programs = join(folder, 'programs');
	mkdirSync(programs);
	for (const family of ['iptables', 'ip6tables']) for (const action of ['', '-save', '-restore']) symlinkSync(`/usr/sbin/${family}-${iptables}${action}`, join(programs, `${family}${action}`));
	return programs;
}

async function end(docker: Engine['docker'], daemon: Running, folder: string): Promise<void> {
	const {stdout} = await docker(['ps', '--all', '--quiet'], {mustSucceed: false});
	const containers = stdout.split('\n').filter(Boolean);
	if (containers.length > 0) await docker(['rm', '--force', '--volumes', ...containers], {mustSucceed: false});
	await docker(['system', 'prune', '--force', '--volumes'], {mustSucceed: false});
	await daemon.stop('SIGTERM');
	await unmountBelow(folder);
	await unmountBelow(imageFolder);
	removeControlGroups();
}

/** The engine leaves its own, empty. */
function removeControlGroups(): void {
	const root = '/sys/fs/cgroup';
	for (const controller of existsSync(root) ? readdirSync(root) : []) {
		const own = join(root, controller, 'docker');
		try {
			if (existsSync(own)) rmdirSync(own);
		} catch {
			// Not empty: another engine's.
		}
	}
}

/** What a run leaves nothing of. */
export function removeImages(): void {
	rmSync(imageFolder, {recursive: true, force: true});
}

const lastLines = ({log}: Running): string => readFileSync(log, 'utf8').split('\n').slice(-15).join('\n');
