import {expect, test} from 'vitest';
import {loadConfig} from '../../../src/config/load.ts';
import {secretVariables, takeSecrets} from '../../../src/config/secrets.ts';

const canary = 'canary "word" \\ #1 é';
const missing = (): never => {
	throw Object.assign(new Error('no'), {code: 'ENOENT'});
};

function take(env: Readonly<Record<string, string>>, files: Readonly<Record<string, string>> = {}) {
	const config = loadConfig({env, readFile: missing});
	if (!config.ok) return {problems: config.error, config: null, secrets: null};
	const taken = takeSecrets({env, config: config.value, readFile: path => files[path] ?? missing()});
	return {problems: taken.ok ? [] : taken.error, config: config.value, secrets: taken.ok ? taken.value : null};
}

test('secrets come from the environment or from the first line of a file, and are no part of the configuration', () => {
	const {config, secrets} = take(
		{VKS_OPENVPN_USER: canary, VKS_OPENVPN_PASSWORD_FILE: '/run/secrets/p', VKS_OPENVPN_KEY_PASSWORD_FILE: '/k'},
		{'/run/secrets/p': `${canary} two \r\nmore\n`, '/k': 'pass'},
	);
	expect(secrets?.openvpn()).toEqual({user: canary, password: `${canary} two `, passphrase: 'pass'});
	expect(JSON.stringify([config, secrets])).not.toContain('canary');
	expect(take({}).secrets?.openvpn()).toEqual({user: null, password: null, passphrase: null});
});

test.each([
	['a file that is not there', {VKS_OPENVPN_PASSWORD_FILE: '/gone'}, 'VKS_OPENVPN_PASSWORD_FILE names a file that does not exist.'],
	['an empty file', {VKS_OPENVPN_USER_FILE: '/empty'}, 'VKS_OPENVPN_USER_FILE names a file whose first line is empty.'],
	['a line that is too long', {VKS_OPENVPN_USER_FILE: '/long'}, 'VKS_OPENVPN_USER_FILE names a file whose first line OpenVPN cannot be told.'],
	['both', {VKS_OPENVPN_USER_FILE: '/good', VKS_OPENVPN_USER: canary}, 'VKS_OPENVPN_USER_FILE contradicts VKS_OPENVPN_USER.'],
	['a path that is none', {VKS_OPENVPN_USER_FILE: 'canary'}, 'VKS_OPENVPN_USER_FILE: [redacted] is not an absolute path.'],
	['a value that is too long', {VKS_OPENVPN_PASSWORD: `canary${'x'.repeat(250)}`}, 'VKS_OPENVPN_PASSWORD is longer than 250 bytes, or holds a control character.'],
] as const)('%s is told without its value', (_name, env, what) => {
	const {problems} = take(env, {'/empty': '\n', '/long': `canary${'x'.repeat(300)}`, '/good': 'canary'});
	expect(problems).toEqual([expect.objectContaining({what})]);
	expect(JSON.stringify(problems)).not.toContain('canary');
});

test('a folder where a file is named is told as what Docker made', () => {
	const env = {VKS_OPENVPN_USER_FILE: '/proc'};
	const config = loadConfig({env});
	if (!config.ok) throw new Error('the settings are right');
	expect(takeSecrets({env, config: config.value})).toMatchObject({ok: false, error: [{what: 'VKS_OPENVPN_USER_FILE names a folder: Docker makes one where the file is missing on the host.', next: expect.stringContaining('make the container anew') as unknown}]});
});

test('each secret of the environment is among those that are taken out of it', () => {
	expect(secretVariables).toEqual(['VKS_OPENVPN_USER', 'VKS_OPENVPN_PASSWORD', 'VKS_OPENVPN_KEY_PASSWORD', 'VKS_NORDVPN_TOKEN', 'TOKEN', 'VKS_WIREGUARD_PRIVATE_KEY', 'VKS_GLUETUN_API_KEY', 'VKS_GLUETUN_USER', 'VKS_NOTIFY_TOKEN', 'VKS_GLUETUN_PASSWORD', 'VKS_NOTIFY_URL']);
});

const token = 'a1'.repeat(32);
const key = 'AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM=';

test('a provider\'s account comes by its own name, by the short one and from a file', () => {
	for (const env of [{VKS_NORDVPN_TOKEN: token}, {TOKEN: token}, {VKS_NORDVPN_TOKEN_FILE: '/t'}] as const) {
		const {secrets, config} = take({VKS_PROVIDER: 'nordvpn', ...env}, {'/t': `${token} \n`});
		expect(secrets?.provider()).toEqual({nordvpnToken: token, wireguardKey: null});
		expect(JSON.stringify([config, secrets])).not.toContain(token);
	}
	const mullvad = take({VKS_PROVIDER: 'mullvad', VKS_WIREGUARD_PRIVATE_KEY: key, VKS_WIREGUARD_ADDRESSES: '10.66.0.2/32;fc00::2'});
	expect(mullvad.secrets?.provider().wireguardKey).toBe(key);
	expect(mullvad.config?.provider.addresses).toMatchObject([{address: '10.66.0.2', prefixLength: 32}, {address: 'fc00::2', prefixLength: 128}]);
});

test('the token of notifications comes from the environment or a file, and goes unencrypted to what is near only', () => {
	expect(take({VKS_NOTIFY_TOKEN: 'tk', VKS_NOTIFY_URL: 'https://example.net/'}).secrets?.notifyToken()).toBe('tk');
	const opened = {NETWORK: 'fd00::/64', VKS_LAN: 'out 192.168.1.2 tcp 80'};
	for (const url of ['http://127.0.0.1:9/', 'http://[fd00::1]/', 'http://192.168.1.2/x', 'http://localhost/']) expect(take({VKS_NOTIFY_TOKEN_FILE: '/t', VKS_NOTIFY_URL: url, ...opened}, {'/t': ' tk \n'}).secrets?.notifyToken(), url).toBe('tk');
	for (const url of ['http://192.168.1.2:81/secret', 'http://192.168.1.10/secret', 'http://[fd00:1::1]/secret', 'http://192.0.2.1/secret', 'http://hooks.example.net/secret', 'http://0.0.0.0/secret']) {
		const {problems} = take({VKS_NOTIFY_TOKEN: 'tk', VKS_NOTIFY_URL: url, ...opened});
		expect(problems, url).toEqual([expect.objectContaining({what: 'VKS_NOTIFY_TOKEN would be sent unencrypted.'})]);
		expect(JSON.stringify(problems)).not.toContain('secret');
	}
	expect(take({VKS_NOTIFY_TOKEN: 'tk', VKS_NOTIFY_URL: 'http://192.168.1.2:81/', ...opened}).problems[0]?.next).toContain('Add VKS_LAN="out 192.168.1.2 tcp 81"');
});

test('the names of the NordVPN container are understood', () => {
	const {config} = take({VKS_PROVIDER: 'nordvpn', TOKEN: token, COUNTRY: 'Sweden;CH', CITY: 'Stockholm', GROUP: 'P2P', RANDOM_TOP: '10', NETWORK: '192.168.1.0/24', NORDVPNAPI_IP: '203.0.113.1;203.0.113.2'});
	expect(config?.provider).toMatchObject({name: 'nordvpn', countries: ['Sweden', 'CH'], cities: ['Stockholm'], groups: ['P2P'], randomTop: 10, api: {nordvpn: ['203.0.113.1', '203.0.113.2']}});
});

test('a TOKEN that may be somebody else\'s is left alone where no provider is named', () => {
	expect(take({TOKEN: `canary${'x'.repeat(300)}`}).problems).toEqual([]);
});

test.each([
	['a token for nobody', {VKS_NORDVPN_TOKEN: token}, 'VKS_NORDVPN_TOKEN is set, but nobody is asked for servers.'],
	['a token, and nobody to be told', {VKS_NOTIFY_TOKEN: 'canary'}, 'VKS_NOTIFY_TOKEN is set, but nobody is told.'],
	['a token that all could read', {VKS_NOTIFY_TOKEN: 'canary', VKS_NOTIFY_URL: 'http://example.net/canary'}, 'VKS_NOTIFY_TOKEN would be sent unencrypted.'],
	['a token that is none', {VKS_NOTIFY_TOKEN: 'canary\u0001', VKS_NOTIFY_URL: 'https://example.net/'}, 'VKS_NOTIFY_TOKEN is no token that a header can hold.'],
	['no token', {VKS_PROVIDER: 'nordvpn'}, 'VKS_PROVIDER is nordvpn, and there is no access token.'],
	['a token that is none', {VKS_PROVIDER: 'nordvpn', TOKEN: 'canary'}, 'TOKEN is no access token.'],
	['a file that holds none', {VKS_PROVIDER: 'nordvpn', VKS_NORDVPN_TOKEN_FILE: '/c'}, 'VKS_NORDVPN_TOKEN_FILE names a file whose first line is no access token.'],
	['no key', {VKS_PROVIDER: 'mullvad', VKS_WIREGUARD_ADDRESSES: '10.66.0.2/32'}, 'VKS_PROVIDER is mullvad, and there is no private key.'],
	['a key without addresses', {VKS_PROVIDER: 'mullvad', VKS_WIREGUARD_PRIVATE_KEY: key}, 'VKS_PROVIDER is mullvad, and the addresses of the key are not set.'],
	['a key that is none', {VKS_PROVIDER: 'mullvad', VKS_WIREGUARD_ADDRESSES: '10.66.0.2/32', VKS_WIREGUARD_PRIVATE_KEY: 'canary'}, 'VKS_WIREGUARD_PRIVATE_KEY is no WireGuard key.'],
] as const)('%s is told without its value', (_name, env, what) => {
	const {problems} = take(env, {'/c': 'canary'});
	expect(problems).toEqual([expect.objectContaining({what})]);
	expect(JSON.stringify(problems)).not.toMatch(/canary|a1a1|AwMD/);
});
