/** The lab's Gluetun without a tunnel: its control server on loopback, over a loop that starts and stops nothing. */
import type {AddressInfo} from 'node:net';
import type {Role} from '../../lab/gluetun/auth.ts';
import {vpnLoop, type VpnLoop} from '../../lab/gluetun/loop.ts';
import {gluetunServer} from '../../lab/gluetun/server.ts';
import {nothingSelected, type FakeSettings} from '../../lab/gluetun/settings.ts';
import {gluetunVersion, type GluetunVersionName} from '../../lab/gluetun/versions.ts';
import {gluetunAsker, type AskGluetun, type GluetunAccount, type GluetunAddress} from '../../src/tunnel/gluetun/ask.ts';
import {ip, portOf} from './situations.ts';

export const knownServers = [
	{country: 'Sweden', city: 'Stockholm', hostname: 'se-sto-wg-001'},
	{country: 'Switzerland', city: 'Zurich', hostname: 'ch-zrh-wg-001'},
] as const;

export const canaries = ['gluetun-secret-key', 'gluetun-secret-user', 'gluetun-secret-password'] as const;

export interface GluetunOptions {
	readonly version?: GluetunVersionName;
	readonly roles?: readonly Role[];
	readonly type?: 'wireguard' | 'openvpn';
	/** Whether what it starts comes up. */
	readonly comesUp?: () => boolean;
	readonly ports?: readonly number[];
}

export interface StartedGluetun {
	readonly address: GluetunAddress;
	readonly loop: VpnLoop;
	readonly settings: () => FakeSettings;
	readonly requests: () => readonly string[];
	/** How often a tunnel was brought up. */
	readonly starts: () => number;
	/** The tunnel that stands ends by itself. */
	crash(): void;
	asker(account?: Partial<GluetunAccount>): AskGluetun;
	stop(): Promise<void>;
}

export async function startGluetun({version = 'latest', roles = [], type = 'wireguard', comesUp = () => true, ports = []}: GluetunOptions = {}): Promise<StartedGluetun> {
	let settings: FakeSettings = {type, selection: nothingSelected, privateKey: 'gluetun-secret-key', interface: 'tun0'};
	let starts = 0;
	let end = (): void => undefined;
	const requests: string[] = [];
	const loop = vpnLoop({
		retryMs: 60_000,
		runner: {
			async up(onExit) {
				if (!comesUp()) throw new Error('no server answers');
				starts += 1;
				end = onExit;
			},
			down: async () => undefined,
		},
	});
	await loop.begin();
	const server = gluetunServer({
		version: gluetunVersion(version), roles, loop, servers: knownServers,
		settings: () => settings,
		change: changed => void (settings = changed),
		publicIp: () => (loop.status() === 'running' ? {public_ip: '198.51.100.77', country: 'Sweden', city: 'Stockholm'} : null),
		ports: () => ports,
		seen: ({method, path, status}) => requests.push(`${method} ${path} ${status}`),
	});
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	const address = {host: ip('127.0.0.1'), port: portOf((server.address() as AddressInfo).port)};
	return {
		address, loop,
		settings: () => settings,
		requests: () => requests,
		starts: () => starts,
		crash: () => end(),
		asker: (account = {}) => gluetunAsker({address, account: () => ({apiKey: null, user: null, password: null, ...account})}),
		async stop() {
			await loop.end();
			server.closeAllConnections();
			await new Promise(resolve => server.close(resolve));
		},
	};
}
