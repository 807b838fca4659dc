/** Environment and file together: who wins, unknown names, and the file's own mistakes. */
import {describe, expect, test} from 'vitest';
import {nearest} from '../../../src/config/nearest.ts';
import {complaints, configOf, problemsOf} from './say.ts';

test('the environment wins over the file, and empty text in it is not set', () => {
	const yaml = 'server: from-file\ndhcp: yes\n';
	expect(configOf({VKS_SERVER: 'from-env', VKS_DHCP: ' '}, yaml)).toMatchObject({server: 'from-env', dhcp: true});
});

test('the file takes text, numbers, switches and lists', () => {
	const yaml = `
network:
  - 192.168.1.0/24
  - fd00:1::/64, 10.0.0.0/8
dns: 10.64.0.1
docker_dns: true
nflog_group: 0x10
tunnel_mark: "0x11"
server: # nothing yet
inbound_ports: [80/tcp, 81/tcp]
`;
	expect(configOf({}, yaml)).toMatchObject({
		network: ['10.0.0.0/8', '192.168.1.0/24', 'fd00:1::/64'],
		resolvers: ['10.64.0.1'],
		dockerDns: true,
		numbers: {nflogGroup: 16, tunnelMark: 17},
		server: null,
		inboundPorts: [{port: 80}, {port: 81}],
	});
});

test.each(['', '\n# only a comment\n', '---\n', 'null\n', '\uFEFF'])('an empty file (%j) is fine', yaml => {
	expect(complaints({}, yaml)).toEqual([]);
});

describe('unknown names', () => {
	test.each([
		['VKS_DSN', 'VKS_DNS'],
		['VKS_NETWROK', 'NETWORK'],
		['VKS_INBOUND_PORT', 'VKS_INBOUND_PORTS'],
		['VKS_DOCKERDNS', 'VKS_DOCKER_DNS'],
		['vks_dns', 'VKS_DNS'],
		['VKS_TUNNELS_FOLDER', 'VKS_TUNNEL_FOLDER'],
	])('%s is an error that suggests %s', (name, meant) => {
		expect(problemsOf({[name]: 'x'})).toMatchObject([{setting: name, value: null, wrong: 'is not a setting', right: `Did you mean ${meant}?`}]);
	});

	test('nothing is suggested for a name like none', () => {
		expect(problemsOf({VKS_FROBNICATE_ALL_THINGS: '1'})).toMatchObject([{right: 'Remove it; docs/settings.md lists every setting.'}]);
		expect(nearest('x', [])).toBeNull();
	});

	test.each([
		['dockerDns', 'docker_dns'],
		['docker-dns', 'docker_dns'],
		['VKS_DNS', 'dns'],
		['netwrok', 'network'],
	])('key %s suggests %s', (key, meant) => {
		expect(problemsOf({}, `\n${key}: 1\n`)).toMatchObject([{setting: key, where: '/vks.yaml line 2', right: `Did you mean ${meant}?`}]);
	});

	test('a file cannot name another file, nor reach a prototype', () => {
		expect(complaints({}, 'config: /etc/other.yaml\n__proto__: 1\n')).toEqual(['config (/vks.yaml line 1) is not a setting', '__proto__ (/vks.yaml line 2) is not a setting']);
	});

	test('other programs keep their names, and so does Kubernetes', () => {
		const pod = {VKS_SERVICE_HOST: '10.0.0.1', VKS_SERVICE_PORT: '80', VKS_SERVICE_PORT_HTTP: '80', VKS_PORT: 'tcp://10.0.0.1:80', VKS_PORT_80_TCP: 'tcp://10.0.0.1:80', VKS_PORT_80_TCP_ADDR: '10.0.0.1'};
		expect(complaints({...pod, PATH: '/bin', VKSX: '1', MY_VKS_DSN: '1'})).toEqual([]);
		expect(complaints({VKS_PORT: '80'})).toHaveLength(1);
	});
});

describe("the file's mistakes", () => {
	test.each([
		['dhcp: yes\nnetwork: [10.0.0.0/8\n', /^\/vks\.yaml \(line [23]\) is not YAML: /],
		['dhcp: yes\n\tdns: 1\n', /^\/vks\.yaml \(line 2\) is not YAML: /],
		['dhcp: yes\ndhcp: no\n', /^\/vks\.yaml \(line 2\) is not YAML: duplicate key$/],
		['- dhcp\n', /^\/vks\.yaml \(line 1\) does not hold "key: value" lines$/],
		['just words', /^\/vks\.yaml \(line 1\) does not hold "key: value" lines$/],
		['dhcp: yes\n? [a, b]\n: 1\n', /^\/vks\.yaml \(line 2\) has a key that is not a word$/],
		['dhcp: [yes]\n', /^dhcp \(\/vks\.yaml line 1\) is a list, and takes one value$/],
		['uplink:\n  name: eth0\n', /^uplink \(\/vks\.yaml line 1\) is a group, and takes plain text$/],
		['network:\n  - {a: 1}\n', /^network \(\/vks\.yaml line 1\) is a group, and takes plain text$/],
		['server: &a x\nuplink: *a\n', /^uplink \(\/vks\.yaml line 2\) is an alias, and takes plain text$/],
		['\n\nnetwork: example.com\n', /^network \(\/vks\.yaml line 3\): example\.com is a name: vks opens addresses only$/],
	])('%j is one message', (yaml, message) => {
		const said = complaints({}, yaml);
		expect(said[0]).toMatch(message);
		expect(new Set(said).size).toBe(said.length);
	});

	test('a list where one value belongs is one complaint, whatever is in it', () => {
		expect(complaints({}, 'log_level: [loud, louder]\n')).toEqual(['log_level (/vks.yaml line 1) is a list, and takes one value']);
	});

	test('a file that is wrong does not hide a wrong environment', () => {
		expect(complaints({VKS_DHCP: 'maybe'}, 'a: [').length).toBeGreaterThan(1);
	});
});

test('all problems come at once, also those that two values make', () => {
	expect(complaints({VKS_DSN: '1', NETWORK: 'nas,8.8.8.8', VKS_DHCP: 'x', VKS_TUNNEL_MARK: '7', VKS_REPLY_MARK: '7', VKS_INBOUND_PORTS: '1/tcp,1/tcp,2'})).toEqual([
		'VKS_DSN is not a setting',
		'NETWORK: nas is a name: vks opens addresses only',
		'VKS_INBOUND_PORTS: 2 is not an inbound port',
		'VKS_DHCP: x is neither yes nor no',
		'NETWORK: 8.8.8.8/32 is not private address space',
		'VKS_REPLY_MARK: 0x7 is also the tunnel mark',
		'VKS_INBOUND_PORTS: 1/tcp@uplink is listed twice',
	]);
});
