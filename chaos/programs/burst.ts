/** Look-ups at a resolver nobody named, as fast as the kernel refuses them: more than the packet log takes. Run in the client. */
import {dropPrivileges} from '../../lab/privileges.ts';
import {uplinks} from '../../lab/plan.ts';
import {AF_INET, ipv4Address, openNative, SOCK_DGRAM} from './native.ts';

const packets = 20_000;

export function main(): void {
	const native = openNative();
	dropPrivileges(65_534);
	const to = ipv4Address(uplinks.addresses.otherResolver.ipv4, 53);
	const fd = native.socket(AF_INET, SOCK_DGRAM);
	for (let sent = 0; sent < packets; sent += 1) native.sendTo(fd, to, to);
}

if (import.meta.main) main();
