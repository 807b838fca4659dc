/** The far end of every interface of the client's: what leaves is seen there, and what arrives is put in there. */
import {execFileSync} from 'node:child_process';
import type {Cell} from './cell.ts';
import {linksHere, type Links} from './links.ts';
import type {Sockets} from './sockets.ts';
import {frameOf, ipOf, readFrame, readPacket} from './wire.ts';

export interface FarEnd {
	drain(): readonly {readonly device: string; readonly packet: string}[];
	inject(cell: Cell, links: Links): void;
}

/** Leaves the calling thread in the client's namespace. */
export function openFarEnd(sockets: Sockets, isp: string, client: string): FarEnd {
	sockets.enter(`/run/netns/${isp}`);
	const ports = linksHere();
	// Nobody answers: each cell is alone.
	execFileSync('nft', ['-f', '-'], {input: 'add table netdev deaf\nadd chain netdev deaf in { type filter hook ingress devices = { c0, c1 } priority 0; policy drop; }\n'});
	const listeners = (['c0', 'c1'] as const).map((port, index) => ({device: `eth${index}`, fd: sockets.listen(ports[port]?.index ?? 0), index: ports[port]?.index ?? 0}));
	const senders = new Map(listeners.map(({device, index}) => [device, {index, mac: Buffer.from(ports[device === 'eth0' ? 'c0' : 'c1']?.mac ?? '', 'hex')}]));
	sockets.enter(`/run/netns/${client}`);
	const tunnels = ['wg0', 'wg0b'].map(device => ({device, fd: sockets.openTun(device)}));
	return {
		drain() {
			const seen: {device: string; packet: string}[] = [];
			for (const {device, fd} of [...listeners, ...tunnels]) {
				for (let bytes = sockets.read(fd); bytes !== null; bytes = sockets.read(fd)) {
					const packet = device.startsWith('wg') ? readPacket(bytes) : readFrame(bytes);
					if (packet !== null) seen.push({device, packet});
				}
			}
			return seen;
		},
		inject(cell, links) {
			const tunnel = tunnels.find(({device}) => device === cell.device);
			if (tunnel !== undefined) {
				sockets.write(tunnel.fd, ipOf(cell));
				return;
			}
			const far = senders.get(cell.device ?? '');
			const fd = listeners.find(({device}) => device === cell.device)?.fd;
			if (far === undefined || fd === undefined) throw new Error(`nothing can be put into ${cell.device}`);
			sockets.write(fd, frameOf(cell, far.mac, Buffer.from(links[cell.device ?? '']?.mac ?? '', 'hex')));
		},
	};
}
