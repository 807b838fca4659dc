import {expect, test} from 'vitest';
import {parseConfig} from '../../../src/config/parse.ts';
import {takeSecrets} from '../../../src/config/secrets.ts';
import {describeSettingProblem} from '../../../src/config/setting-problem.ts';

const attachOf = (env: Readonly<Record<string, string>>) => {
	const parsed = parseConfig({env, file: null});
	return parsed.ok ? parsed.value.attach : parsed.error.map(describeSettingProblem);
};

test('nothing of somebody else\'s is guarded unless that is said', () => {
	expect(attachOf({})).toBeNull();
});

test('Gluetun is where it listens by itself, and any tunnel is taken', () => {
	expect(attachOf({VKS_ATTACH: 'gluetun'})).toEqual({to: 'gluetun', interface: null, endpoints: [], uid: 0, gluetun: {address: {host: '127.0.0.1', port: 8000}, offers: []}, command: null});
});

test('all of it', () => {
	expect(attachOf({
		VKS_ATTACH: 'external', VKS_ATTACH_INTERFACE: 'tun0', VKS_ATTACH_ENDPOINTS: '198.51.100.7:1194/udp; [2001:DB8::7]:443/TCP', VKS_ATTACH_UID: '1000', VKS_DNS: '10.64.0.1',
		VKS_GLUETUN_URL: 'http://localhost:8001/', VKS_GLUETUN_SERVERS: 'Sweden, zurich=city:Zurich; hostname:se-1', VKS_RECONNECT_COMMAND: 'tunnel-again wg1',
	})).toEqual({
		to: 'external', interface: 'tun0', uid: 1000,
		endpoints: [{address: '198.51.100.7', port: 1194, transport: 'udp'}, {address: '2001:db8::7', port: 443, transport: 'tcp'}],
		gluetun: {address: {host: '127.0.0.1', port: 8001}, offers: [{id: 'Sweden', choice: {by: 'country', value: 'Sweden'}}, {id: 'zurich', choice: {by: 'city', value: 'Zurich'}}, {id: 'hostname:se-1', choice: {by: 'hostname', value: 'se-1'}}]},
		command: ['tunnel-again', 'wg1'],
	});
});

test.each([
	[{VKS_ATTACH: 'wireguard'}, 'VKS_ATTACH: wireguard is not one of off, gluetun, external'],
	[{VKS_ATTACH: 'gluetun', VKS_ATTACH_INTERFACE: 'lo'}, 'VKS_ATTACH_INTERFACE: lo is loopback, which cannot be a tunnel'],
	[{VKS_ATTACH: 'gluetun', VKS_ATTACH_ENDPOINTS: 'vpn.example.net:1194/udp'}, 'VKS_ATTACH_ENDPOINTS: vpn.example.net:1194/udp does not begin with an address: vks opens no names'],
	[{VKS_ATTACH: 'gluetun', VKS_ATTACH_ENDPOINTS: '198.51.100.7:1194'}, 'VKS_ATTACH_ENDPOINTS: 198.51.100.7:1194 is not an address with port and protocol'],
	[{VKS_ATTACH: 'gluetun', VKS_ATTACH_ENDPOINTS: '127.0.0.1:1194/udp'}, 'VKS_ATTACH_ENDPOINTS: 127.0.0.1:1194/udp cannot be the address of a server'],
	[{VKS_ATTACH: 'gluetun', VKS_GLUETUN_URL: 'https://127.0.0.1:8000'}, 'VKS_GLUETUN_URL: https://127.0.0.1:8000 is not http://, an address and a port'],
	[{VKS_ATTACH: 'gluetun', VKS_GLUETUN_URL: 'http://gluetun:8000'}, 'VKS_GLUETUN_URL: http://gluetun:8000 is not http://, an address and a port'],
	[{VKS_ATTACH: 'gluetun', VKS_GLUETUN_URL: 'http://192.168.1.2:8000'}, 'VKS_GLUETUN_URL: http://192.168.1.2:8000 is not an address of this namespace'],
	[{VKS_ATTACH: 'gluetun', VKS_GLUETUN_SERVERS: 'planet:Mars'}, 'VKS_GLUETUN_SERVERS: planet:Mars is neither a country, city:NAME nor hostname:NAME'],
	[{VKS_ATTACH: 'gluetun', VKS_GLUETUN_SERVERS: 'gluetun=Sweden'}, 'VKS_GLUETUN_SERVERS: gluetun=Sweden bears the name of what Gluetun chooses itself'],
	[{VKS_ATTACH: 'gluetun', VKS_GLUETUN_SERVERS: 'se=Sweden; SE=city:Malmo'}, 'VKS_GLUETUN_SERVERS: se is listed twice'],
	[{VKS_ATTACH: 'gluetun', VKS_RECONNECT_COMMAND: 'again'}, 'VKS_RECONNECT_COMMAND is not how Gluetun is told: its control server is'],
	[{VKS_ATTACH: 'external', VKS_DNS: '10.64.0.1', VKS_RECONNECT_COMMAND: 'again --token "hidden"'}, 'VKS_RECONNECT_COMMAND holds characters that a shell would read, and none does'],
	[{VKS_ATTACH: 'gluetun', VKS_PROVIDER: 'mullvad'}, 'VKS_PROVIDER: mullvad asks for servers of our own'],
	[{VKS_ATTACH: 'gluetun', VKS_SERVER: 'se-sto-1'}, 'VKS_SERVER: se-sto-1 names a server of our own'],
	[{VKS_ATTACH: 'gluetun', VKS_GATEWAY: 'eth1 172.31.0.0/24'}, 'VKS_GATEWAY routes hosts, and the routing is the tunnel\'s owner\'s'],
	[{VKS_ATTACH: 'external'}, 'VKS_DNS (default) names no resolver, and of somebody else\'s tunnel none is known'],
	[{VKS_ATTACH: 'gluetun', VKS_ATTACH_INTERFACE: 'eth0', VKS_UPLINK: 'eth0'}, 'VKS_ATTACH_INTERFACE: eth0 is also the uplink'],
])('%j is refused', (env, message) => {
	expect(attachOf(env)).toEqual([message]);
});

const secretsOf = (env: Readonly<Record<string, string>>, files: Readonly<Record<string, string>> = {}) => {
	const config = parseConfig({env, file: null});
	if (!config.ok) throw new Error('no configuration');
	return takeSecrets({env, config: config.value, readFile: path => files[path] ?? ''});
};

test('key, user and password come from the environment or from files, and from there trimmed', () => {
	const fromEnvironment = secretsOf({VKS_ATTACH: 'gluetun', VKS_GLUETUN_API_KEY: 'abc', VKS_GLUETUN_USER: 'vks', VKS_GLUETUN_PASSWORD: 'p w'});
	expect(fromEnvironment.ok && fromEnvironment.value.gluetun()).toEqual({apiKey: 'abc', user: 'vks', password: 'p w'});
	const fromFile = secretsOf({VKS_ATTACH: 'gluetun', VKS_GLUETUN_API_KEY_FILE: '/run/key'}, {'/run/key': ' abc \r\nmore'});
	expect(fromFile.ok && fromFile.value.gluetun()).toEqual({apiKey: 'abc', user: null, password: null});
});

test.each([
	[{VKS_GLUETUN_API_KEY: 'geheim\u00fc'}, 'VKS_GLUETUN_API_KEY is nothing that Gluetun can be told.'],
	[{VKS_GLUETUN_USER: 'a:b', VKS_GLUETUN_PASSWORD: 'x'}, 'VKS_GLUETUN_USER is nothing that Gluetun can be told.'],
	[{VKS_GLUETUN_USER: 'vks'}, 'VKS_GLUETUN_USER is set without VKS_GLUETUN_PASSWORD.'],
	[{VKS_GLUETUN_PASSWORD: 'hidden'}, 'VKS_GLUETUN_PASSWORD is set without VKS_GLUETUN_USER.'],
	[{VKS_GLUETUN_API_KEY: 'abc', VKS_GLUETUN_API_KEY_FILE: '/run/key'}, 'VKS_GLUETUN_API_KEY_FILE contradicts VKS_GLUETUN_API_KEY.'],
	[{VKS_GLUETUN_API_KEY_FILE: '/run/empty'}, 'VKS_GLUETUN_API_KEY_FILE names a file whose first line is empty.'],
])('%j is refused without a word of the secret', (env, what) => {
	const taken = secretsOf({VKS_ATTACH: 'gluetun', ...env});
	expect(taken.ok ? [] : taken.error.map(problem => problem.what)).toEqual([what]);
	expect(JSON.stringify(taken)).not.toMatch(/geheim|hidden|a:b/);
});

test('a port is asked for behind somebody else\'s tunnel only of whom the setting names', () => {
	expect(attachOf({VKS_ATTACH: 'gluetun', VKS_PORT_FORWARD: 'nat-pmp'})).toEqual(['VKS_PORT_FORWARD_GATEWAY (default) names nobody, and of somebody else\'s tunnel no gateway is known']);
	expect(attachOf({VKS_ATTACH: 'gluetun', VKS_PORT_FORWARD: 'nat-pmp', VKS_PORT_FORWARD_GATEWAY: '10.2.0.1'})).toMatchObject({to: 'gluetun'});
});
