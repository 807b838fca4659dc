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
	expect(secretVariables).toEqual(['VKS_OPENVPN_USER', 'VKS_OPENVPN_PASSWORD', 'VKS_OPENVPN_KEY_PASSWORD']);
});
