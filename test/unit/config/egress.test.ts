/** The grammar of VKS_EGRESS, and what it refuses to open. */
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {parseEgress} from '../../../src/config/parse-egress.ts';
import {complaints, configOf} from './say.ts';
import {listOf} from '../../../src/config/parse-text.ts';
import {entryText, portsOf, scopesOf, type EgressPolicy} from '../../../src/egress/egress-policy.ts';
import {matchesName, parseDomain, parsePattern, type DomainName} from '../../../src/egress/name.ts';

const policyOf = (text: string): EgressPolicy => {
	const parsed = listOf(parseEgress)(text);
	if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
	return parsed.value;
};
const nameOf = (text: string): DomainName => {
	const parsed = parseDomain(text);
	if (!parsed.ok) throw new Error(parsed.error);
	return parsed.value;
};

describe('VKS_EGRESS', () => {
	test('takes whose, name and ports, in one spelling', () => {
		expect(policyOf('API.Example.com.; *.example.org 8443 443 443, UID 1000 deb.debian.org 80\nbücher.example; uid 0 *.xn--bcher-kva.example').map(entryText)).toEqual([
			'api.example.com 443', '*.example.org 443 8443', 'uid 1000 deb.debian.org 80', 'xn--bcher-kva.example 443', 'uid 0 *.xn--bcher-kva.example 443',
		]);
	});

	test.each([
		['203.0.113.80', '203.0.113.80', 'is an address: VKS_EGRESS opens names only'],
		['[2001:db8::1] 443', '[2001:db8::1]', 'is an address: VKS_EGRESS opens names only'],
		['2001:db8::1', '2001:db8::1', 'is an address: VKS_EGRESS opens names only'],
		['127.1', '127.1', 'ends in a number, as addresses do'],
		['a.0x7f', 'a.0x7f', 'ends in a number, as addresses do'],
		['*', '*', 'is every name: nothing would be refused'],
		['*.', '*.', 'is not a host name'],
		['*.com', '*.com', 'is a whole top-level domain'],
		['localhost', 'localhost', 'is a single label'],
		['api.*.example.com', 'api.*.example.com', 'has a * that is not its whole first label'],
		['*.*.example.com', '*.*.example.com', 'has a * that is not its whole first label'],
		['*api.example.com', '*api.example.com', 'has a * that is not its whole first label'],
		['a..example.com', 'a..example.com', 'has an empty label'],
		['.example.com', '.example.com', 'has an empty label'],
		['-a.example.com', '-a.example.com', 'is not a host name'],
		['a_b-.example.com', 'a_b-.example.com', 'is not a host name'],
		['https://example.com', 'https://example.com', 'is not a host name'],
		['example.com:443', 'example.com:443', 'is not a host name'],
		['１２７.0.0.1', '１２７.0.0.1', 'ends in a number, as addresses do'],
		['xn--.example', 'xn--.example', 'is not a host name'],
		['exa\u00admple.1', 'exa\u00admple.1', 'is not a host name'],
		[`${'a'.repeat(64)}.example`, `${'a'.repeat(64)}.example`, 'is longer than a name can be'],
		[`${'a.'.repeat(126)}ab`, `${'a.'.repeat(126)}ab`, 'is longer than a name can be'],
		['example.com 0', 'example.com 0', 'has a port that is not from 1 to 65535'],
		['example.com 70000', 'example.com 70000', 'has a port that is not from 1 to 65535'],
		['example.com 53', 'example.com 53', 'asks for DNS, which the resolver of vks answers alone'],
		['example.com 853', 'example.com 853', 'asks for DNS, which the resolver of vks answers alone'],
		['example.com 1 2 3 4 5 6 7 8 9', 'example.com 1 2 3 4 5 6 7 8 9', 'has more than 8 ports'],
		['uid 4294967295 example.com', 'uid 4294967295 example.com', 'names a uid that nobody has'],
		['uid root example.com', 'uid root example.com', 'is not a name with its ports'],
		['example.com tcp 443', 'example.com tcp 443', 'is not a name with its ports'],
	])('%s is refused', (text, value, wrong) => {
		expect(parseEgress(text)).toMatchObject({ok: false, error: [{value, wrong}]});
	});
});

describe('as a whole', () => {
	test('is the policy, and absent governs nobody', () => {
		expect(configOf({VKS_EGRESS: 'uid 1000 api.example.com; uid 1001 *.example.org 80'}).egress.map(entryText)).toEqual(['uid 1000 api.example.com 443', 'uid 1001 *.example.org 80']);
		expect(configOf({}, 'egress:\n  - uid 1000 api.example.com\n').egress).toHaveLength(1);
		expect(configOf({}).egress).toEqual([]);
	});

	test.each([
		['uid 64530 api.example.com', 'VKS_EGRESS: "uid 64530 api.example.com 443" is for the uid of the proxy itself'],
		['uid 1000 a.example; uid 1000 A.example. 443', 'VKS_EGRESS: "uid 1000 a.example 443" is listed twice'],
	])('%s is refused', (text, complaint) => {
		expect(complaints({VKS_EGRESS: text})).toEqual([complaint]);
	});

	test('everybody and root may be chosen for; hosts that are routed through cannot be told apart by name, and that is said', () => {
		expect(configOf({VKS_EGRESS: 'api.example.com; uid 0 git.example.com'}).egress.map(({uid}) => uid)).toEqual([null, 0]);
		expect(complaints({VKS_EGRESS: 'api.example.com', VKS_GATEWAY: 'eth1 172.31.0.0/24'})).toEqual(['VKS_EGRESS: "api.example.com 443" is for everybody, and hosts of VKS_GATEWAY cannot be governed']);
		expect(configOf({VKS_EGRESS: 'uid 1000 api.example.com', VKS_GATEWAY: 'eth1 172.31.0.0/24'}).gateway).toHaveLength(1);
	});

	test.each(['VKS_TUNNEL_MARK', 'VKS_REPLY_MARK', 'VKS_PROBE_MARK'])('%s may not be the mark of vks\'s own questions, where there is one', setting => {
		const taken = {[setting]: setting === 'VKS_PROBE_MARK' ? '0xca6f' : '0xca70'};
		expect(complaints({...taken, VKS_EGRESS: 'api.example.com'})).toEqual([expect.stringContaining('the mark 0xca70, which another setting has taken')]);
		expect(complaints({...taken, VKS_EGRESS: 'uid 1000 api.example.com'})).toEqual([]);
	});

	test('more listeners than there are, and somebody else\'s tunnel, are refused', () => {
		const many = Array.from({length: 40}, (_, index) => `uid ${index + 1} a.example`).join(';');
		expect(complaints({VKS_EGRESS: many})).toEqual([expect.stringContaining('takes 81 listeners, and there are 64')]);
		expect(complaints({VKS_EGRESS: 'uid 1 a.example', VKS_ATTACH: 'gluetun'})).toEqual([expect.stringContaining('is enforced in a tunnel of our own only')]);
	});
});

describe('a wildcard', () => {
	const {pattern} = policyOf('*.example.org')[0] ?? {};
	test.each([['a.example.org', true], ['example.org', false], ['b.a.example.org', false], ['aexample.org', false], ['a.example.org.evil.net', false], ['a.example.com', false]])('for one label: %s is %s', (name, met) => {
		expect(pattern !== undefined && matchesName(pattern, nameOf(name))).toBe(met);
	});
});

test('a uid with entries of its own has those of everybody too, and nobody has those of another uid', () => {
	const scopes = scopesOf(policyOf('all.example; uid 7 seven.example 8443; uid 3 three.example; uid 7 all.example 80'));
	expect(scopes.map(scope => [scope.uid, ...['all', 'three', 'seven'].map(word => portsOf(scope, nameOf(`${word}.example`)).join())])).toEqual([
		[3, '443', '443', ''], [7, '80,443', '', '8443'], [null, '443', '', ''],
	]);
	expect(scopesOf(policyOf('uid 3 three.example')).map(({uid}) => uid)).toEqual([3]);
});

const label = fc.stringMatching(/^[a-z0-9_]([a-z0-9_-]{0,6}[a-z0-9_])?$/);
const domain = fc.array(label, {minLength: 2, maxLength: 5}).map(labels => labels.join('.')).filter(name => parseDomain(name).ok);
const spelled = domain.chain(name => fc.array(fc.boolean(), {minLength: name.length, maxLength: name.length}).map(upper => [...name].map((letter, at) => (upper[at] === true ? letter.toUpperCase() : letter)).join('')));

test('whatever the text, parsing answers, and what it takes is written as it is read', () => {
	const words = fc.constantFrom('uid', '0', '1000', '443', '80', '*.', '*', 'example', '.com', 'xn--', 'ü', ' ', '.', '-', '\u202e', '\n');
	fc.assert(fc.property(fc.oneof(fc.string({unit: 'binary', maxLength: 40}), fc.array(words, {maxLength: 8}).map(list => list.join(''))), text => {
		const parsed = parseEgress(text);
		if (!parsed.ok) {
			expect(parsed.error[0]?.wrong).toMatch(/^(?:is|has|names|asks|ends)/);
			return;
		}
		expect(entryText(parsed.value)).toMatch(/^(?:uid \d+ )?(?:\*\.)?[a-z0-9_.-]+(?: \d+)+$/);
		expect(parseEgress(entryText(parsed.value))).toEqual(parsed);
	}), {numRuns: 3000});
});

test('a name meets its own pattern however it is spelled, and a wildcard exactly what stands one label below', () => {
	fc.assert(fc.property(spelled, label, label, (name, one, two) => {
		const [exact, wild] = [parsePattern(name, text => text), parsePattern(`*.${name}`, text => text)];
		if (!exact.ok || !wild.ok) throw new Error(name);
		const base = nameOf(name);
		expect([base, nameOf(`${name}.`)].every(each => matchesName(exact.value, each))).toBe(true);
		const below = parseDomain(`${one}.${name}`);
		const deeper = parseDomain(`${two}.${one}.${name}`);
		for (const [asked, met] of [[below, true], [deeper, false]] as const) if (asked.ok) expect(matchesName(wild.value, asked.value)).toBe(met);
		expect(matchesName(wild.value, base)).toBe(false);
	}), {numRuns: 2000});
});
