/** What opens something for a time, what is kept of it, and what a drill sees on a link. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {parseDuration} from '../../src/cli/duration.ts';
import {parseAllow} from '../../src/cli/exception-command.ts';
import {longestExceptionSeconds} from '../../src/control/exception-limits.ts';
import {commandSchema, exceptionTextSchema} from '../../src/control/schema.ts';
import {parseException} from '../../src/controller/exception-wish.ts';
import {parseExceptions} from '../../src/controller/exceptions-file.ts';
import {parseServerRecords, renderServerRecords} from '../../src/controller/server-records-file.ts';
import {parseCidr} from '../../src/net/cidr.ts';
import type {Port} from '../../src/net/port.ts';
import {bears} from '../../src/verify/recognise.ts';
import {ipv4, ipv6} from '../helpers/arbitrary-net.ts';
import {checkProblem} from './checks.ts';
import {brokenBytes, brokenJson, brokenText} from './mutate.ts';
import {target, type FuzzTarget} from './target.ts';

const saved = {id: 3, protocol: 'tcp', range: '192.168.1.20/32', port: 5432, direction: 'out', uid: null, reason: 'backup', by: 'alice', seconds: 900};
const files = [{version: 1, nextId: 4, exceptions: [saved]}, {version: 1, nextId: 9, exceptions: [saved, {...saved, id: 8, protocol: 'icmpv6', range: 'fd00::/64', port: null, direction: 'in'}]}];

const typed = fc.record({
	protocol: brokenText(['tcp', 'UDP', 'icmp', 'icmpv6']), target: brokenText(['192.168.1.20:5432', '10.0.0.0/8:80', '[fd00::1]:443', 'fd00::/64', '192.168.1.20'], [':53', '/0', '%eth0']),
	inbound: fc.boolean(), time: fc.option(brokenText(['90s', '15m', '1h30m', '24h'])), reason: fc.option(brokenText(['backup'])), uid: fc.option(brokenText(['1000', '4294967295'])), by: brokenText(['alice', '']),
});

const frames = brokenBytes([Buffer.from('ffffffffffff0200000000010806000108000604000102000000000ac0000202000000000000c0000201', 'hex'), Buffer.from('0200000000010200000000020800450000200000000001110000c0000202c0000201', 'hex')]);

const remembered = [{version: 1, servers: [{id: 'se-sto-1', favourite: true, last: {outcome: 'failed', atMs: 9, code: 'no-handshake', what: 'it did not answer'}, latency: {ms: 23.4, atMs: 9, how: 'echo'}}, {id: 'x', favourite: false, last: null, latency: {ms: null, atMs: 1, how: 'tunnel'}}]}];

export const exceptionTargets: readonly FuzzTarget[] = [
	target('exceptions as they are kept', fc.oneof(brokenJson(files).map(value => JSON.stringify(value)), brokenText(files.map(file => JSON.stringify(file)))), text => {
		const parsed = parseExceptions(text);
		if (parsed === null) return;
		const ids = parsed.exceptions.map(({id}) => id);
		assert.equal(new Set(ids).size, ids.length);
		for (const {wish} of parsed.exceptions) {
			assert.equal(parseCidr(wish.range), wish.range);
			assert.ok(wish.forMs >= 1000 && wish.forMs <= longestExceptionSeconds * 1000);
			assert.ok(![53, 853].includes(wish.port ?? 0), 'DNS outside the tunnel');
		}
	}),
	target('servers as they are remembered', fc.oneof(brokenJson(remembered).map(value => JSON.stringify(value)), brokenText(remembered.map(file => JSON.stringify(file)))), text => {
		const parsed = parseServerRecords(text);
		if (parsed === null) return;
		assert.equal(new Set(parsed.map(({id}) => id)).size, parsed.length);
		assert.deepEqual(new Set(parseServerRecords(renderServerRecords(parsed))?.map(({id}) => id)), new Set(parsed.map(({id}) => id)));
	}),
	target('what vks allow is asked', typed, words => {
		const parsed = parseAllow(words);
		if (!parsed.ok) {
			assert.notEqual(parsed.error, '');
			return;
		}
		assert.ok(commandSchema.safeParse(parsed.value).success, 'the daemon would not understand it');
		const {do: _do, ...text} = parsed.value;
		const judged = parseException(exceptionTextSchema.parse(text));
		if (!judged.ok) checkProblem(judged.error);
	}),
	target('times', brokenText(['90s', '15m', '1h30m', '999999s']), text => {
		const seconds = parseDuration(text);
		assert.ok(seconds === null || (Number.isSafeInteger(seconds) && seconds >= 0));
	}),
	target('frames on a link', fc.tuple(frames, fc.uint8Array({minLength: 8, maxLength: 16}), fc.option(fc.oneof(ipv4, ipv6)), fc.constantFrom(null, 443 as Port)), ([frame, token, destination, tcpPort]) => {
		assert.equal(typeof bears(frame, {token, destination, tcpPort}), 'boolean');
		assert.ok(bears(Buffer.concat([frame, token]), {token, destination, tcpPort}), 'a token at the end of a frame was missed');
	}),
];
