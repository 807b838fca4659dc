/** What our resolver reads and writes, and how long an address it gave may be connected to. */
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {mayBeReached, readAnswer, renderAnswer} from '../../../src/egress/answer.ts';
import {heldSeconds, renderHold, toldSeconds} from '../../../src/egress/hold.ts';
import {parseDomain, type DomainName} from '../../../src/egress/name.ts';
import {parseQuestion, renderQuestion, rule, types, type AddressType, type Question} from '../../../src/egress/question.ts';
import type {ScopePlan} from '../../../src/egress/plan.ts';
import {egressPlan, ip} from '../../helpers/situations.ts';

const [ofUser, ofAll] = egressPlan.scopes as readonly [ScopePlan, ScopePlan];
const nameOf = (text: string): DomainName => {
	const parsed = parseDomain(text);
	if (!parsed.ok) throw new Error(parsed.error);
	return parsed.value;
};

/** A question as a client would write it: any name, any type, with something behind it. */
function asked(name: string, type: number, {id = 7, flags = 0x0100, count = 1, kind = 1, tail = ''} = {}): Uint8Array {
	const header = Buffer.alloc(12);
	header.writeUInt16BE(id, 0);
	header.writeUInt16BE(flags, 2);
	header.writeUInt16BE(count, 4);
	const labels = name.split('.').flatMap(label => [Buffer.from([Buffer.byteLength(label)]), Buffer.from(label)]);
	return Buffer.concat([header, ...labels, Buffer.from([0, type >> 8, type & 0xff, 0, kind]), Buffer.from(tail, 'hex')]);
}
const questionOf = (message: Uint8Array): Question => {
	const question = parseQuestion(message);
	if (question === null) throw new Error('not a question');
	return question;
};

/** An answer of records with one owner each; `owner` null is a pointer to the question. */
function answered(question: Uint8Array, records: readonly {readonly type: number; readonly ttl: number; readonly data: readonly number[]}[], {code = 0, cut = 0} = {}): Uint8Array {
	const bytes = Buffer.from(question);
	bytes.writeUInt16BE(0x8180 | code, 2);
	bytes.writeUInt16BE(records.length, 6);
	const whole = Buffer.concat([bytes, ...records.map(({type, ttl, data}) => {
		const head = Buffer.alloc(12);
		head.writeUInt16BE(0xc00c, 0);
		head.writeUInt16BE(type, 2);
		head.writeUInt16BE(1, 4);
		head.writeUInt32BE(ttl, 6);
		head.writeUInt16BE(data.length, 10);
		return Buffer.concat([head, Buffer.from(data)]);
	})]);
	return whole.subarray(0, whole.length - cut);
}

describe('of what is asked', () => {
	test.each([
		['api.example.com', types.A, {kind: 'ask', name: 'api.example.com', type: 'A'}],
		['API.Example.COM', types.AAAA, {kind: 'ask', name: 'api.example.com', type: 'AAAA'}],
		['a.example.org', types.A, {kind: 'ask', name: 'a.example.org', type: 'A'}],
		['b.a.example.org', types.A, {kind: 'no-name', name: 'b.a.example.org'}],
		['git.example.net', types.A, {kind: 'no-name', name: 'git.example.net'}],
		['api.example.com', 16, {kind: 'no-records', name: 'api.example.com'}],
		['api.example.com', 65, {kind: 'no-records', name: 'api.example.com'}],
		['api.example.com', 255, {kind: 'no-records', name: 'api.example.com'}],
		['evil.example', 16, {kind: 'no-name', name: 'evil.example'}],
		['strange name.example', types.A, {kind: 'no-name', name: null}],
	])('%s, type %s', (name, type, ruling) => {
		expect(rule(ofAll, questionOf(asked(name, type)))).toEqual(ruling);
	});

	test('a name that is allowed to one user is asked for that user alone', () => {
		expect(rule(ofUser, questionOf(asked('git.example.net', types.A)))).toMatchObject({kind: 'ask'});
	});

	test('a label with a dot in it is not the name that it reads as', () => {
		const message = Buffer.concat([Buffer.from(asked('a.b', types.A)).subarray(0, 12), Buffer.from([15]), Buffer.from('api.example.com'), Buffer.from([0, 0, 1, 0, 1])]);
		expect(rule(ofAll, questionOf(message))).toEqual({kind: 'no-name', name: null});
	});

	test.each([
		['an answer', asked('api.example.com', 1, {flags: 0x8180})],
		['another operation', asked('api.example.com', 1, {flags: 0x2800})],
		['two questions', asked('api.example.com', 1, {count: 2})],
		['another class', asked('api.example.com', 1, {kind: 3})],
		['half a question', Buffer.from(asked('api.example.com', 1)).subarray(0, 20)],
		['a name that points elsewhere', Buffer.concat([Buffer.from(asked('a', 1)).subarray(0, 12), Buffer.from([0xc0, 0x0c, 0, 1, 0, 1])])],
	])('%s is not answered', (_what, message) => {
		expect(parseQuestion(message)).toBeNull();
	});
});

describe('what the tunnel\'s resolver answers', () => {
	const question = renderQuestion(nameOf('api.example.com'), 'A', 77);
	const a = (last: number, ttl: number) => ({type: types.A, ttl, data: [203, 0, 113, last]});
	test('is its addresses, for the shortest time on the way to them', () => {
		const cname = {type: 5, ttl: 20, data: [1, 120, 0]};
		expect(readAnswer(answered(question, [cname, a(80, 300), {type: 46, ttl: 1, data: [0]}, a(81, 30)]), question, 'A')).toEqual({code: 0, addresses: ['203.0.113.80', '203.0.113.81'], ttlSeconds: 20});
		expect(readAnswer(answered(question, [a(80, 0xffff_ffff)]), question, 'A')?.ttlSeconds).toBe(0);
		expect(readAnswer(answered(question, [], {code: 3}), question, 'A')).toEqual({code: 3, addresses: [], ttlSeconds: 0});
	});

	test.each([
		['of another number', answered(renderQuestion(nameOf('api.example.com'), 'A', 78), [a(80, 300)])],
		['to another question', answered(renderQuestion(nameOf('apj.example.com'), 'A', 77), [a(80, 300)])],
		['of another type', answered(renderQuestion(nameOf('api.example.com'), 'AAAA', 77), [a(80, 300)])],
		['that was cut', answered(question, [a(80, 300)], {cut: 2})],
		['that is the question again', question],
	])('is none when it is one %s', (_what, message) => {
		expect(readAnswer(message, question, 'A')).toBeNull();
	});

	test('whatever comes, reading it ends', () => {
		fc.assert(fc.property(fc.uint8Array({maxLength: 80}), fc.nat(5), (noise, records) => {
			const message = Buffer.concat([answered(question, []), noise]);
			message.writeUInt16BE(records, 6);
			readAnswer(message, question, 'A');
			parseQuestion(noise);
		}), {numRuns: 3000});
	});

	test.each([['203.0.113.80', true], ['2606:4700::1', true], ['10.0.0.1', false], ['192.168.1.1', false], ['127.0.0.1', false], ['169.254.169.254', false], ['100.64.0.1', false], ['0.0.0.0', false], ['224.0.0.1', false], ['255.255.255.255', false], ['::', false], ['::1', false], ['::ffff:10.0.0.1', false], ['fe80::1', false], ['fd00::1', false], ['ff02::1', false]])('%s may be reached by name: %s', (address, may) => {
		expect(mayBeReached(ip(address))).toBe(may);
	});
});

test('an answer of ours is read as what was put into it, as far as it fits, and repeats the question letter by letter', () => {
	const address = {A: fc.tuple(...Array.from({length: 4}, () => fc.nat(255))).map(bytes => ip(bytes.join('.'))), AAAA: fc.nat(0xffff).map(last => ip(`2001:db8::${last.toString(16)}`))};
	fc.assert(fc.property(fc.constantFrom<AddressType>('A', 'AAAA').chain(type => fc.tuple(fc.constant(type), fc.array<ReturnType<typeof ip>>(address[type], {maxLength: 40}))), fc.constantFrom('ApI.example.com', `${'a'.repeat(63)}.${'b'.repeat(63)}.example.org`), fc.nat(3600), ([type, addresses], name, ttl) => {
		const message = asked(name, types[type]);
		const written = renderAnswer(questionOf(message), 0, addresses, ttl);
		expect(written.length).toBeLessThanOrEqual(512);
		expect(Buffer.from(written).toString('latin1')).toContain(name.split('.')[0]);
		const read = readAnswer(written, message, type);
		expect(read?.addresses).toEqual(addresses.slice(0, read?.addresses.length));
		expect(read?.addresses.length).toBeGreaterThanOrEqual(Math.min(addresses.length, 10));
		expect(read?.ttlSeconds).toBe(addresses.length === 0 ? 0 : ttl);
	}), {numRuns: 500});
});

test('an address is held for the time of its record within limits, and nobody is told of a longer one', () => {
	expect([0, 59, 300, 86_400].map(ttl => [toldSeconds(ttl), heldSeconds(ttl)])).toEqual([[0, 90], [59, 90], [300, 330], [3600, 3630]]);
});

test('an address goes with each port of its name into the set of its scope', () => {
	expect(renderHold('vks', ofUser, nameOf('git.example.net'), [ip('203.0.113.80'), ip('2001:db8::80')], 300)).toBe(
		'add element inet vks egress-1000-v4 { 203.0.113.80 . 443 timeout 330s, 203.0.113.80 . 8443 timeout 330s }\nadd element inet vks egress-1000-v6 { 2001:db8::80 . 443 timeout 330s, 2001:db8::80 . 8443 timeout 330s }\n',
	);
	expect(renderHold('vks', ofAll, nameOf('git.example.net'), [ip('203.0.113.80')], 300)).toBe('');
});
