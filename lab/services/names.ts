/**
 * A piece of internet with names: `names.ts <options file>`. A resolver reads its zone anew for each question, and every host
 * answers TLS and HTTP with which address was reached, by which name, from where.
 */
import {readFileSync, writeFileSync} from 'node:fs';
import {createSocket} from 'node:dgram';
import {createServer} from 'node:http';
import {createServer as createTlsServer} from 'node:tls';
import {ipToBytes, type IpAddress} from '../../src/net/address.ts';

export interface NamesOptions {
	readonly resolver: string;
	readonly hosts: readonly string[];
	readonly tlsPorts: readonly number[];
	/** The lab has a server of its own at port 80. */
	readonly httpPort: number;
	readonly certificate: string;
	readonly key: string;
	/** JSON: from a name to its addresses. */
	readonly zone: string;
	/** Every name that was asked for is a line of it, and `POST` with the host of each message. */
	readonly log: string;
	readonly ready: string;
}

const nameIn = (query: Buffer): {readonly name: string; readonly end: number} => {
	const labels: string[] = [];
	let at = 12;
	for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
		labels.push(query.toString('latin1', at + 1, at + 1 + length));
		at += length + 1;
	}
	return {name: labels.join('.').toLowerCase(), end: at + 5};
};

export function answerFrom(zone: Readonly<Record<string, readonly string[]>>, query: Buffer): Buffer {
	const {name, end} = nameIn(query);
	const type = query.readUInt16BE(end - 4);
	const addresses = (zone[name] ?? []).filter(address => type === (address.includes(':') ? 28 : 1));
	const header = Buffer.from(query.subarray(0, 12));
	header.writeUInt16BE(zone[name] === undefined ? 0x8183 : 0x8180, 2);
	header.writeUInt16BE(addresses.length, 6);
	for (const at of [8, 10]) header.writeUInt16BE(0, at);
	return Buffer.concat([header, query.subarray(12, end), ...addresses.map(address => {
		const data = ipToBytes(address as IpAddress);
		return Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 1, 0, data.length, ...data]);
	})]);
}

export async function main(file: string): Promise<void> {
	const {resolver, hosts, tlsPorts, httpPort, certificate, key, zone, log, ready} = JSON.parse(readFileSync(file, 'utf8')) as NamesOptions;
	const dns = createSocket('udp4');
	dns.on('message', (query, from) => {
		writeFileSync(log, `${nameIn(query).name}\n`, {flag: 'a'});
		dns.send(answerFrom(JSON.parse(readFileSync(zone, 'utf8')) as Record<string, string[]>, query), from.port, from.address);
	});
	const listening = [new Promise<void>(resolve => dns.bind(53, resolver, resolve))];
	for (const host of hosts) {
		const web = createServer((request, response) => {
			if (request.method === 'POST') writeFileSync(log, `POST ${request.headers.host ?? ''}\n`, {flag: 'a'});
			response.end(`${host} ${request.headers.host ?? ''} ${request.socket.remoteAddress ?? ''}`);
		});
		listening.push(new Promise(resolve => void web.listen(httpPort, host, resolve)));
		for (const port of tlsPorts) {
			const tls = createTlsServer({cert: certificate, key}, socket => {
				socket.on('error', () => undefined);
				socket.end(`${host} ${socket.servername || ''} ${socket.remoteAddress ?? ''}`);
			}).on('tlsClientError', () => undefined);
			listening.push(new Promise(resolve => void tls.listen(port, host, resolve)));
		}
	}
	await Promise.all(listening);
	process.once('SIGTERM', () => process.exit(0));
	writeFileSync(ready, '');
}

if (import.meta.main) await main(process.argv[2] ?? '');
