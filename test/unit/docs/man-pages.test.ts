/** The man pages say everything that the tables say, in a form that formatters take. That they are not stale, docs.test.ts shows. */
import {spawnSync} from 'node:child_process';
import {describe, expect, test} from 'vitest';
import {consolePage, vksPage} from '../../../scripts/man-pages.ts';
import {commands, commonOptions} from '../../../src/cli/commands.ts';
import {allFlags} from '../../../src/console/arguments.ts';
import {keymap} from '../../../src/console/keymap.ts';

const typed = (text: string): string => text.replaceAll('\\-', '-').replaceAll('\\&', '').replaceAll(/\\f[BIR]/g, '');

test('vks(1) has every command with its options, arguments and examples', () => {
	const page = typed(vksPage());
	for (const {name, options, arguments: words, examples} of commands) {
		expect(page).toContain(`.SS "vks ${name}`);
		for (const option of [...options, ...commonOptions]) expect(page).toContain(`--${option.name}`);
		for (const word of words) expect(page).toContain(`<${word.name}>`);
		for (const [example] of examples) expect(page).toContain(example.replaceAll('\\', '\\e'));
	}
});

test('vks-tui(1) has every flag and every key', () => {
	const page = typed(consolePage());
	for (const flag of allFlags.filter(each => each !== '--color')) expect(page).toContain(flag);
	for (const {help} of keymap) expect(page).toContain(help.split('`')[0]?.split(' ').slice(0, 4).join(' '));
});

describe.each([['vks', vksPage], ['vks-tui', consolePage]])('%s', (name, page) => {
	test('is ASCII, and no line of text is taken for a request', () => {
		expect(page()).toMatch(/^[\t\n\x20-\x7E]*$/);
		const requests = page().split('\n').filter(line => /^[.']/.test(line)).map(line => line.split(' ')[0]);
		expect(new Set(requests)).toEqual(new Set([...new Set(requests)].filter(request => ['.\\"', '.TH', '.SH', '.SS', '.TP', '.B', '.BR'].includes(request ?? ''))));
	});

	test.skipIf(spawnSync('groff', ['--version']).status !== 0)('groff takes it without a warning', () => {
		expect(spawnSync('groff', ['-man', '-Tutf8', '-ww', '-z'], {input: page(), encoding: 'utf8'})).toMatchObject({status: 0, stderr: ''});
		expect(name).not.toBe('');
	});
});
