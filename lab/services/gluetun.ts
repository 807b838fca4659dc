/** A Gluetun in the client's namespace: its control server on 8000, its firewall, its routing and a real tunnel. `gluetun.ts <options file>`. */
import {appendFileSync, readFileSync, writeFileSync} from 'node:fs';
import {get} from 'node:http';
import {setTimeout as sleep} from 'node:timers/promises';
import type {Role} from '../gluetun/auth.ts';
import {vpnLoop} from '../gluetun/loop.ts';
import {gluetunServer} from '../gluetun/server.ts';
import {nothingSelected, poolOf} from '../gluetun/settings.ts';
import type {FakeSettings, KnownServer} from '../gluetun/settings.ts';
import {labUplink, type GluetunUplink} from '../gluetun/network.ts';
import {wireguardRunner} from '../gluetun/tunnel.ts';
import type {GluetunTunnel} from '../gluetun/tunnel.ts';
import {gluetunVersion} from '../gluetun/versions.ts';
import type {GluetunVersionName} from '../gluetun/versions.ts';

export interface GluetunServiceOptions {
	readonly version: GluetunVersionName;
	readonly roles: readonly Role[];
	readonly device: string;
	readonly servers: readonly (KnownServer & {readonly tunnel: GluetunTunnel})[];
	/** 15 s in Gluetun, of which a test has no need. */
	readonly retryMs: number;
	readonly exitUrl: string;
	/** That of the lab's client unless given. */
	readonly uplink?: GluetunUplink;
	readonly log: string;
	readonly ready: string;
}

type PublicIp = {readonly public_ip: string; readonly country: string; readonly city: string} | null;

export async function main(file: string): Promise<void> {
	const options = JSON.parse(readFileSync(file, 'utf8')) as GluetunServiceOptions;
	const {servers, device} = options;
	const log = (line: string): void => appendFileSync(options.log, `${new Date().toISOString()} ${line}\n`);
	let settings: FakeSettings = {type: 'wireguard', selection: nothingSelected, privateKey: servers[0]?.tunnel.privateKey ?? '', interface: device};
	let turn = 0;
	let publicIp: PublicIp = null;
	const next = (): GluetunTunnel => {
		const pool = poolOf(settings.selection, servers);
		const chosen = servers[pool[turn++ % Math.max(1, pool.length)] ?? 0];
		if (chosen === undefined) throw new Error('no server to connect to');
		log(`connecting to ${chosen.hostname}`);
		return chosen.tunnel;
	};
	const runner = wireguardRunner(device, `${options.log}.wg`, {uplink: options.uplink ?? labUplink, next});
	const loop = vpnLoop({
		retryMs: options.retryMs, log,
		runner: {
			async up(onExit) {
				await runner.up(onExit);
				// In the background, as there: `running` waits for nothing.
				void askExit(options.exitUrl, () => loop.status() === 'running' || loop.status() === 'starting').then(found => void (publicIp = found));
			},
			async down() {
				publicIp = null;
				await runner.down();
			},
		},
	});
	await runner.prepare();
	const server = gluetunServer({
		version: gluetunVersion(options.version), roles: options.roles, loop, servers,
		settings: () => settings,
		change: changed => void (settings = changed),
		publicIp: () => publicIp,
		ports: () => [],
		seen: ({method, path, status}) => log(`${method} ${path} ${status}`),
	});
	await new Promise<void>((resolve, reject) => server.once('error', reject).listen(8000, '::', resolve));
	process.once('SIGTERM', () => void loop.end().then(() => process.exit(0)));
	writeFileSync(options.ready, '');
	await loop.begin();
}

/** It asks by name and over TLS there; until somebody lets it through it asks again. */
async function askExit(url: string, wanted: () => boolean): Promise<PublicIp> {
	for (let attempt = 0; attempt < 100 && wanted(); attempt++) {
		const text = await fetchText(url);
		if (text !== null) {
			const {ip = '', country = '', city = ''} = JSON.parse(text) as {readonly ip?: string; readonly country?: string; readonly city?: string};
			return {public_ip: ip, country, city};
		}
		await sleep(250);
	}
	return null;
}

const fetchText = (url: string): Promise<string | null> => new Promise(resolve => {
	const request = get(url, {agent: false, timeout: 2000}, response => {
		let text = '';
		response.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
		response.on('end', () => resolve(text));
		response.on('error', () => resolve(null));
	});
	request.once('timeout', () => request.destroy());
	request.once('error', () => resolve(null));
});

if (import.meta.main) await main(process.argv[2] ?? '');
