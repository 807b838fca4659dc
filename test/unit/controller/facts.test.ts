/** What is told of the kernel's state, in words; what cannot be read, and what is too much. */
import {afterEach, describe, expect, test} from 'vitest';
import {mostFactLines, readFacts} from '../../../src/controller/facts.ts';
import {linkLines, routeLine, routingRuleLine, socketLine, trackedLine} from '../../../src/controller/facts-text.ts';
import {factsSchema, type FactsSection} from '../../../src/control/facts-schema.ts';
import {parseCidr} from '../../../src/net/cidr.ts';
import {fail} from '../../../src/result.ts';
import {fakeKernel} from '../../fakes/fake-kernel.ts';
import {makeRig, type Rig} from '../../helpers/controller-rig.ts';
import {configFrom, ip, nic} from '../../helpers/situations.ts';
import {noDaemon} from '../../../src/control/problems.ts';

const rigs: Rig[] = [];
afterEach(async () => {
	for (const rig of rigs.splice(0)) await rig.dispose();
});

test('a controller that is connected tells of everything there is, and of no key', async () => {
	const rig = makeRig({settings: {VKS_SERVER: 'se-sto-1'}});
	rigs.push(rig);
	await rig.controller.start();
	await expect.poll(() => rig.controller.snapshot().state.kind).toBe('connected');
	rig.kernel.state.connections = [{from: '10.64.1.2', seenAs: '10.64.1.2'}];
	rig.kernel.sockets.set('udp 5353 1000', {pid: 1, process: 'app', container: null, uid: 1000});
	const facts = await rig.controller.facts();
	expect(factsSchema.parse(facts)).toEqual(facts);
	const lines = Object.fromEntries(facts.sections.map(section => [section.name, section.lines.join('\n')]));
	expect(facts.sections.map(({problem}) => problem)).toEqual(facts.sections.map(() => null));
	expect(lines['links']).toContain('172.30.7.2/24 global');
	expect(lines['routes']).toMatch(/table 51820: default dev wg0 metric \d+ of vks/);
	expect(lines['routing-rules']).toContain('suppress_prefixlength 0');
	expect(lines['tunnel']).toMatch(/wg0: .*, to se-sto-1, mtu \d+/);
	expect(lines['tunnel']).toContain('endpoint: 198.51.100.10:51820');
	expect(lines['connections']).toContain('udp 10.64.1.2:40000 > 192.0.2.1:53, answered 192.0.2.1:40000 > 10.64.1.2:53');
	expect(lines['sockets']).toBe('udp unconnected 0.0.0.0:5353 > 0.0.0.0:0 uid 1000');
	expect(JSON.stringify(facts)).not.toMatch(/[A-Za-z0-9+/]{43}=/);
});

const deps = (kernel = fakeKernel()) => ({kernel, config: configFrom({}), clock: {now: () => 7}, engine: {live: () => null}});
const named = (sections: readonly FactsSection[], name: FactsSection['name']): FactsSection | undefined => sections.find(section => section.name === name);

test('what cannot be read says why, and the rest is there', async () => {
	const kernel = fakeKernel();
	const {sections} = await readFacts(deps({...kernel, traffic: {...kernel.traffic, tracked: () => fail(noDaemon('x', 'gone'))}}));
	expect(named(sections, 'connections')).toMatchObject({lines: [], problem: expect.stringContaining('gone')});
	expect(named(sections, 'tunnel')).toEqual({name: 'tunnel', lines: ['There is no tunnel.'], leftOut: 0, problem: null});
	expect(named(sections, 'links')?.lines.length).toBeGreaterThan(0);
});

test('what is too much is counted', async () => {
	const kernel = fakeKernel();
	kernel.state.connections = Array.from({length: mostFactLines + 5}, () => ({from: '10.0.0.1', seenAs: '10.0.0.1'}));
	const {sections} = await readFacts(deps(kernel));
	expect(named(sections, 'connections')).toMatchObject({leftOut: 5});
	expect(named(sections, 'connections')?.lines).toHaveLength(mostFactLines);
});

describe('in words', () => {
	test.each([
		['a link', linkLines([{index: 2, name: nic('eth0'), up: true, loopback: false, kind: 'veth', mtu: 1500, addresses: [{address: ip('fd00::2'), prefixLength: 64, scope: 'global'}], xdp: true}]).join('|'), '2: eth0 up veth mtu 1500 xdp|    fd00::2/64 global'],
		['a route', routeLine({family: 4, table: 254, destination: parseCidr('10.0.0.0/8'), kind: 'unicast', gateway: ip('172.17.0.1'), interface: nic('eth0'), metric: 5}), 'table 254: 10.0.0.0/8 via 172.17.0.1 dev eth0 metric 5'],
		['an end', routeLine({family: 6, table: 51_820, destination: null, kind: 'unreachable', gateway: null, interface: null, metric: 4_000_000, ours: true}), 'table 51820: unreachable default (IPv6) metric 4000000 of vks'],
		['a rule', routingRuleLine({family: 4, priority: 100, mark: 0xca6c, outInterface: null, table: 51_821, suppressPrefixLength: null}), 'IPv4 100: fwmark 0xca6c lookup 51821'],
		['a stranger\'s rule', routingRuleLine({family: 6, priority: 9, mark: null, outInterface: nic('eth0'), table: 254, suppressPrefixLength: null, special: true}), 'IPv6 9: oif eth0 lookup 254 and what no rule of vks has'],
		['a tracked connection', trackedLine({protocol: 'tcp', begun: {source: 'fd00::1', sourcePort: 1, destination: 'fd00::2', destinationPort: 2}, answered: {source: 'fd00::2', sourcePort: 2, destination: 'fd00::1', destinationPort: 1}, mark: 5, secondsLeft: 60}), 'tcp [fd00::1]:1 > [fd00::2]:2, answered [fd00::2]:2 > [fd00::1]:1 mark 0x5 60 s left'],
		['one without ports', trackedLine({protocol: 'icmp', begun: {source: '10.0.0.1', sourcePort: null, destination: '10.0.0.2', destinationPort: null}, answered: {source: '10.0.0.2', sourcePort: null, destination: '10.0.0.1', destinationPort: null}, mark: 0, secondsLeft: null}), 'icmp 10.0.0.1 > 10.0.0.2, answered 10.0.0.2 > 10.0.0.1'],
		['a socket', socketLine({protocol: 'tcp', state: 'listen', flow: {source: '0.0.0.0', sourcePort: 80, destination: '0.0.0.0', destinationPort: 0}, uid: 33}), 'tcp listen 0.0.0.0:80 > 0.0.0.0:0 uid 33'],
	])('%s', (_, line, wanted) => {
		expect(line).toBe(wanted);
	});
});
