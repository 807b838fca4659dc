/** A process that sends what it is told, as root, as an application's uid, or as that uid with CAP_NET_RAW alone. */
import {readFileSync} from 'node:fs';
import {createInterface} from 'node:readline';
import koffi from 'koffi';
import {uidOf, type Cell, type Sender} from './cell.ts';
import type {Links} from './links.ts';
import {openSockets} from './sockets.ts';

/** linux/prctl.h, linux/capability.h. */
const PR_SET_KEEPCAPS = 8;
const CAPABILITY_VERSION_3 = 0x2008_0522;
const CAP_NET_RAW = 13;

function becomes(sender: Sender): void {
	if (sender === 'root') return;
	const lib = koffi.load(null);
	// The first call of a name is looked up now: afterwards nothing of the packages may be readable.
	const capset: (header: Buffer, data: Buffer) => number = lib.func('int capset(void *, const void *)');
	if (sender === 'net-raw') lib.func('int prctl(int, unsigned long, unsigned long, unsigned long, unsigned long)')(PR_SET_KEEPCAPS, 1, 0, 0, 0);
	process.setgroups?.([]);
	process.setgid?.(65_534);
	process.setuid?.(65_534);
	const header = Buffer.alloc(8);
	header.writeUInt32LE(CAPABILITY_VERSION_3, 0);
	// Effective and permitted, of two words each.
	const data = Buffer.alloc(24);
	if (sender === 'net-raw') [0, 4].forEach(at => data.writeUInt32LE(1 << CAP_NET_RAW, at));
	if (capset(header, data) !== 0) throw new Error('capset');
}

/** What the kernel says this process is. */
function credentials(): string {
	const status = readFileSync('/proc/self/status', 'utf8');
	return `${/^Uid:\t(\d+)/m.exec(status)?.[1]} ${/^CapEff:\t(\w+)/m.exec(status)?.[1]}`;
}

if (import.meta.main) {
	const sender = process.argv[2] as Sender;
	const links = JSON.parse(process.argv[3] ?? '{}') as Links;
	const sockets = openSockets();
	becomes(sender);
	const linkOf = (device: string | null) => {
		const link = links[device ?? ''];
		if (link === undefined) throw new Error(`no link ${device}`);
		return {index: link.index, mac: Buffer.from(link.mac, 'hex')};
	};
	if (!credentials().startsWith(`${uidOf(sender)} `)) throw new Error(credentials());
	process.stdout.write(`${credentials()}\n`);
	for await (const line of createInterface({input: process.stdin})) {
		const cell = JSON.parse(line) as Cell;
		const answer = cell.way === 'frame' ? sockets.sendFrame(cell, linkOf(cell.device)) : sockets.send(cell, device => linkOf(device).index);
		process.stdout.write(`${answer}\n`);
	}
}
