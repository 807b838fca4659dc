/** Whatever the text, parsing answers; whatever it answers with, its own rendering parses to the same. */
import fc from 'fast-check';
import {expect, test, vi} from 'vitest';
import {editDistance} from '../../../src/edit-distance.ts';
import {parseConfig} from '../../../src/config/parse.ts';
import {renderEnvironment} from '../../../src/config/render-env.ts';
import {settingList, type Environment} from '../../../src/config/settings.ts';
import {validConfig} from '../../helpers/arbitrary-config.ts';

// Hundreds of cases each: how long they take is the machine's affair.
vi.setConfig({testTimeout: 60_000});

const names = settingList.flatMap(({name, aliases = []}) => [name, ...aliases]);
/** Text made of the words the grammars know, so that it gets past the first check. */
const words = fc.array(
	fc.constantFrom('10.0.0.0/8', '8.8.8.8', 'fd00::/16', '::/0', '127.0.0.1', 'eth1', 'lo', 'tcp', 'udp', '22', '80/tcp', '80/udp@tunnel', 'from', '0', '0x10', 'yes', 'auto', 'nft', 'off', '/a', '/b/../c', ';', ',', '\n', 'yes-i-know', 'http://x/'),
	{maxLength: 8},
);
const text = fc.oneof(fc.string({unit: 'binary', maxLength: 40}), words.map(list => list.join(' ')), words.map(list => list.join('')), ...settingList.map(({example}) => fc.constant(example)));
const environment: fc.Arbitrary<Environment> = fc.dictionary(fc.oneof({weight: 9, arbitrary: fc.constantFrom(...names)}, {weight: 1, arbitrary: fc.string({unit: 'binary'}).map(rest => `VKS_${rest}`)}), text, {maxKeys: 6});
const lines = fc.array(fc.tuple(fc.constantFrom(...settingList.flatMap(({key}) => key ?? []), 'other'), text)).map(list => list.map(([key, value]) => `${key}: ${value}`).join('\n'));
const file = fc.option(fc.oneof(fc.string({unit: 'binary'}), fc.stringMatching(/^[a-z:\[\]{}&*!|>'"%@`,\-? \n\t#]{0,60}$/), lines).map(yaml => ({path: '/vks.yaml', text: yaml})));

test('no environment and no file makes parsing throw, and a failure says why', () => {
	fc.assert(
		fc.property(environment, file, (env, yaml) => {
			const parsed = parseConfig({env, file: yaml});
			if (parsed.ok) return;
			expect(parsed.error.length).toBeGreaterThan(0);
			for (const {setting, wrong, right, value} of parsed.error) {
				expect([setting, wrong, right].every(part => part !== '')).toBe(true);
				// No escape sequence reaches a terminal through a message.
				expect(/\p{Cc}/u.test(`${setting}${wrong}${right}${value ?? ''}`)).toBe(false);
			}
		}),
		{numRuns: 3000},
	);
});

test('what parsing accepts, its rendering parses to again', () => {
	fc.assert(
		fc.property(environment, env => {
			const parsed = parseConfig({env, file: null});
			if (parsed.ok) expect(parseConfig({env: renderEnvironment(parsed.value), file: null})).toEqual(parsed);
		}),
		{numRuns: 3000},
	);
});

test('every valid configuration has an environment', () => {
	fc.assert(
		fc.property(validConfig, config => {
			expect(parseConfig({env: renderEnvironment(config), file: null})).toEqual({ok: true, value: config});
		}),
		{numRuns: 500},
	);
});

test('edit distance is a distance', () => {
	const word = fc.stringMatching(/^[a-c]{0,6}$/);
	fc.assert(fc.property(word, word, (a, b) => {
		expect(editDistance(a, b)).toBe(editDistance(b, a));
		expect(editDistance(a, b) === 0).toBe(a === b);
		expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
	}));
	expect([editDistance('dsn', 'dns'), editDistance('', 'abc'), editDistance('abc', 'abcd')]).toEqual([1, 3, 1]);
});
