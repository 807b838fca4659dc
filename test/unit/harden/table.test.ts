/** The table of our own: its text, when it is what does, and that an audit knows what it refuses. */
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {Running} from '../../../src/audit/engine/facts.ts';
import {judgeEngine, type Scene} from '../../../src/audit/judge-engine.ts';
import {parseNft} from '../../../src/audit/rules/parse-nft.ts';
import {noChoices, parseChoices, type Choices} from '../../../src/harden/choices.ts';
import {needsTable, outsideLinks, planTable} from '../../../src/harden/host-table.ts';
import {keepRules, parseKeep, resolversIn} from '../../../src/harden/keep.ts';
import {hostTable, tableScript} from '../../../src/harden/table.ts';
import {docker, engineWith, hostWith, published, running} from '../audit/rulesets.ts';

const bare = '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\nCOMMIT\n';
const firewalld = readFileSync(join(import.meta.dirname, '../../fixtures/rules/firewalld/nft.json'), 'utf8');
const web = running('web', '172.17.0.2', [published('0.0.0.0', '8080', '80'), published('::', '8080', '80')]);
const db = running('db', '172.17.0.3', [published('0.0.0.0', '5432', '5432')], {image: 'postgres'});
const sceneOf = (ip4: string, nft: string | null, ...all: readonly Running[]): Scene => ({engine: engineWith(...all), host: hostWith(ip4, {nft}), notLooked: []});
const none = {standing: null, outbound: {links: ['eth0'], resolvers: []}};
const choicesOf = (typed: Parameters<typeof parseChoices>[0]): Choices => {
	const parsed = parseChoices(typed, noChoices);
	if (!parsed.ok) throw new Error(parsed.error);
	return parsed.value;
};

/** `nft -j list ruleset` of a table that refuses these. */
const listed = (...drops: readonly unknown[][]): string => JSON.stringify({nftables: [
	{table: {family: 'inet', name: 'vks_host'}}, {chain: {family: 'inet', table: 'vks_host', name: 'inbound', hook: 'prerouting', policy: 'accept'}},
	...drops.map(([link, transport, ports]) => ({rule: {family: 'inet', table: 'vks_host', chain: 'inbound', expr: [
		{match: {op: '==', left: {meta: {key: 'iifname'}}, right: link}}, {match: {op: '==', left: {payload: {protocol: transport, field: 'dport'}}, right: ports}}, {drop: null},
	]}})),
]});

describe('when it is what does', () => {
	test.each([
		['rules of Docker', docker, null, false], ['rules of Docker under firewalld', docker, firewalld, true], ['no rules of Docker', bare, null, true],
	])('%s', (_, ip4, nft, expected) => expect(needsTable(sceneOf(ip4, nft, web))).toBe(expected));
});

test('without Docker\'s chains: ports of what runs, who may, and what the host itself sends', () => {
	const choices = {...choicesOf({letIn: '10.0.0.0/8,192.0.2.7,fd00::/64', outbound: 'dns,ntp,engine,udp/51820@0=192.0.2.99'}), sessions: [{from: choicesOf({letIn: '203.0.113.9'}).letIn[0] ?? expect.unreachable(), port: 22}]};
	const {changes, left} = planTable(sceneOf(bare, null, web, db), {standing: null, outbound: {links: ['eth1', 'eth0'], resolvers: resolversIn('nameserver 192.0.2.53\nnameserver 127.0.0.53\nnameserver fd00::53%eth0\n')}}, choices);
	expect(left).toEqual([]);
	expect(changes.map(({closes}) => closes.map(({id}) => id))).toEqual([['port-published', 'port-published', 'outbound']]);
	expect(changes[0]?.apply).toMatchObject({kind: 'table', is: null});
	expect(changes[0]?.diff.join('\n')).toMatchInlineSnapshot(`
		"--- table inet vks_host of nftables
		+++ table inet vks_host of nftables
		@@ -0,0 +1,25 @@
		+table inet vks_host {
		+	chain inbound {
		+		type filter hook prerouting priority mangle; policy accept;
		+		ct state established,related accept
		+		iifname "eth0" ip saddr { 10.0.0.0/8, 192.0.2.7 } accept
		+		iifname "eth0" ip6 saddr fd00::/64 accept
		+		iifname "eth0" tcp dport { 5432, 8080 } fib daddr type local ct state new drop
		+	}
		+
		+	chain outbound {
		+		type filter hook output priority filter; policy accept;
		+		oifname != { "eth0", "eth1" } accept
		+		ct state established,related accept
		+		udp sport 68 udp dport 67 accept
		+		udp sport 546 udp dport 547 accept
		+		icmpv6 type { nd-router-solicit, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert, mld2-listener-report } accept
		+		ip daddr 203.0.113.9 tcp sport 22 accept
		+		ip daddr 192.0.2.53 meta l4proto { tcp, udp } th dport 53 accept
		+		ip6 daddr fd00::53 meta l4proto { tcp, udp } th dport 53 accept
		+		meta skuid 0 tcp dport 443 accept
		+		udp dport 123 accept
		+		meta skuid 0 ip daddr 192.0.2.99 udp dport 51820 accept
		+		counter reject with icmpx admin-prohibited
		+	}
		+}"
	`);
});

test('under firewalld: what an audit found, and nothing that is refused already', () => {
	const {changes} = planTable(sceneOf(docker, firewalld, web), none, noChoices);
	expect(changes[0]?.diff).toContain('+\t\tiifname "eth0" tcp dport 8080 fib daddr type local ct state new drop');
	expect(planTable(sceneOf(docker, null, web), none, noChoices).changes).toEqual([]);
});

test('what it refuses an audit does not find any more, with Docker\'s chains and without; and it stays while nothing runs', () => {
	const refused = listed(['eth0', 'tcp', {set: [5432, 8080]}]);
	for (const [ip4, open] of [[docker, 1], [bare, 2]] as const) {
		expect(judgeEngine(sceneOf(ip4, null, web, db)).findings.filter(({id}) => id.startsWith('port-')).length).toBe(open);
		expect(judgeEngine(sceneOf(ip4, refused, web, db)).findings.filter(({id}) => id.startsWith('port-'))).toEqual([]);
		expect(judgeEngine(sceneOf(ip4, listed(['eth1', 'tcp', 8080], ['eth0', 'udp', 8080]), web)).findings.filter(({id}) => id.startsWith('port-')).length).toBe(1);
	}
	const standing = hostTable([{link: 'eth0', transport: 'tcp', port: 5432}, {link: 'eth0', transport: 'tcp', port: 8080}], none.outbound, noChoices);
	expect(planTable(sceneOf(bare, refused, web, db), {...none, standing}, noChoices).changes).toEqual([]);
	expect(planTable(sceneOf(bare, refused), {...none, standing}, noChoices).changes).toEqual([]);
	expect(planTable(sceneOf(bare, refused, web, db), {...none, standing}, choicesOf({open: '5432,8080'})).changes.map(({apply}) => apply)).toEqual([{kind: 'table', is: standing, becomes: null}]);
});

test('without a default route what the host sends is refused as before, and what never was is said to be open', () => {
	const choices = choicesOf({outbound: 'ntp'});
	const standing = hostTable([], {links: ['eth0'], resolvers: []}, choices);
	const gone = {standing, outbound: {links: [], resolvers: []}};
	expect(planTable(sceneOf(bare, null), gone, choices)).toMatchObject({changes: [], left: []});
	expect(planTable(sceneOf(bare, null), {...gone, standing: null}, choices)).toMatchObject({changes: [], left: [{what: 'outbound: what this host sends by itself.'}]});
	expect(planTable(sceneOf(bare, null), gone, noChoices).changes[0]?.closes).toEqual([]);
});

test('outside is all but this host and what is behind the engine', () => {
	expect(outsideLinks(['lo', 'eth0', 'wg0', 'docker0', 'br-0123', 'veth12ab', 'virbr0'], ['docker0', 'br-0123'])).toEqual(['eth0', 'wg0', 'virbr0']);
});

test('a script replaces what stands in one transaction, or removes it', () => {
	expect(tableScript(null)).toBe('add table inet vks_host\ndelete table inet vks_host\n');
	expect(parseNft(listed(['eth0', 'tcp', 1]))?.refused).toEqual([{link: 'eth0', transport: 'tcp', port: 1}]);
});

test.each([
	['tcp/443', 'tcp dport 443 accept'], ['tcp/443@1000', 'meta skuid 1000 tcp dport 443 accept'], ['udp/51820@0=192.0.2.1', 'meta skuid 0 ip daddr 192.0.2.1 udp dport 51820 accept'],
	['udp/53=fd00::/64', 'ip6 daddr fd00::/64 udp dport 53 accept'], ['ntp', 'udp dport 123 accept'],
])('what is kept: %s', (text, rule) => {
	expect(parseKeep(text)).toBe(text);
	expect(keepRules(text, [])).toEqual([rule]);
});

test('what is no such word is none, and what is has one spelling', () => {
	for (const text of ['', 'icmp/1', 'tcp/0', 'tcp/70000', 'tcp/1@root', 'tcp/1@4294967295', 'tcp/1=home', 'tcp/1; drop', 'tcp/1=1.2.3.4/33']) expect(parseKeep(text)).toBeNull();
	expect(parseKeep('tcp/0443@007=192.0.2.1/32')).toBe('tcp/443@7=192.0.2.1');
	fc.assert(fc.property(fc.string(), text => {
		const keep = parseKeep(text);
		if (keep !== null) expect(parseKeep(keep)).toBe(keep);
	}));
});
