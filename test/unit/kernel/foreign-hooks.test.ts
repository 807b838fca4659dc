import {readFileSync} from 'node:fs';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {divertingStatements, parseHookedChain, shown} from '../../../src/kernel/foreign/parse-nft.ts';
import {rewritingStatements} from '../../../src/kernel/foreign/rewrites.ts';
import {canDivert, parseTcFilter, parseTcNode} from '../../../src/kernel/foreign/parse-tc.ts';
import {parseLink} from '../../../src/kernel/network/parse-links.ts';
import {attribute, nested, textAttribute} from '../../../src/kernel/netlink/attributes.ts';

/**
 * Dumps recorded on Linux 6.18 (nft 1.0.6, iptables 1.8.9): eth0 with clsact and htb, a u32 filter that mirrors and one of
 * bpf, a table that duplicates, one that does not, and TEE of iptables-nft.
 */
const recorded = Object.entries(JSON.parse(readFileSync(new URL('../../fixtures/kernel/foreign-hooks-6.18.json', import.meta.url), 'utf8')) as Record<string, string>);
const bodies = (kind: string) => recorded.filter(([name]) => name.startsWith(kind)).map(([, hex]) => Buffer.from(hex, 'hex'));
const late = new Set(['output', 'postrouting', 'egress'] as const);
const parsers = [parseTcNode, parseTcFilter, parseHookedChain, divertingStatements, (body: Buffer) => rewritingStatements(body, late), parseLink];

test('qdiscs and classes', () => {
	const qdiscs = bodies('qdiscs').map(body => parseTcNode(body));
	expect(qdiscs).toContainEqual({index: 1, handle: 0, kind: 'noqueue', root: true});
	expect(qdiscs).toContainEqual({index: 3, handle: 0x7_0000, kind: 'htb', root: true});
	expect(qdiscs).toContainEqual({index: 3, handle: 0xffff_0000, kind: 'clsact', root: false});
	expect(bodies('classes').map(body => parseTcNode(body))).toEqual([{index: 3, handle: 0x7_0001, kind: 'htb', root: true}]);
});

test('filters with their actions', () => {
	const egress = bodies('egress').map(body => parseTcFilter(body)).filter(filter => filter !== null);
	expect(egress.filter(canDivert)).toEqual([{classifier: 'u32', actions: ['mirred']}]);
	const ingress = bodies('ingress').map(body => parseTcFilter(body)).filter(filter => filter !== null);
	expect(ingress).toEqual([{classifier: 'bpf', actions: []}]);
	expect(ingress.filter(canDivert)).toHaveLength(1);
});

test('a filter diverts unless all of its actions are known not to', () => {
	const filter = (classifier: string, at: number, ...actions: string[]): Buffer =>
		Buffer.concat([Buffer.alloc(20), textAttribute(1, classifier), nested(2, nested(at, ...actions.map((action, place) => nested(place + 1, textAttribute(1, action)))))]);
	const diverts = (body: Buffer): boolean | null => {
		const parsed = parseTcFilter(body);
		return parsed === null ? null : canDivert(parsed);
	};
	expect(diverts(filter('matchall', 2, 'gact', 'police', 'skbedit'))).toBe(false);
	expect(diverts(filter('flower', 3, 'gact', 'mirred'))).toBe(true);
	for (const action of ['bpf', 'pedit', 'nat', 'ct', 'tunnel_key', 'one-of-tomorrow']) expect(diverts(filter('matchall', 2, action))).toBe(true);
	expect(diverts(filter('classifier-of-tomorrow', 2))).toBe(true);
	expect(diverts(Buffer.concat([Buffer.alloc(20), textAttribute(1, 'u32')]))).toBeNull();
});

test('chains with a hook, and what their rules send elsewhere', () => {
	const chains = bodies('chains').map(body => parseHookedChain(body));
	expect(chains.filter(chain => chain !== null)).toEqual([
		{familyNumber: 5, family: 'netdev', table: 'copies', devices: ['eth0'], late: null},
		{familyNumber: 2, family: 'ip', table: 'far', devices: [], late: 'output'},
		{familyNumber: 2, family: 'ip', table: 'mangle', devices: [], late: 'postrouting'},
	]);
	expect(bodies('rules').map(body => divertingStatements(body))).toEqual([['dup'], [], [], ['TEE']]);
});

test('a program that is handed packets after our chains may do anything with them', () => {
	const rule = Buffer.concat([Buffer.from([2, 0, 0, 0]), nested(4, nested(1, textAttribute(1, 'queue'), nested(2)))]);
	expect([rewritingStatements(rule, late), rewritingStatements(rule, new Set())]).toEqual([['queue'], []]);
});

test('a name that would steer a terminal is shown without what does', () => {
	expect([shown('nat'), shown('a.b-c/d_1'), shown('x\u001B[2J\ny')]).toEqual(['nat', 'a.b-c/d_1', 'x??2J?y']);
});

test('a link says whether an XDP program runs on it', () => {
	const link = (attached: number) => parseLink(Buffer.concat([Buffer.alloc(16), textAttribute(3, 'eth0'), nested(43, attribute(2, Buffer.from([attached])))]));
	expect(link(0)).not.toHaveProperty('xdp');
	for (const attached of [1, 2, 3, 4]) expect(link(attached)).toMatchObject({xdp: true});
});

test('bytes that no kernel sends make no parser throw', () => {
	const cut = recorded.map(([, hex]) => Buffer.from(hex, 'hex'));
	for (const body of cut) for (let end = 0; end < body.length; end++) for (const parse of parsers) parse(body.subarray(0, end));
	fc.assert(fc.property(fc.uint8Array({maxLength: 400}), bytes => {
		for (const parse of parsers) parse(Buffer.from(bytes));
	}));
});
