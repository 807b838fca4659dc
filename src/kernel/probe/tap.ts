/**
 * Sees what is handed to a driver: the copies that AF_PACKET gets of outgoing frames are made in `dev_hard_start_xmit`
 * (`dev_queue_xmit_nit`, net/core/dev.c), after the egress hook and the queue. What takes the short way past both
 * (`__dev_direct_xmit`: AF_XDP) is not among them.
 */
import type {Problem} from '../../problem.ts';
import {fail, ok, type Result} from '../../result.ts';
import {describeErrno} from '../ffi/errno.ts';
import {int32, SO_RCVBUF, SO_RCVBUFFORCE, SOL_SOCKET, type Libc} from '../ffi/libc.ts';
import type {Tap, TapFrame, TapOptions} from '../kernel.ts';
import {problem} from '../problems.ts';
import {SOCK_RAW, type ProbeCalls} from './calls.ts';
import {AF_PACKET, emptyLinkAddress, ETH_P_ALL, linkAddress, linkIndexOf} from './socket-address.ts';
import {largestFrame, tapFilter} from './tap-filter.ts';

const SOL_PACKET = 263;
const PACKET_STATISTICS = 6;
const BUFFER_BYTES = 4 * 1024 * 1024;
const FRAMES_PER_READ = 4096;

export function openTap(libc: Libc, calls: ProbeCalls, options: TapOptions): Result<Tap, Problem> {
	// Protocol 0 hears nothing until it is bound, by when the filter is there.
	const fd = calls.socket(AF_PACKET, SOCK_RAW, 0);
	if (fd < 0) return fail(noTap(-fd));
	if (libc.setOption(fd, SOL_SOCKET, SO_RCVBUFFORCE, int32(BUFFER_BYTES)) < 0) libc.setOption(fd, SOL_SOCKET, SO_RCVBUF, int32(BUFFER_BYTES));
	const filtered = calls.attachFilter(fd, tapFilter(options));
	// Index 0 is every link, also one that comes later.
	const bound = filtered < 0 ? filtered : calls.bind(fd, linkAddress(0, ETH_P_ALL));
	if (bound < 0) {
		libc.close(fd);
		return fail(noTap(-bound));
	}
	return ok(tapOn(fd, libc, calls));
}

function tapOn(fd: number, libc: Libc, calls: ProbeCalls): Tap {
	const buffer = Buffer.alloc(largestFrame);
	const address = emptyLinkAddress();
	let open = true;
	return {
		read() {
			const frames: TapFrame[] = [];
			while (open && frames.length < FRAMES_PER_READ) {
				const length = calls.receiveFrom(fd, buffer, address);
				if (length < 0) break;
				frames.push({linkIndex: linkIndexOf(address), bytes: Uint8Array.from(buffer.subarray(0, length))});
			}
			return {frames, lost: open ? lostFrames(fd, calls) : 0};
		},
		close() {
			if (open) libc.close(fd);
			open = false;
		},
	};
}

/** struct tpacket_stats: received, dropped; reading it sets both to zero. */
function lostFrames(fd: number, calls: ProbeCalls): number {
	const statistics = Buffer.alloc(8);
	return calls.readOption(fd, SOL_PACKET, PACKET_STATISTICS, statistics) < 0 ? 1 : statistics.readUInt32LE(4);
}

const noTap = (errno: number): Problem =>
	problem('no-permission', `Nothing can watch the links: a packet socket was refused, ${describeErrno(errno)}.`, 'Give vks the capability NET_RAW (Docker does by default) for leak tests; nothing else needs it.');
