/** Puts a Gluetun into a lab's client, with the client's own files for servers. */
import {existsSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {Role} from './gluetun/auth.ts';
import type {GluetunTunnel} from './gluetun/tunnel.ts';
import type {GluetunVersionName} from './gluetun/versions.ts';
import type {Lab} from './lab.ts';
import {isAlive, waitUntil, type Running} from './processes.ts';
import {nodeProgram} from './program.ts';
import type {GluetunServiceOptions} from './services/gluetun.ts';

export interface GluetunStart {
	readonly version?: GluetunVersionName;
	readonly roles?: readonly Role[];
	/** Files of the client's folder, without `.conf`. */
	readonly servers?: readonly string[];
	readonly retryMs?: number;
}

export interface LabGluetun {
	readonly process: Running;
	/** What it was asked, and what its loop did. */
	log(): string;
	/** Ends it as a container engine does; what it made of the namespace stays, its tunnel does not. */
	stop(): Promise<void>;
}

/** Resolves once its control server listens; whether a tunnel comes up is what a test looks at. */
export async function startGluetunIn(lab: Lab, {version = 'v3.41.3', roles = [], servers = ['se-sto-1', 'ch-zrh-1'], retryMs = 2000}: GluetunStart = {}): Promise<LabGluetun> {
	const {folders, interfaces, exitUrl} = lab.description;
	const file = (name: string): string => join(folders.state, name);
	const options: GluetunServiceOptions = {
		version, roles, retryMs, exitUrl, device: interfaces.tunnel, log: file('gluetun.log'), ready: file('gluetun.ready'),
		servers: gluetunServers(folders.servers, servers),
	};
	rmSync(options.ready, {force: true});
	writeFileSync(options.log, '');
	writeFileSync(file('gluetun.json'), JSON.stringify(options), {mode: 0o600});
	const running = lab.spawn('client', nodeProgram('services/gluetun.ts', file('gluetun.json')), {name: 'gluetun'});
	await waitUntil(() => existsSync(options.ready) || !isAlive(running));
	if (!existsSync(options.ready)) throw new Error(`Gluetun did not start: ${readFileSync(running.log, 'utf8')}`);
	return {process: running, log: () => readFileSync(options.log, 'utf8'), stop: () => running.stop('SIGTERM')};
}

/** What it knows to connect to, from wg-quick files. */
export const gluetunServers = (folder: string, names: readonly string[]): GluetunServiceOptions['servers'] =>
	names.map(name => ({...placeOf(name), hostname: name, tunnel: readTunnel(join(folder, `${name}.conf`))}));

const placeOf = (name: string) => (name.startsWith('se') ? {country: 'Sweden', city: 'Stockholm'} : {country: 'Switzerland', city: 'Zurich'});

function readTunnel(path: string): GluetunTunnel {
	const text = readFileSync(path, 'utf8');
	const value = (key: string): string => new RegExp(`^${key} = (.+)$`, 'm').exec(text)?.[1] ?? '';
	const [, address = '', port = ''] = /^\[?([^\]]+?)\]?:(\d+)$/.exec(value('Endpoint')) ?? [];
	return {privateKey: value('PrivateKey'), publicKey: value('PublicKey'), addresses: value('Address').split(', '), connection: {address, port: Number(port)}};
}

/** What it made of the namespace goes, as with the container of one that is made anew. */
export async function clearGluetun(lab: Lab): Promise<void> {
	const rules = 'for family in -4 -6; do for priority in 98 100 101; do ip $family rule del priority $priority 2>/dev/null; done; done';
	const tables = 'for t in iptables ip6tables; do $t -P INPUT ACCEPT; $t -P OUTPUT ACCEPT; $t -P FORWARD ACCEPT; $t -F; done';
	await lab.exec('client', ['sh', '-c', `${rules}; ${tables}`], {mustSucceed: true});
}
