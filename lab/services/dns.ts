/** A resolver for the lab: answers every name, and says who asked when asked for `whoami.vks.test`. Codec pure. */
import {createServer} from 'node:net';
import type {Server} from 'node:net';
import {bindUdp} from './udp.ts';
import type {Family} from '../plan.ts';

const typeA = 1;
const typeTxt = 16;
const typeAaaa = 28;

/** The answer to one query, or null for what is not a query. */
export function answerQuery(query: Buffer, target: Family, asker: string): Buffer | null {
	if (query.length < 17 || (query.readUInt16BE(2) & 0x8000) !== 0 || query.readUInt16BE(4) !== 1) return null;
	const end = questionEnd(query);
	if (end === null) return null;
	const question = query.subarray(12, end);
	const type = query.readUInt16BE(end - 4);
	const name = readName(query);
	const data = recordData(type, name, target, asker);
	const header = Buffer.alloc(12);
	query.copy(header, 0, 0, 2);
	header.writeUInt16BE(0x8580, 2);
	header.writeUInt16BE(1, 4);
	header.writeUInt16BE(data === null ? 0 : 1, 6);
	if (data === null) return Buffer.concat([header, question]);
	const record = Buffer.alloc(12);
	record.writeUInt16BE(0xc00c, 0);
	record.writeUInt16BE(type, 2);
	record.writeUInt16BE(1, 4);
	record.writeUInt32BE(5, 6);
	record.writeUInt16BE(data.length, 10);
	return Buffer.concat([header, question, record, data]);
}

function recordData(type: number, name: string, target: Family, asker: string): Buffer | null {
	const asked = name === 'whoami.vks.test';
	if (type === typeA) {
		if (asked && asker.includes(':')) return null;
		return Buffer.from((asked ? asker : target.ipv4).split('.').map(Number));
	}
	if (type === typeAaaa && !asked) return packIpv6(target.ipv6);
	if (type === typeTxt && asked) return Buffer.concat([Buffer.from([asker.length]), Buffer.from(asker)]);
	return null;
}

function questionEnd(query: Buffer): number | null {
	let offset = 12;
	while (offset < query.length) {
		const length = query.readUInt8(offset);
		if (length > 63) return null;
		offset += length + 1;
		if (length === 0) return offset + 4 <= query.length ? offset + 4 : null;
	}
	return null;
}

function readName(query: Buffer): string {
	const labels: string[] = [];
	for (let offset = 12; offset < query.length; ) {
		const length = query.readUInt8(offset);
		if (length === 0) break;
		labels.push(query.toString('latin1', offset + 1, offset + 1 + length));
		offset += length + 1;
	}
	return labels.join('.').toLowerCase();
}

function packIpv6(address: string): Buffer {
	const [head = '', tail = ''] = address.split('::');
	const groups = (text: string) => text.split(':').filter(Boolean).map(group => Number.parseInt(group, 16));
	const [before, after] = [groups(head), groups(tail)];
	const all = [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
	return Buffer.from(all.flatMap(group => [group >> 8, group & 0xff]));
}

export async function startDns(addresses: readonly string[], target: Family): Promise<void> {
	await Promise.all(
		addresses.map(address =>
			bindUdp(address, 53, (message, from, socket) => {
				const answer = answerQuery(message, target, from.address);
				if (answer !== null) socket.send(answer, from.port, from.address);
			}),
		),
	);
	startDnsOverTcp(target);
}

function startDnsOverTcp(target: Family): Server {
	return createServer(socket => {
		let pending = Buffer.alloc(0);
		const asker = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
		socket.setTimeout(30_000, () => socket.destroy());
		socket.on('error', () => undefined);
		socket.on('data', chunk => {
			pending = Buffer.concat([pending, chunk]);
			if (pending.length < 2 || pending.length < 2 + pending.readUInt16BE(0)) return;
			const answer = answerQuery(pending.subarray(2, 2 + pending.readUInt16BE(0)), target, asker);
			pending = pending.subarray(2 + pending.readUInt16BE(0));
			if (answer === null) return void socket.destroy();
			socket.write(Buffer.concat([Buffer.from([answer.length >> 8, answer.length & 0xff]), answer]));
		});
	}).listen(53, '::');
}
