/** DNS messages that come by a tunnel from whoever answers there. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {dnsAddresses, dnsQuestion} from '../../src/controller/dns-message.ts';
import {isIpv4} from '../../src/net/address.ts';
import {ipv4} from '../helpers/arbitrary-net.ts';
import {checkIp, checkSame} from './checks.ts';
import {brokenBytes, brokenText} from './mutate.ts';
import {target, type FuzzTarget} from './target.ts';

const id = 0x1234;
/** Points at the name in the question (RFC 1035, 4.1.4). */
const sameName = Buffer.from([0xc0, 12]);

function answerTo(question: Uint8Array, records: readonly {readonly type: number; readonly data: Buffer}[]): Buffer {
	const bytes = Buffer.from(question);
	bytes.writeUInt16BE(0x8180, 2);
	bytes.writeUInt16BE(records.length, 6);
	const written = records.map(({type, data}) => {
		const fixed = Buffer.alloc(10);
		fixed.writeUInt16BE(type, 0);
		fixed.writeUInt16BE(1, 2);
		fixed.writeUInt32BE(300, 4);
		fixed.writeUInt16BE(data.length, 8);
		return Buffer.concat([sameName, fixed, data]);
	});
	return Buffer.concat([bytes, ...written]);
}

const bytesOf = (address: string): Buffer => Buffer.from(address.split('.').map(Number));
const question = dnsQuestion('exit.example.com', id) ?? Buffer.alloc(0);
const alias = {type: 5, data: Buffer.from([4, 0x65, 0x78, 0x69, 0x74, 0xc0, 17])};
const samples = [
	answerTo(question, [{type: 1, data: bytesOf('192.0.2.7')}]),
	answerTo(question, [alias, {type: 1, data: bytesOf('192.0.2.7')}, {type: 28, data: Buffer.alloc(16, 1)}, {type: 1, data: bytesOf('192.0.2.8')}]),
	answerTo(question, []),
];

export const dnsTargets: readonly FuzzTarget[] = [
	target('DNS answers', fc.tuple(brokenBytes(samples), fc.constantFrom(id, 0, 0xffff)), ([bytes, asked]) => {
		const found = dnsAddresses(bytes, asked);
		if (found === null) return;
		assert.equal(bytes.readUInt16BE(0), asked);
		assert.ok(found.length * 15 <= bytes.length, 'more addresses than fit into it');
		for (const address of found) {
			checkIp(address);
			assert.ok(isIpv4(address));
		}
	}),
	target('DNS answers, round trip', fc.tuple(fc.array(ipv4, {maxLength: 20}), fc.nat(0xffff)), ([addresses, asked]) => {
		const asks = dnsQuestion('exit.example.com', asked);
		assert.ok(asks !== null);
		checkSame(dnsAddresses(answerTo(asks, addresses.map(address => ({type: 1, data: bytesOf(address)}))), asked), addresses);
		assert.equal(dnsAddresses(asks, asked), null, 'a question is no answer');
	}),
	target('DNS questions', fc.tuple(brokenText(['exit.example.com', 'a.b.', 'x'.repeat(63), `${'y'.repeat(60)}.`.repeat(4)]), fc.nat(0xffff)), ([name, asked]) => {
		const asks = dnsQuestion(name, asked);
		if (asks === null) return;
		// One octet for each label's length and one for the root's, and no name longer than 255 (RFC 1035, 2.3.4).
		assert.ok(asks.length - 12 - 4 <= 255, `${asks.length} bytes for ${name}`);
		assert.equal(Buffer.from(asks).readUInt16BE(0), asked);
	}),
];
