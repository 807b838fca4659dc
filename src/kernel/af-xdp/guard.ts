/**
 * Holds every queue of every outside link, because one socket to a queue is all the kernel allows: an AF_XDP socket of
 * somebody else's sends past the egress hook (__dev_direct_xmit, net/core/dev.c), and now it finds each queue taken.
 */
import {EAFNOSUPPORT, EBUSY, EINVAL, ENODEV, describeErrno} from '../ffi/errno.ts';
import type {Link, XdpGuard, XdpHolding} from '../kernel.ts';
import type {XdpSockets} from './xdp-socket.ts';

/** No device has as many; an end in case the kernel should never say that there is no such queue. */
const QUEUES_AT_MOST = 1024;

type Outcome = 'held' | 'taken' | 'no-such-queue' | {readonly errno: number};

export interface OpenXdpGuard extends XdpGuard {
	close(): void;
}

export function openXdpGuard(sockets: XdpSockets): OpenXdpGuard {
	/** By the link's index, which a rename does not change. */
	const held = new Map<number, Map<number, number>>();

	const letGo = (index: number): void => {
		for (const fd of held.get(index)?.values() ?? []) sockets.close(fd);
		held.delete(index);
	};

	const take = (index: number, queue: number): Outcome => {
		const queues = held.get(index) ?? new Map<number, number>();
		const known = queues.get(queue);
		if (known !== undefined && sockets.isBound(known)) return 'held';
		if (known !== undefined) sockets.close(known);
		queues.delete(queue);
		const bound = sockets.bind(index, queue);
		if (bound >= 0) {
			held.set(index, queues.set(queue, bound));
			return 'held';
		}
		if (bound === -EBUSY) return 'taken';
		// A link without any queue is none; a link that has just gone is nobody's way out.
		return bound === -ENODEV || (bound === -EINVAL && queue > 0) ? 'no-such-queue' : {errno: -bound};
	};

	return {
		hold(links: readonly Link[]): XdpHolding {
			for (const index of [...held.keys()].filter(known => !links.some(link => link.index === known))) letGo(index);
			const taken: string[] = [];
			let queues = 0;
			for (const {index, name} of links) {
				for (let queue = 0; queue < QUEUES_AT_MOST; queue++) {
					const outcome = take(index, queue);
					if (outcome === 'no-such-queue') break;
					if (outcome === 'held') queues++;
					else if (outcome === 'taken') taken.push(`queue ${queue} of ${name}`);
					else if (outcome.errno === EAFNOSUPPORT) return {kind: 'unsupported'};
					else return {kind: 'refused', why: `${describeErrno(outcome.errno)} at queue ${queue} of ${name}`};
				}
			}
			return taken.length > 0 ? {kind: 'taken', queues: taken} : {kind: 'held', queues};
		},
		close() {
			for (const index of [...held.keys()]) letGo(index);
		},
	};
}
