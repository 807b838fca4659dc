/** What the host's rules do with a packet, and what an audit makes of it. */
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {judgeEngine} from '../../../src/audit/judge-engine.ts';
import type {EngineFacts, Running} from '../../../src/audit/engine/facts.ts';
import {askEngine} from '../../../src/audit/engine/ask.ts';
import type {Finding} from '../../../src/audit/finding.ts';
import {rulesFrom, uplinksIn4, uplinksIn6, type HostFacts} from '../../../src/audit/host.ts';
import {dockerUserFindings} from '../../../src/audit/rules/docker-user.ts';
import {backendOf, firewallOf} from '../../../src/audit/rules/facts.ts';
import {parseIptables} from '../../../src/audit/rules/parse-iptables.ts';
import {parseNft} from '../../../src/audit/rules/parse-nft.ts';
import {fateOf, type Probe} from '../../../src/audit/rules/walk.ts';
import type {GetJson} from '../../../src/doctor/docker.ts';
import {fail, ok} from '../../../src/result.ts';
import {docker, engineWith, hostWith, published, running, withUser} from './rulesets.ts';

const recorded = (name: string): string => readFileSync(join(import.meta.dirname, '../../fixtures/rules', name), 'utf8');
const probe: Probe = {in: 'eth0', out: 'docker0', from: '198.51.100.1', to: '172.17.0.2', protocol: 'tcp', port: 80, original: {to: '', port: 8080}};

const fate = (text: string, change: Partial<Probe> = {}): string => fateOf(parseIptables(text).get('filter'), 'FORWARD', {...probe, ...change});

test.each([
	['Docker alone', docker, {}, 'accepted'],
	['a port that is not published', docker, {port: 81}, 'refused'],
	['to another container', docker, {to: '172.17.0.9'}, 'refused'],
	['a drop by the original port', withUser('-i eth0 -p tcp -m conntrack --ctstate NEW --ctorigdstport 8080 --ctdir ORIGINAL -j DROP'), {}, 'refused'],
	['a drop by another port', withUser('-i eth0 -p tcp -m conntrack --ctorigdstport 8081 -j DROP'), {}, 'accepted'],
	['a drop by the port as published, which is translated by then', withUser('-i eth0 -p tcp -m tcp --dport 8080 -j DROP'), {}, 'accepted'],
	['a drop on another link', withUser('-i eth1 -j DROP'), {}, 'accepted'],
	['a drop on links by their beginning', withUser('-i eth+ -j DROP'), {}, 'refused'],
	['a drop of what is not translated', withUser('! -i docker0 -o docker0 -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP'), {}, 'accepted'],
	['a drop of what is not translated, of that', withUser('! -i docker0 -o docker0 -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP'), {original: null}, 'refused'],
	['let in some, refuse the rest', withUser('-s 192.168.0.0/16 -j RETURN', '-i eth0 -j REJECT --reject-with icmp-port-unreachable'), {}, 'refused'],
	['let in some, of those', withUser('-s 192.168.0.0/16 -j RETURN', '-i eth0 -j DROP'), {from: '192.168.1.2'}, 'accepted'],
	['only replies', withUser('-m conntrack --ctstate RELATED,ESTABLISHED -j RETURN', '-i eth0 -j DROP'), {}, 'refused'],
	['what is not understood and drops', withUser('-m set --match-set bad src -j DROP'), {}, 'unknown'],
	['what is not understood before what drops', withUser('-m set --match-set bad src -j DROP', '-i eth0 -j DROP'), {}, 'refused'],
	['what only counts or logs', withUser('-m limit --limit 3/min -j LOG --log-prefix "a b -j DROP"', '-m comment --comment "drop -j DROP"'), {}, 'accepted'],
	['a chain of one\'s own', `${withUser('-j MINE').replace(':DOCKER-USER', ':MINE - [0:0]\n:DOCKER-USER')}`.replace('-A DOCKER-USER -j MINE', '-A MINE -p udp -j RETURN\n-A MINE -p tcp -m multiport --dports 22,80:90 -j DROP\n-A DOCKER-USER -j MINE'), {}, 'refused'],
	['a goto that returns from where it was', withUser('-g MINE', '-i eth0 -j DROP').replace(':DOCKER-USER', ':MINE - [0:0]\n:DOCKER-USER'), {}, 'accepted'],
	['a chain that calls itself', withUser('-j DOCKER-USER'), {}, 'accepted'],
	['nothing', '', {}, 'accepted'],
])('fate: %s', (_, text, change, expected) => {
	expect(fate(text, change)).toBe(expected);
});

describe('the rules of others, as recorded', () => {
	const ufw = parseIptables(recorded('ufw/iptables.txt'));
	const toHost = (port: number): Probe => ({...probe, out: null, to: '172.30.7.2', port, original: null});

	test('ufw 0.36.2 with port 22 let in: INPUT refuses another port, and FORWARD is no business of its', () => {
		expect(fateOf(ufw.get('filter'), 'INPUT', toHost(22))).toBe('accepted');
		expect(fateOf(ufw.get('filter'), 'INPUT', toHost(8080))).toBe('refused');
		expect(firewallOf(rulesFrom({listed: [{family: 4, backend: 'nft', text: recorded('ufw/iptables.txt')}], nft: null}))).toBe('ufw');
		expect(fateOf(parseIptables(recorded('ufw/ip6tables.txt')).get('filter'), 'INPUT', {...toHost(8080), from: '2001:db8::1', to: '2001:db8::2'})).toBe('refused');
	});

	test('firewalld 1.3.3: it refuses what no zone lets in', () => {
		const nft = parseNft(recorded('firewalld/nft.json'));
		expect(nft).toMatchObject({tables: ['inet firewalld'], closedInputs: ['inet firewalld filter_INPUT'], closedForwards: ['inet firewalld filter_FORWARD']});
		expect(firewallOf({sets: [], nft})).toBe('firewalld');
	});

	test.each(['', '[]', '{"nftables": 1}', 'Error'])('what nft never prints: %s', text => {
		expect(parseNft(text)).toBeNull();
	});
});

const brief = (findings: readonly Finding[]): readonly string[] => findings.map(({severity, id}) => `${severity} ${id}`);
const judged = (engine: EngineFacts, host: HostFacts | null): readonly Finding[] => judgeEngine({engine, host, notLooked: []}).findings;
const closedInput = (text: string): string => text.replace(':INPUT ACCEPT', ':INPUT DROP');
const web = running('web', '172.17.0.2', [published('0.0.0.0', '8080', '80'), published('::', '8080', '80')]);

describe('published ports', () => {
	test('open, no firewall: as in a compose file, and what closes it at once in both families', () => {
		const [found] = judged(engineWith(web), hostWith(docker));
		expect(found).toMatchObject({id: 'port-published', severity: 'medium', proof: '0.0.0.0:8080 -> 80/tcp; :::8080 -> 80/tcp'});
		expect(found?.commands.map(words => words.join(' '))).toEqual([
			'iptables-nft -I DOCKER-USER 1 -i eth0 -p tcp -m conntrack --ctstate NEW --ctorigdstport 8080 --ctdir ORIGINAL -j DROP',
			'ip6tables-nft -I INPUT 1 -i eth0 -p tcp -m tcp --dport 8080 -j DROP',
		]);
		expect(found?.undo[0]?.join(' ')).toBe('iptables-nft -D DOCKER-USER -i eth0 -p tcp -m conntrack --ctstate NEW --ctorigdstport 8080 --ctdir ORIGINAL -j DROP');
	});

	test('past a firewall', () => {
		expect(brief(judged(engineWith(web), hostWith(closedInput(docker))))).toEqual(['high port-past-firewall']);
	});

	test('past firewalld, which accepts what was translated', () => {
		expect(judged(engineWith(web), hostWith(docker, {nft: recorded('firewalld/nft.json')}))[0]).toMatchObject({id: 'port-past-firewall', severity: 'high', what: 'firewalld does not let others in to port 8080/tcp, and the engine does: to container web.'});
	});

	test('refused in both families: nothing', () => {
		const rule = '-i eth0 -p tcp -m conntrack --ctstate NEW --ctorigdstport 8080 --ctdir ORIGINAL -j DROP';
		const host = hostWith(closedInput(withUser(rule)), {ip6: '*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\nCOMMIT\n'});
		expect(judged(engineWith(web), host)).toEqual([]);
	});

	test('refused for IPv4 alone: the other is still open', () => {
		const host = hostWith(withUser('-i eth0 -j DROP'));
		expect(judged(engineWith(web), host)[0]?.commands).toEqual([['ip6tables-nft', '-I', 'INPUT', '1', '-i', 'eth0', '-p', 'tcp', '-m', 'tcp', '--dport', '8080', '-j', 'DROP']]);
	});

	test('without the host\'s rules: by what it is', () => {
		expect(brief(judged(engineWith(running('db', '172.17.0.2', [published('', '5432', '5432')])), null))).toEqual(['high port-published']);
	});

});

describe('DOCKER-USER', () => {
	const found = (text: string): readonly Finding[] => dockerUserFindings(hostWith(text).rules, ['docker0']);

	test.each([
		['as Docker makes it', docker, []],
		['with rules that are asked', withUser('-i eth0 -j DROP'), []],
		['missing', docker.replaceAll(/^.*DOCKER-USER.*\n/gm, ''), ['medium docker-user-missing']],
		['not asked, and empty', docker.replace('-A FORWARD -j DOCKER-USER\n', ''), ['medium docker-user-not-asked']],
		['not asked, with a drop in it', withUser('-i eth0 -j DROP').replace('-A FORWARD -j DOCKER-USER\n', ''), ['high docker-user-not-asked']],
		['asked after what accepts', withUser('-i eth0 -j DROP').replace('-A FORWARD -j DOCKER-USER\n', '-A FORWARD -i eth0 -j ACCEPT\n-A FORWARD -j DOCKER-USER\n'), ['high docker-user-late']],
		['asked after what accepts replies', docker.replace('-A FORWARD -j DOCKER-USER\n', '-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n-A FORWARD -j DOCKER-USER\n'), []],
		['asked after what another makes for its own links', withUser('-i eth0 -j DROP').replace('-A FORWARD -j DOCKER-USER\n', '-A FORWARD -o virbr0 -j ACCEPT\n-A FORWARD -m mark --mark 0x4000/0x4000 -j ACCEPT\n-A FORWARD -j DOCKER-USER\n'), []],
		['asked after what accepts, and empty', docker.replace('-A FORWARD -j DOCKER-USER\n', '-A FORWARD -i eth0 -j ACCEPT\n-A FORWARD -j DOCKER-USER\n'), []],
		['a drop after the return', docker.replace('-A DOCKER-USER -j RETURN\n', '-A DOCKER-USER -j RETURN\n-A DOCKER-USER -i eth0 -j DROP\n'), ['high docker-user-unreachable']],
		['an accept after a drop', docker.replace('-A DOCKER-USER -j RETURN\n', '-A DOCKER-USER -j DROP\n-A DOCKER-USER -s 10.0.0.0/8 -j ACCEPT\n'), ['low docker-user-unreachable']],
		['no Docker here', '*filter\n:FORWARD ACCEPT [0:0]\nCOMMIT\n', []],
	])('%s', (_, text, expected) => {
		expect(brief(found(text))).toEqual(expected);
	});

	test('what can never be reached is said by its rules, moved in front by commands, and put back by others', () => {
		const [unreachable] = found(docker.replace('-A DOCKER-USER -j RETURN\n', '-A DOCKER-USER -j RETURN\n-A DOCKER-USER -i eth0 -j DROP\n'));
		expect(unreachable?.proof).toBe('iptables-nft-save: `-A DOCKER-USER -j RETURN`, then `-A DOCKER-USER -i eth0 -j DROP`');
		expect(unreachable?.commands).toEqual([['iptables-nft', '-D', 'DOCKER-USER', '1'], ['iptables-nft', '-A', 'DOCKER-USER', '-j', 'RETURN']]);
		expect(unreachable?.undo).toEqual([['iptables-nft', '-D', 'DOCKER-USER', '2'], ['iptables-nft', '-I', 'DOCKER-USER', '1', '-j', 'RETURN']]);
	});

	test('rules of the other program', () => {
		const rules = rulesFrom({listed: [{family: 4, backend: 'legacy', text: docker}, {family: 4, backend: 'nft', text: '*filter\n:FORWARD ACCEPT [0:0]\n:DOCKER-USER - [0:0]\n-A FORWARD -j DOCKER-USER\n-A DOCKER-USER -i eth0 -j DROP\nCOMMIT\n'}], nft: null});
		expect(brief(dockerUserFindings(rules, ['docker0']))).toEqual(['medium two-backends']);
	});
});

describe('past the published ports', () => {
	const local = running('local', '172.17.0.3', [published('127.0.0.1', '9090', '90')]);
	const old = {...engineWith(local), version: '20.10.24+dfsg1'};

	test('what is published to this host alone is open to its segment before 28, until a rule refuses it', () => {
		expect(judged(old, hostWith(docker))).toMatchObject([{id: 'localhost-not-local', severity: 'medium', commands: [['iptables-nft', '-I', 'DOCKER-USER', '1', '!', '-i', 'docker0', '-o', 'docker0', '-m', 'conntrack', '!', '--ctstate', 'RELATED,ESTABLISHED,DNAT', '-j', 'DROP']]}]);
		expect(judged(old, hostWith(withUser('! -i docker0 -o docker0 -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP')))).toEqual([]);
		expect(brief(judged(old, null))).toEqual(['medium localhost-not-local']);
	});

	test('a FORWARD that accepts opens every port', () => {
		expect(brief(judged(engineWith(local), hostWith(docker.replace(':FORWARD DROP', ':FORWARD ACCEPT'))))).toEqual(['medium bridge-open']);
	});

	test.each([['2001:db8:5::2', 'high'], ['fd00::2', 'medium']])('IPv6 %s without rules of the engine', (address, severity) => {
		const engine = engineWith(running('six', '172.17.0.2', [], {}, address));
		expect(judged(engine, hostWith(docker))).toMatchObject([{id: 'ipv6-unfiltered', severity, commands: [['ip6tables-nft', '-I', 'FORWARD', '1', '!', '-i', 'docker0', '-o', 'docker0', '-m', 'conntrack', '!', '--ctstate', 'RELATED,ESTABLISHED,DNAT', '-j', 'DROP']]}]);
		expect(judged(engine, hostWith(docker, {ip6: '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\nCOMMIT\n'}))).toEqual([]);
	});
});

test.each([['20.10.24+dfsg1', true], ['23.0.11', false], ['24.0.9', true], ['25.0.4', true], ['25.0.5', false], ['26.0.0', false], ['odd', false]])('engine %s leaks from internal networks: %s', (version, leaks) => {
	const engine = {...engineWith(), version, bridges: [{name: 'inside', link: 'br-1', internal: true}]};
	expect(brief(judged(engine, null))).toEqual(leaks ? ['medium internal-dns'] : []);
	expect(judged({...engine, bridges: []}, null)).toEqual([]);
});

test.each<[string, ReadonlyArray<readonly [link: string, resolvers: readonly string[]]>, boolean]>([
	['nobody', [], true],
	['one that was told nothing', [['br-1', []]], true],
	['one that was told of a resolver', [['br-1', ['9.9.9.9']]], true],
	['one that was told of a resolver beside loopback', [['br-1', ['127.0.0.1', '9.9.9.9']]], true],
	['those that were told of loopback, and one that has another network', [['br-1', ['127.0.0.1']], ['both', []]], false],
	['one that was told of loopback, and one that was not', [['br-1', ['127.0.0.1']], ['br-1', []]], true],
])('an internal network does not leak from who is asked at its own loopback: %s', (_who, all, leaks) => {
	const on = ([link, resolvers]: readonly [string, readonly string[]]): Running => ({
		...running('one', '172.17.0.2', []), resolvers, places: (link === 'both' ? ['br-1', 'docker0'] : [link]).map(each => ({ipv4: '172.17.0.2', ipv6: null, link: each})),
	});
	const engine = {...engineWith(...all.map(on)), version: '20.10.24+dfsg1', bridges: [{name: 'bridge', link: 'docker0', internal: false}, {name: 'inside', link: 'br-1', internal: true}]};
	expect(brief(judged(engine, null)).includes('medium internal-dns')).toBe(leaks);
});

test('the engine\'s processes on the host are told', () => {
	expect(brief(judged(engineWith(), {...hostWith(docker), proxies: 2}))).toEqual(['low userland-proxy']);
});

test('uplinks are the links with a default route', () => {
	expect(uplinksIn4('Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\neth0\t00000000\t010011AC\t0003\t0\t0\t0\t00000000\t0\t0\t0\neth0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n')).toEqual(['eth0']);
	expect(uplinksIn6(`${'0'.repeat(32)} 00 ${'0'.repeat(32)} 00 fe80 00000400 0 0 00000003     eth0\n${'0'.repeat(32)} 00 ${'0'.repeat(32)} 00 0 ffffffff 1 0 00200200       lo\nfe80${'0'.repeat(28)} 40 0 00 0 100 1 0 1     eth1\n`)).toEqual(['eth0']);
});

describe('Docker 20.10.24, as recorded', () => {
	const json = (name: string): unknown => JSON.parse(recorded(`docker-20.10/${name}.json`));
	const get: GetJson = path => Promise.resolve(ok(path === '/version' ? json('version') : path === '/networks' ? json('networks') : path === '/containers/json' ? [{Id: 'web'}, {Id: 'gone'}] : path === '/info' ? {} : json('web')));

	test.each(['nft', 'legacy'] as const)('iptables-%s: the engine, its port, and what is behind the firewall', async backend => {
		const engine = await askEngine(path => (path.includes('gone') ? Promise.resolve(fail('it answered with status 404')) : get(path)));
		if (!engine.ok) throw new Error(engine.error);
		const rules = rulesFrom({listed: [{family: 4, backend, text: recorded(`docker-20.10/${backend}/iptables.txt`)}], nft: recorded(`docker-20.10/${backend}/nft.json`)});
		expect(backendOf(rules)).toBe(`iptables-${backend}`);
		const report = judgeEngine({engine: engine.value, host: {rules, uplinks: {4: ['eth0'], 6: []}, addresses: {4: ['172.30.7.2'], 6: []}, proxies: 2}, notLooked: []});
		expect(report.looked).toEqual(['Docker 20.10.24+dfsg1 (1 running)', `the host's rules (iptables-${backend})`]);
		expect(brief(report.findings)).toEqual(['medium port-published', 'medium internal-dns', 'low userland-proxy', 'low no-limits']);
		expect(report.findings[0]?.proof).toBe('container web: 0.0.0.0:8080 -> 80/tcp; container web: [::]:8080 -> 80/tcp');
		expect(report.findings[0]?.commands[0]?.[0]).toBe(`iptables-${backend}`);
		expect(report.findings[1]?.what).toContain('inside');
	});

	test('with ufw in the other backend nothing is open: a packet is asked by both', () => {
		const rules = rulesFrom({listed: [{family: 4, backend: 'legacy', text: recorded('docker-20.10/legacy/iptables.txt')}, {family: 4, backend: 'nft', text: recorded('ufw/iptables.txt')}], nft: null});
		const [found] = judged(engineWith(running('web', '172.17.0.2', [published('0.0.0.0', '8080', '80')])), {rules, uplinks: {4: ['eth0'], 6: []}, addresses: {4: ['172.30.7.2'], 6: []}, proxies: 0});
		// The policy of ufw's FORWARD is DROP, and it knows no bridge.
		expect(found).toBeUndefined();
	});
});
