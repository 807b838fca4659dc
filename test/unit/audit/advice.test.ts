/** Advice is given where it fits, and nowhere else. */
import {expect, test} from 'vitest';
import {cloudAdvice, proxyAdvice} from '../../../src/audit/advice.ts';
import type {HostFacts} from '../../../src/audit/host.ts';
import {judgeEngine} from '../../../src/audit/judge-engine.ts';
import type {Service} from '../../../src/audit/service.ts';
import {docker, engineWith, hostWith, published, running, withUser} from './rulesets.ts';

const page = (name: string, image = 'mine', port = '80', hostAddress = '0.0.0.0'): Service => running(name, '172.17.0.2', [published(hostAddress, '8080', port)], {image}).service;
const whats = (services: readonly Service[]): readonly string[] => proxyAdvice(services, services).map(({what}) => what);

test.each([
	['one alone', [page('one')], []],
	['two', [page('one'), page('two')], ['2 services are published one by one: one, two.']],
	['two, one of this host alone', [page('one'), page('two', 'mine', '80', '127.0.0.1')], []],
	['one beside a proxy', [page('one', 'grafana/grafana', '3000'), page('front', 'caddy', '443')], ['one is published beside front, which could hand on to it.']],
	['two beside one', [page('one'), page('two'), page('front', 'traefik:v3', '443')], ['one, two are published beside front, which could hand on to them.']],
	['a proxy by itself', [page('front', 'nginx', '443')], []],
	['databases, which no proxy hands on to', [page('one', 'postgres', '5432'), page('two', 'redis', '6379')], []],
])('reverse proxy: %s', (_, services, expected) => {
	expect(whats(services)).toEqual(expected);
});

const at = (ip4: readonly string[], ip6: readonly string[] = []): HostFacts => ({...hostWith(docker), addresses: {4: ip4, 6: ip6}});

test.each([
	['a private address', 1, at(['192.168.1.2'], ['fd00::2']), 0], ['an address of the internet', 1, at(['198.51.100.7']), 1], ['of IPv6 alone', 1, at(['10.0.0.2'], ['2a01:4f8::2']), 1],
	['nothing open', 0, at(['198.51.100.7']), 0], ['none known', 3, at([]), 0],
])('cloud firewall: %s', (_, open, host, count) => {
	expect(cloudAdvice(open, host)).toHaveLength(count);
});

test('ports that the host\'s rules refuse are no reason for advice', () => {
	const two = engineWith(running('one', '172.17.0.2', [published('0.0.0.0', '8080', '80')]), running('two', '172.17.0.3', [published('0.0.0.0', '9090', '90')]));
	const ids = (text: string): readonly string[] => judgeEngine({engine: two, host: {...hostWith(text), addresses: {4: ['198.51.100.7'], 6: []}}, notLooked: []}).findings.map(({id}) => id);
	expect(ids(docker)).toEqual(['port-published', 'port-published', 'reverse-proxy', 'cloud-firewall']);
	expect(ids(withUser('-i eth0 -j DROP'))).toEqual([]);
});
