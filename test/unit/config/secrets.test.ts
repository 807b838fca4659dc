/** What a problem may show: never a secret, never a control character, never a page of text. */
import {describe, expect, test} from 'vitest';
import {describeSettingProblem, printable, problemFrom, settingProblem} from '../../../src/config/setting-problem.ts';
import {problemsOf} from './say.ts';

const secret = 'hunter2';
// The base64 form of 32 zero bytes has the shape of a key and opens nothing.
const wireguardKey = `${'A'.repeat(43)}=`;

test.each(['VKS_API_TOKEN', 'VKS_PRIVATE_KEY', 'VKS_PASSWORD', 'VKS_SECRET', 'provider_token'])('the value of %s is redacted', setting => {
	const problem = settingProblem({setting, where: 'environment', fault: {value: secret, wrong: 'is not a token'}, form: 'Write one.'});
	expect(problem.value).toBe('[redacted]');
	expect(describeSettingProblem(problem)).toBe(`${setting}: [redacted] is not a token`);
});

test('the value of an unknown name is not shown, whatever the name', () => {
	expect(JSON.stringify(problemsOf({VKS_TOKNE: secret, VKS_API_TOKEN: secret}, `tokne: ${secret}\n`))).not.toContain(secret);
});

test.each(['VKS_SERVER', 'NETWORK', 'VKS_DNS', 'VKS_LOG_LEVEL', 'VKS_MANAGEMENT', 'VKS_INBOUND_PORTS', 'VKS_PEERS'])('a key pasted into %s is not shown', name => {
	expect(JSON.stringify(problemsOf({[name]: `/${wireguardKey}`}))).not.toContain(wireguardKey);
});

test.each([`dns: "${secret}`, `${secret}: a: b`, `\t${secret}`, `dns: *${secret}`, `&${secret} [`, `dns: !${secret} {}`, `a\n---\n${secret}`])('broken YAML %j does not show its text', yaml => {
	const problems = problemsOf({}, yaml);
	expect(problems.length).toBeGreaterThan(0);
	// The name of an unknown key is shown on purpose; everything else of the file is not.
	expect(JSON.stringify(problems.map(({value, wrong, right}) => [value, wrong, right]))).not.toContain(secret);
});

describe('printable', () => {
	test.each([
		['plain', 'plain'],
		['two words', '"two words"'],
		['', '""'],
		['a\u001b[2Jb', 'a?[2Jb'],
		['a\u202eb', 'a?b'],
		['x'.repeat(100), `${'x'.repeat(79)}…`],
		['https://u:p@h/p?token=1', 'https://[redacted]@h/p?[redacted]'],
		[wireguardKey, '[redacted]'],
		[`x ${'0a'.repeat(32)}`, '[redacted]'],
	])('%j is shown as %s', (text, shown) => {
		expect(printable(text)).toBe(shown);
	});
});

test('a setting problem is a problem like every other', () => {
	const [first] = problemsOf({VKS_DHCP: 'maybe'});
	expect(first === undefined ? null : problemFrom(first, true)).toEqual({
		code: 'configuration',
		severity: 'error',
		what: 'VKS_DHCP: maybe is neither yes nor no.',
		stillBlocking: true,
		next: 'Write yes or no.',
	});
});
