/** Datagrams of an application's sockets bound to every link outside the tunnel. Run in the client; argument: the tunnel's name. */
import {dropPrivileges} from '../../lab/privileges.ts';
import {echoPort, uplinks} from '../../lab/plan.ts';
import {linksBut} from './links.ts';
import {AF_INET, AF_INET6, ipv4Address, ipv6Address, openNative, SOCK_DGRAM, type NativeSockets} from './native.ts';

const {internet} = uplinks.addresses;
const payload = Buffer.alloc(64, 'b');
const targets = [[AF_INET, ipv4Address(internet.ipv4, echoPort)], [AF_INET6, ipv6Address(internet.ipv6, echoPort)]] as const;

/** New sockets every time: links come, go and change their names. */
function send(native: NativeSockets, tunnel: string): void {
	for (const name of linksBut(tunnel)) {
		for (const [family, to] of targets) {
			const fd = native.socket(family, SOCK_DGRAM);
			if (native.bindToDevice(fd, name)) native.sendTo(fd, payload, to);
			native.close(fd);
		}
	}
}

export function main(tunnel: string): void {
	const native = openNative();
	dropPrivileges(65_534);
	setInterval(() => send(native, tunnel), 50);
	process.once('SIGTERM', () => process.exit(0));
}

if (import.meta.main) main(process.argv[2] ?? '');
