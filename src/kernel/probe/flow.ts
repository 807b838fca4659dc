/** A TCP connection of a leak test, and the two things that are done to take its way from it. */
import type {InterfaceName} from '../../net/interface-name.ts';
import {isIpv4} from '../../net/address.ts';
import type {Problem} from '../../problem.ts';
import {fail, ok, type Result} from '../../result.ts';
import {describeErrno} from '../ffi/errno.ts';
import {int32, SOL_SOCKET, type Libc} from '../ffi/libc.ts';
import type {ProbeFlow, Probes} from '../kernel.ts';
import {problem} from '../problems.ts';
import {SOCK_DGRAM, SOCK_STREAM, type ProbeCalls} from './calls.ts';
import {answerOf} from './send.ts';
import {AF_INET, AF_INET6, internetAddress} from './socket-address.ts';

const SO_BINDTODEVICE = 25;
const SO_MARK = 36;
/** linux/sockios.h, linux/if.h. */
const SIOCGIFFLAGS = 0x8913;
const SIOCSIFFLAGS = 0x8914;
const IFF_UP = 1;
const IFREQ_BYTES = 40;
const FLAGS_AT = 16;

export function openFlow(libc: Libc, calls: ProbeCalls, {destination, port, source, device, mark}: Parameters<Probes['openFlow']>[0]): ProbeFlow | null {
	const fd = calls.socket(isIpv4(destination) ? AF_INET : AF_INET6, SOCK_STREAM, 0);
	if (fd < 0) return null;
	const led = device === undefined ? 0 : libc.setOption(fd, SOL_SOCKET, SO_BINDTODEVICE, Buffer.from(`${device}\0`));
	const marked = led < 0 || mark === undefined ? led : libc.setOption(fd, SOL_SOCKET, SO_MARK, int32(mark | 0));
	const begun = marked >= 0 && calls.bind(fd, internetAddress(source, 0)) >= 0 && answerOf(calls.connect(fd, internetAddress(destination, port))).kind === 'sent';
	if (!begun) {
		libc.close(fd);
		return null;
	}
	let open = true;
	return {
		// Before the handshake is done there is no peer (ENOTCONN).
		established: () => open && calls.peerOf(fd, Buffer.alloc(28)) >= 0,
		send: payload => answerOf(calls.sendTo(fd, payload, null)),
		moveTo: device => answerOf(libc.setOption(fd, SOL_SOCKET, SO_BINDTODEVICE, Buffer.from(`${device ?? ''}\0`))),
		close() {
			if (open) libc.close(fd);
			open = false;
		},
	};
}

export function setDown(libc: Libc, calls: ProbeCalls, name: InterfaceName): Result<void, Problem> {
	const fd = calls.socket(AF_INET, SOCK_DGRAM, 0);
	const request = Buffer.alloc(IFREQ_BYTES);
	request.write(name, 0, 'latin1');
	const read = fd < 0 ? fd : calls.interfaceRequest(fd, SIOCGIFFLAGS, request);
	if (read >= 0) request.writeUInt16LE(request.readUInt16LE(FLAGS_AT) & ~IFF_UP & 0xffff, FLAGS_AT);
	const written = read < 0 ? read : calls.interfaceRequest(fd, SIOCSIFFLAGS, request);
	if (fd >= 0) libc.close(fd);
	return written < 0 ? fail(problem('internal', `${name} could not be set down: ${describeErrno(-written)}.`, 'Nothing was changed.', true)) : ok(undefined);
}
