/** What is answered to whom, what is asked for it outside, and what is opened before it is answered; and what is told of refusals. */
import {describe, expect, test} from 'vitest';
import {dropRecordSchema} from '../../../src/control/drop-schema.ts';
import type {DropView} from '../../../src/control/schema.ts';
import {nameRefusals} from '../../../src/controller/egress/refusals.ts';
import {refusedRecords} from '../../../src/controller/egress/refused-records.ts';
import {createResolver, type ResolverDeps} from '../../../src/controller/egress/resolver.ts';
import {readAnswer, renderAnswer} from '../../../src/egress/answer.ts';
import {parseDomain} from '../../../src/egress/name.ts';
import {parseProxyLine} from '../../../src/egress/proxy-line.ts';
import type {ScopePlan} from '../../../src/egress/plan.ts';
import {parseQuestion, renderQuestion, type AddressType} from '../../../src/egress/question.ts';
import {problem} from '../../../src/kernel/problems.ts';
import type {IpAddress} from '../../../src/net/address.ts';
import {fail, ok} from '../../../src/result.ts';
import {egressPlan, ip} from '../../helpers/situations.ts';

const here = {address: '10.64.0.2', port: 40_112};
const [ofUser] = egressPlan.scopes as readonly [ScopePlan];

function asked(text: string, type: AddressType = 'A'): Uint8Array {
	const name = parseDomain(text);
	if (!name.ok) throw new Error(name.error);
	return renderQuestion(name.value, type, 4321);
}

function world(found: readonly IpAddress[], {code = 0, ...deps}: Partial<ResolverDeps> & {readonly code?: number} = {}) {
	const happened: string[] = [];
	const resolve = createResolver({
		scope: ofUser,
		ask: async payload => {
			const question = parseQuestion(payload);
			happened.push(`asked ${question?.name ?? 'nothing'}`);
			return question === null ? null : renderAnswer(question, code, found, 300);
		},
		families: () => [4],
		hold: async script => {
			happened.push(script.trim());
			return ok(undefined);
		},
		refused: name => happened.push(`refused ${name ?? 'no name'}`),
		random: () => 0.5,
		...deps,
	});
	const answer = async (name: string, type: AddressType = 'A') => {
		const message = asked(name, type);
		const said = await resolve(message, here);
		return said === null ? null : readAnswer(said, message, type);
	};
	return {happened, answer, resolve};
}

describe('the resolver', () => {
	test('opens an address before it gives it', async () => {
		const {happened, answer} = world([ip('203.0.113.80')]);
		expect(await answer('git.example.net')).toEqual({code: 0, addresses: ['203.0.113.80'], ttlSeconds: 300});
		expect(happened).toEqual(['asked git.example.net', 'add element inet vks egress-1000-v4 { 203.0.113.80 . 443 timeout 330s, 203.0.113.80 . 8443 timeout 330s }']);
	});

	test('gives nothing that could not be opened', async () => {
		expect(await world([ip('203.0.113.80')], {hold: async () => fail(problem('internal', 'no', 'no'))}).answer('git.example.net')).toMatchObject({code: 2, addresses: []});
	});

	test('asks nobody for what is not listed, and says that it does not exist', async () => {
		const {happened, answer} = world([ip('203.0.113.80')]);
		expect(await answer('evil.example')).toMatchObject({code: 3, addresses: []});
		expect(happened).toEqual(['refused evil.example']);
	});

	test('gives and opens no private address', async () => {
		const {happened, answer} = world([ip('192.168.1.1'), ip('203.0.113.81')]);
		expect(await answer('git.example.net')).toMatchObject({addresses: ['203.0.113.81']});
		expect(happened.join()).not.toContain('192.168');
		expect(await world([ip('10.0.0.1')]).answer('git.example.net')).toMatchObject({code: 0, addresses: []});
	});

	test('has no addresses of a family that the tunnel does not carry', async () => {
		const {happened, answer} = world([ip('2606:4700::1')]);
		expect(await answer('git.example.net', 'AAAA')).toMatchObject({code: 0, addresses: []});
		expect(happened).toEqual([]);
	});

	test.each([[3, 3], [2, 2], [5, 2]])('hands on that there is no such name, and any other failure as one: %s is %s', async (code, told) => {
		expect(await world([], {code}).answer('git.example.net')).toMatchObject({code: told});
	});

	test('fails at once where nobody answers, and where too much is under way', async () => {
		expect(await world([], {ask: async () => null}).answer('git.example.net')).toMatchObject({code: 2});
		const {answer} = world([], {ask: () => new Promise(() => undefined)});
		for (let count = 0; count < 64; count++) void answer('git.example.net');
		expect(await answer('git.example.net')).toMatchObject({code: 2});
	});

	test('answers nothing to what is no question', async () => {
		expect(await world([]).resolve(Buffer.from('nonsense'), here)).toBeNull();
	});
});

describe('refusals by name', () => {
	test('are counted, and told once in ten minutes', () => {
		const lines: string[] = [];
		let nowMs = 0;
		const refusals = nameRefusals({clock: {now: () => nowMs, monotonic: () => nowMs}, journal: {write: (_kind, _level, text) => void lines.push(text)}});
		const evil = {uid: 1000, name: 'evil.example', how: 'look-up', port: null} as const;
		for (nowMs = 0; nowMs < 1_200_000; nowMs += 60_000) refusals.add(evil);
		expect(lines).toEqual(Array.from({length: 2}, () => 'Refused a look-up of uid 1000: evil.example is no name that VKS_EGRESS lists.'));
		expect(refusals.view()).toEqual({lookUps: 20, connections: 0, names: [{...evil, entry: 'uid 1000 evil.example 443', count: 20, lastAtMs: 1_140_000}]});
	});

	test('whoever makes up names fills neither the journal nor memory', () => {
		const lines: string[] = [];
		const refusals = nameRefusals({clock: {now: () => 1, monotonic: () => 1}, journal: {write: (_kind, _level, text) => void lines.push(text)}});
		for (let count = 0; count < 1000; count++) refusals.add({uid: 1000, name: `n${count}.evil.example`, how: 'connection', port: 443});
		const {connections, names} = refusals.view();
		expect([lines.length, connections, names.length, names[0]?.name]).toEqual([20, 1000, 20, 'n999.evil.example']);
	});
});

describe('as records among refused packets', () => {
	function rig() {
		const told: DropView[][] = [];
		const waiting: (() => void)[] = [];
		let nowMs = 0;
		const records = refusedRecords({
			clock: {now: () => nowMs, after: (_ms, callback) => {
				waiting.push(callback);
				return () => undefined;
			}},
			device: () => 'wg0',
			tell: batch => told.push([...batch]),
		});
		const add = (name: string | null, how: 'look-up' | 'connection' = 'look-up'): void => records.add({uid: 1000, name, how, port: how === 'look-up' ? null : 443}, name === null ? null : `uid 1000 ${name} 443`, here);
		const pass = (): void => {
			nowMs += 200;
			for (const callback of waiting.splice(0)) callback();
		};
		return {told, add, pass};
	}

	test('one that comes alone is told at once, with its name where packets have an address', () => {
		const {told, add} = rig();
		add('evil.example', 'connection');
		add(null, 'connection');
		expect(told.flat()).toMatchObject([
			{ruleId: 'refuse-egress-name-1000', protocol: 'tcp', source: '10.64.0.2', sourcePort: 40_112, destination: 'evil.example', destinationPort: 443, outInterface: 'wg0', uid: 1000, named: {how: 'connection', times: 1, entry: 'uid 1000 evil.example 443'}},
			{destination: 'no name', destinationPort: 443, named: {entry: null}},
		]);
		expect(dropRecordSchema.parse(told[0]?.[0])).toEqual(told[0]?.[0]);
	});

	test('of many the same are one record with their number, other names beyond fifty are one together, and none is lost', () => {
		const {told, add, pass} = rig();
		for (let count = 0; count < 5; count++) add('evil.example');
		for (let count = 0; count < 200; count++) add(`n${count % 100}.evil.example`);
		expect(told.flat()).toHaveLength(5);
		pass();
		expect(told.at(-1)).toHaveLength(51);
		expect(told.at(-1)?.at(-1)).toMatchObject({destination: 'other names', destinationPort: null, named: {times: 100, entry: null}});
		expect(told.flat().reduce((sum, {named}) => sum + (named?.times ?? 0), 0)).toBe(205);
	});
});

test.each([
	['<190>Nov 30 18:13:41 vks: {"scope":"1000","port":443,"name":"evil.example","to":"","status":500,"from":"10.64.0.2","source":40112}', {from: '10.64.0.2', source: 40_112, scope: '1000', port: 443, name: 'evil.example', refused: true}],
	['<190>Nov 30 18:13:41 vks: {"scope":"1000","port":80,"name":"EVIL.example","to":"","status":403,"from":"10.64.0.2","source":40112}', {from: '10.64.0.2', source: 40_112, scope: '1000', port: 80, name: 'evil.example', refused: true}],
	['<190>Nov 30 18:13:41 vks: {"scope":"1000","port":443,"name":"","to":"","status":500,"from":"10.64.0.2","source":40112}', {from: '10.64.0.2', source: 40_112, scope: '1000', port: 443, name: null, refused: true}],
	['<190>Nov 30 18:13:41 vks: {"scope":"1000","port":443,"name":"a\\u001b[31m","to":"","status":500,"from":"10.64.0.2","source":40112}', {from: '10.64.0.2', source: 40_112, scope: '1000', port: 443, name: null, refused: true}],
	['<190>Nov 30 18:13:41 vks: {"scope":"1000","port":443,"name":"api.example.com","to":"203.0.113.80:443","status":200,"from":"10.64.0.2","source":40112}', {from: '10.64.0.2', source: 40_112, scope: '1000', port: 443, name: 'api.example.com', refused: false}],
	['<190>Nov 30 18:13:41 vks: {"scope":"1000","port":443,"name":"api.example.com","to":"","status":502,"from":"10.64.0.2","source":40112}', {from: '10.64.0.2', source: 40_112, scope: '1000', port: 443, name: 'api.example.com', refused: false}],
	['{"scope":1}', null], ['nonsense', null], ['', null],
])('the proxy\'s line %s', (text, line) => {
	expect(parseProxyLine(Buffer.from(text))).toEqual(line);
});
