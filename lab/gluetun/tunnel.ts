/** Gluetun's WireGuard in this namespace: wireguard-go, because not every kernel has it, with its socket where Gluetun makes it. */
import {spawn} from 'node:child_process';
import type {ChildProcess} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import {run} from '../commands.ts';
import {waitUntil} from '../processes.ts';
import {isServed} from '../wireguard-socket.ts';
import type {VpnRunner} from './loop.ts';
import {addressesUp, allowConnection, firewallUp, gluetunMark, linkUp, routingUp, tunnelRouting, tunnelRoutingDown} from './network.ts';
import type {Connection, GluetunUplink} from './network.ts';

export interface GluetunTunnel {
	readonly privateKey: string;
	readonly addresses: readonly string[];
	readonly publicKey: string;
	readonly connection: Connection;
}

export interface RealVpn extends VpnRunner {
	/** Its firewall and routing, before there is any tunnel. */
	prepare(): Promise<void>;
}

/** `file` is where `wg` finds the settings. */
export function wireguardRunner(device: string, file: string, {uplink, next}: {readonly uplink: GluetunUplink; readonly next: () => GluetunTunnel}): RealVpn {
	let process: ChildProcess | null = null;
	let allowed: Connection | null = null;
	let families: readonly ('-4' | '-6')[] = [];

	const ip = (lines: readonly string[], ...family: readonly ('-4' | '-6')[]) => run(['ip', ...family, '-batch', '-'], {input: `${lines.join('\n')}\n`});
	const each = async (commands: readonly (readonly string[])[]): Promise<void> => {
		for (const command of commands) await run(command);
	};

	return {
		async prepare() {
			await each(firewallUp(uplink));
			await ip(routingUp(uplink.ipv4, 32), '-4');
			if (uplink.ipv6 !== null) await ip(routingUp(uplink.ipv6, 128), '-6');
		},
		async up(onExit) {
			const {privateKey, publicKey, connection, ...tunnel} = next();
			const addresses = tunnel.addresses.filter(address => uplink.ipv6 !== null || !address.includes(':'));
			// What was allowed before goes, and errors there are only logged.
			if (allowed !== null) await each(allowConnection(allowed, device, 'delete')).catch(() => undefined);
			await each(allowConnection(connection, device, 'append'));
			allowed = connection;
			const started = spawn('wireguard-go', ['-f', device], {stdio: 'ignore', env: {PATH: globalThis.process.env['PATH'], WG_PROCESS_FOREGROUND: '1', LOG_LEVEL: 'silent'}});
			process = started;
			started.once('exit', () => {
				if (process === started) onExit();
			});
			await waitUntil(async () => (await isServed(device)) || started.exitCode !== null);
			await ip(addressesUp(device, addresses));
			const endpoint = connection.address.includes(':') ? `[${connection.address}]:${connection.port}` : `${connection.address}:${connection.port}`;
			writeFileSync(file, ['[Interface]', `PrivateKey = ${privateKey}`, `FwMark = ${gluetunMark}`, '[Peer]', `PublicKey = ${publicKey}`, 'AllowedIPs = 0.0.0.0/0, ::/0', `Endpoint = ${endpoint}`, ''].join('\n'), {mode: 0o600});
			await run(['wg', 'setconf', device, file]);
			await ip(linkUp(device));
			families = addresses.some(address => address.includes(':')) ? ['-4', '-6'] : ['-4'];
			for (const family of families) await ip(tunnelRouting(device), family);
		},
		async down() {
			const ending = process;
			process = null;
			for (const family of families) await ip(tunnelRoutingDown, family).catch(() => undefined);
			families = [];
			if (ending === null) return;
			if (ending.exitCode === null && ending.signalCode === null) {
				const gone = new Promise(resolve => ending.once('exit', resolve));
				ending.kill('SIGTERM');
				await gone;
			}
			await run(['ip', 'link', 'delete', device], {mustSucceed: false});
		},
	};
}
