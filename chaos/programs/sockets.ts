/**
 * The restless application: one session that is opened again when it ends, new connections all the time, and datagrams of
 * sockets bound to every link outside the tunnel and to the uplink's address. Run in the client; argument: the tunnel's name.
 */
import {connect, type Socket} from 'node:net';
import {dropPrivileges} from '../../lab/privileges.ts';
import {echoPort, uplinks} from '../../lab/plan.ts';
import {linksBut} from './links.ts';
import {AF_INET, AF_INET6, ipv4Address, ipv6Address, openNative, SOCK_DGRAM, type NativeSockets} from './native.ts';

const {client, internet} = uplinks.addresses;
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

/** New sockets every time: links come, go and change their names. */
function sendBound(native: NativeSockets, tunnel: string): void {
	const targets = [[AF_INET, ipv4Address(internet.ipv4, echoPort)], [AF_INET6, ipv6Address(internet.ipv6, echoPort)]] as const;
	for (const name of linksBut(tunnel)) {
		for (const [family, to] of targets) {
			const fd = native.socket(family, SOCK_DGRAM);
			if (native.bindToDevice(fd, name)) native.sendTo(fd, payload, to);
			native.close(fd);
		}
	}
	const fd = native.socket(AF_INET, SOCK_DGRAM);
	if (native.bind(fd, ipv4Address(client.ipv4, 0))) native.sendTo(fd, payload, ipv4Address(internet.ipv4, echoPort));
	native.close(fd);
}

export function main(tunnel: string): void {
	const native = openNative();
	dropPrivileges(appUid);
	const talk = session();
	setInterval(talk, 50);
	setInterval(() => knock(internet.ipv4), 150);
	setInterval(() => knock(internet.ipv6), 400);
	setInterval(() => sendBound(native, tunnel), 50);
	process.once('SIGTERM', () => process.exit(0));
}

if (import.meta.main) main(process.argv[2] ?? '');
