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

test('each secret of the environment is among those that are taken out of it', () => {
	expect(secretVariables).toEqual(['VKS_OPENVPN_USER', 'VKS_OPENVPN_PASSWORD', 'VKS_OPENVPN_KEY_PASSWORD', 'VKS_NORDVPN_TOKEN', 'TOKEN', 'VKS_WIREGUARD_PRIVATE_KEY']);
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

test('the names of the NordVPN container are understood', () => {
	const {config} = take({VKS_PROVIDER: 'nordvpn', TOKEN: token, COUNTRY: 'Sweden;CH', CITY: 'Stockholm', GROUP: 'P2P', RANDOM_TOP: '10', NETWORK: '192.168.1.0/24', NORDVPNAPI_IP: '203.0.113.1;203.0.113.2'});
	expect(config?.provider).toMatchObject({name: 'nordvpn', countries: ['Sweden', 'CH'], cities: ['Stockholm'], groups: ['P2P'], randomTop: 10, api: {nordvpn: ['203.0.113.1', '203.0.113.2']}});
});

test('a TOKEN that may be somebody else\'s is left alone where no provider is named', () => {
	expect(take({TOKEN: `canary${'x'.repeat(300)}`}).problems).toEqual([]);
});

test.each([
	['a token for nobody', {VKS_NORDVPN_TOKEN: token}, 'VKS_NORDVPN_TOKEN is set, but nobody is asked for servers.'],
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
