/**
 * What newer engines do differently, on rulesets that moby's own tests wrote down: each file names its commit. A container
 * 192.0.2.2 on bridge1, port 80 published as 8080 of every address, or of 127.0.0.1; or networks that are internal.
 */
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import type {EngineFacts} from '../../../src/audit/engine/facts.ts';
import {rulesFrom, type HostFacts} from '../../../src/audit/host.ts';
import {judgeEngine} from '../../../src/audit/judge-engine.ts';
import {backendOf} from '../../../src/audit/rules/facts.ts';
import type {PublishedPort} from '../../../src/audit/service.ts';
import {engineWith, published, running} from './rulesets.ts';

const recorded = (name: string): string => readFileSync(join(import.meta.dirname, '../../fixtures/rules', name), 'utf8');
/** As `iptables -S` lists a table; `iptables-save` writes the same but for the chains. */
const saved = (text: string): string => text.replaceAll(/^-P (\S+) (\S+)$/gm, ':$1 $2 [0:0]').replaceAll(/^-N (\S+)$/gm, ':$1 - [0:0]');

const uplinks = {uplinks: {4: ['eth0'], 6: []}, addresses: {4: ['172.30.7.2'], 6: []}, proxies: 0} as const;
const byIptables = (name: string, change = (text: string): string => text): HostFacts => ({...uplinks, rules: rulesFrom({listed: [{family: 4, backend: 'nft', text: change(saved(recorded(`moby/${name}.txt`)))}], nft: null})});
const byNftables = (name: string, more: readonly unknown[] = []): HostFacts => {
	const {nftables} = JSON.parse(recorded(`moby/29.7.2/${name}.json`)) as {nftables: unknown[]};
	return {...uplinks, rules: rulesFrom({listed: [], nft: JSON.stringify({nftables: [...nftables, ...more]})})};
};

const engine = (version: string, ports: readonly PublishedPort[]): EngineFacts => {
	const {service} = running('web', '192.0.2.2', ports);
	return {...engineWith({service, places: [{ipv4: '192.0.2.2', ipv6: null, link: 'bridge1'}], resolvers: []}), version, bridges: [{name: 'bridge1', link: 'bridge1', internal: false}]};
};
const judged = (facts: EngineFacts, host: HostFacts): readonly string[] => judgeEngine({engine: facts, host, notLooked: []}).findings.map(({severity, id}) => `${severity} ${id}`);

const everywhere = [published('0.0.0.0', '8080', '80')];
const local = [published('127.0.0.1', '8080', '80')];
const routed: readonly PublishedPort[] = [{...published('0.0.0.0', '', '80'), hostPort: null}];
/** What the host's own firewall would have said. */
const closed = (text: string): string => text.replace(':INPUT ACCEPT', ':INPUT DROP');

describe.each(['27', '28.0.0', '28.5.2', '29.7.2'])('Docker %s, iptables', version => {
	const release = version === '27' ? '27.3.1' : version;
	// Until 28 only the policy of FORWARD, which that recording does not have, kept others from ports that are not published.
	const direct = version === '27' ? ['medium bridge-open'] : [];

	test('a published port is open, and past the host\'s firewall', () => {
		expect(judged(engine(release, everywhere), byIptables(`${version}/usernet-portmap`))).toEqual(['medium port-published', ...direct]);
		expect(judged(engine(release, everywhere), byIptables(`${version}/usernet-portmap`, closed))).toEqual(['high port-past-firewall', ...direct]);
	});

	test('its DOCKER-USER is understood: a rule in it closes the port, one after its end does not', () => {
		const drop = '-A DOCKER-USER -i eth0 -p tcp -m conntrack --ctstate NEW --ctorigdstport 8080 --ctdir ORIGINAL -j DROP\n';
		const before = byIptables(`${version}/usernet-portmap`, text => text.replace(/-A FORWARD -j DOCKER-USER\n/, `${drop}-A FORWARD -j DOCKER-USER\n`));
		expect(judged(engine(release, everywhere), before)).toEqual(direct);
		expect(judged(engine(release, everywhere), byIptables(`${version}/usernet-portmap`, text => text.replace('-A FORWARD -j DOCKER-USER\n', '')))).toContain('medium docker-user-not-asked');
	});
});

describe.each(['28.0.0', '28.5.2', '29.7.2'])('Docker %s keeps neighbours from', version => {
	test('a port of this host alone, unless its network is unprotected', () => {
		expect(judged(engine(version, local), byIptables(`${version}/usernet-portmap-lo`))).toEqual([]);
		expect(judged(engine(version, everywhere), byIptables(`${version}/usernet-portmap-natunprot`))).toEqual(['medium port-published', 'medium bridge-open']);
		expect(judged(engine(version, routed), byIptables(`${version}/usernet-portmap-routed`))).toEqual(['medium port-published']);
	});

	test('the same where direct routing was allowed: its rules in raw are not there', () => {
		const allowed = byIptables(`${version}/usernet-portmap-lo`, text => text.replace(/\*raw[^]*/, ''));
		const [found] = judgeEngine({engine: engine(version, local), host: allowed, notLooked: []}).findings;
		expect(found).toMatchObject({id: 'localhost-not-local', what: expect.stringContaining('no rule of the engine refuses what goes straight to the container'), fix: expect.stringContaining('allow-direct-routing')});
	});

	test('an internal network, published port or not', () => {
		const {service} = running('web', '192.0.2.2', everywhere);
		const inside = {...engineWith({service, places: [{ipv4: '192.0.2.2', ipv6: null, link: 'bridgeICC'}], resolvers: []}), version};
		expect(judged(inside, byIptables(`${version}/usernet-internal`))).toEqual([]);
	});
});

describe('Docker 29.7.2, nftables', () => {
	const own = (...rules: readonly unknown[]): readonly unknown[] => [
		{table: {family: 'inet', name: 'mine'}}, {chain: {family: 'inet', table: 'mine', name: 'forward', type: 'filter', hook: 'forward', prio: -10, policy: 'accept'}},
		...rules.map(expr => ({rule: {family: 'inet', table: 'mine', chain: 'forward', expr}})),
	];
	const match = (left: unknown, right: unknown, op = '=='): unknown => ({match: {op, left, right}});
	const original = match({ct: {key: 'proto-dst', dir: 'original'}}, 8080);

	test('its tables are the engine\'s, and what they let in is known', () => {
		expect(backendOf(byNftables('usernet-portmap').rules)).toBe('nftables');
		expect(judgeEngine({engine: engine('29.7.2', everywhere), host: byNftables('usernet-portmap'), notLooked: []})).toMatchObject({looked: ['Docker 29.7.2 (1 running)', 'the host\'s rules (nftables)'], notLooked: []});
		expect(judged(engine('29.7.2', everywhere), byNftables('usernet-portmap'))).toEqual(['medium port-published']);
		expect(judged(engine('29.7.2', local), byNftables('usernet-portmap-lo'))).toEqual([]);
		expect(judged(engine('29.7.2', everywhere), byNftables('usernet-portmap-natunprot'))).toEqual(['medium port-published', 'medium bridge-open']);
		expect(judged(engine('29.7.2', routed), byNftables('usernet-portmap-routed'))).toEqual(['medium port-published']);
	});

	test('there is no DOCKER-USER: a table of one\'s own is asked before, and is what closes', () => {
		const [found] = judgeEngine({engine: engine('29.7.2', everywhere), host: byNftables('usernet-portmap'), notLooked: []}).findings;
		expect(found?.commands).toEqual([['nft', [
			'add table inet vks-close-tcp-8080', 'add chain inet vks-close-tcp-8080 forward { type filter hook forward priority filter - 10; policy accept; }',
			'add rule inet vks-close-tcp-8080 forward iifname "eth0" meta nfproto ipv4 ct state new meta l4proto tcp ct direction original ct original proto-dst 8080 drop',
		].join('; ')]]);
		expect(found?.undo).toEqual([['nft', 'delete', 'table', 'inet', 'vks-close-tcp-8080']]);
		expect(found?.fix).toContain('At once: nft \'add table inet vks-close-tcp-8080; ');
	});

	test.each([
		['by the original port', [match({meta: {key: 'iifname'}}, 'eth0'), match({ct: {key: 'state'}}, 'new', 'in'), original, {counter: {packets: 0, bytes: 0}}, {drop: null}], []],
		['by another port', [match({ct: {key: 'proto-dst', dir: 'original'}}, 8081), {drop: null}], ['medium port-published']],
		['of another family', [match({meta: {key: 'nfproto'}}, 'ipv6'), {drop: null}], ['medium port-published']],
		['by the port as it was translated', [match({payload: {protocol: 'tcp', field: 'dport'}}, {set: [22, {range: [80, 90]}]}), {reject: {type: 'tcp reset'}}], []],
		['by a network that it goes to', [match({payload: {protocol: 'ip', field: 'daddr'}}, {prefix: {addr: '192.0.2.0', len: 24}}), {drop: null}], []],
		['of all but a network it comes from', [match({payload: {protocol: 'ip', field: 'saddr'}}, {prefix: {addr: '198.51.100.0', len: 24}}, '!='), {drop: null}], ['medium port-published']],
		['on links by their beginning', [match({meta: {key: 'iifname'}}, 'eth*'), {drop: null}], []],
		['by what is not understood', [match({meta: {key: 'mark'}}, 1), {drop: null}], ['medium port-published']],
		['by a map of links', [{vmap: {key: {meta: {key: 'iifname'}}, data: {set: [['eth1', {accept: null}], ['eth0', {drop: null}]]}}}], []],
		['by a limit', [{limit: {rate: 1, per: 'second'}}, {drop: null}], ['medium port-published']],
	])('refused %s', (_, expr, expected) => {
		expect(judged(engine('29.7.2', everywhere), byNftables('usernet-portmap', own(expr)))).toEqual(expected);
	});

	test('a port past firewalld, as firewalld says itself', () => {
		const {nftables} = JSON.parse(recorded('firewalld/nft.json')) as {nftables: unknown[]};
		expect(judged(engine('29.7.2', everywhere), byNftables('usernet-portmap', nftables))).toEqual(['high port-past-firewall']);
	});

	test('where nft does not list them, that is said', () => {
		const report = judgeEngine({engine: {...engine('29.7.2', everywhere), firewall: 'nftables+firewalld'}, host: {...uplinks, rules: {sets: [], nft: null}}, notLooked: []});
		expect(report.notLooked[0]?.why).toContain('nft does not list them');
		expect(report.findings.map(({id}) => id)).toEqual(['port-published']);
	});
});
