/**
 * The restless application: one session that is opened again when it ends, new connections all the time, and datagrams
 * of a socket bound to the uplink's address. Run in the client.
 */
import {connect, type Socket} from 'node:net';
import {dropPrivileges} from '../../lab/privileges.ts';
import {echoPort, permittedPort, uplinks} from '../../lab/plan.ts';
import {AF_INET, ipv4Address, openNative, SOCK_DGRAM, type NativeSockets} from './native.ts';

const {client, internet, lan} = uplinks.addresses;
const payload = Buffer.alloc(64, 'c');

/** Unprivileged on purpose: whoever it runs as, the policy has one answer. */
const appUid = 65_534;

function session(): () => void {
	let socket: Socket | null = null;
	return () => {
		if (socket === null || socket.destroyed) {
			const fresh = connect({host: internet.ipv4, port: echoPort});
			// A dead session is given up after this; until then the kernel goes on repeating what it has not got through.
			fresh.setTimeout(20_000, () => fresh.destroy());
			fresh.on('error', () => fresh.destroy());
			fresh.resume();
			socket = fresh;
		}
		if (socket.writableLength < 4_096) socket.write(payload);
	};
}

function knock(host: string): void {
	const socket = connect({host, port: echoPort, timeout: 2_000});
	socket.on('error', () => undefined);
	socket.once('connect', () => socket.destroy());
	socket.once('timeout', () => socket.destroy());
}

/** A socket of the uplink's address, whatever stands; and what trials permit now and then. */
function sendSingly(native: NativeSockets): void {
	for (const [from, to] of [[client.ipv4, ipv4Address(internet.ipv4, echoPort)], ['0.0.0.0', ipv4Address(lan.ipv4, permittedPort)]] as const) {
		const fd = native.socket(AF_INET, SOCK_DGRAM);
		if (native.bind(fd, ipv4Address(from, 0))) native.sendTo(fd, payload, to);
		native.close(fd);
	}
}

export function main(): void {
	const native = openNative();
	dropPrivileges(appUid);
	const talk = session();
	setInterval(talk, 50);
	setInterval(() => knock(internet.ipv4), 150);
	setInterval(() => knock(internet.ipv6), 400);
	setInterval(() => sendSingly(native), 50);
	process.once('SIGTERM', () => process.exit(0));
}

if (import.meta.main) main();
