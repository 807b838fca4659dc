import fc from 'fast-check';
import {expect, test} from 'vitest';
import {tooOld} from '../../../src/bin/node-version.ts';
import {commands, commonOptions} from '../../../src/cli/commands.ts';
import {commandHelpLines, helpLines} from '../../../src/cli/help.ts';
import {paint, render} from '../../../src/cli/output.ts';
import {parseCommandLine} from '../../../src/cli/parse.ts';
import {suggestion} from '../../../src/cli/suggest.ts';
import {tableLines} from '../../../src/cli/table.ts';
import {shell} from './harness.ts';

test.each([
	[[], 'no command given'],
	[['stauts'], 'unknown command "stauts"; did you mean status?'],
	[['frobnicate'], 'unknown command "frobnicate"'],
	[['status', '--jsn'], 'unknown option --jsn; did you mean --json?'],
	[['status', '--follow'], 'unknown option --follow'],
	[['drops', '-x'], 'unknown option -x'],
	[['status', 'now'], 'status does not take "now"'],
	[['switch'], 'switch needs <server>'],
	[['dns', 'forget'], 'dns cannot "forget": write vks dns restore'],
	[['switch', 'a', 'b'], 'switch does not take "b"'],
	[['status', '--socket'], '--socket needs a value: --socket PATH'],
	[['status', '--socket', '--json'], '--socket needs a value; write --socket=--json'],
	[['status', '--json=yes'], '--json takes no value'],
])('%j is one line and exit code 2', async (argv, why) => {
	const {vks} = await shell();
	const {code, out, err} = await vks(...argv);
	expect({code, out, lines: err.trim().split('\n').length}).toEqual({code: 2, out: '', lines: 1});
	expect(err).toContain(why);
});

test('options may stand before or after the command', () => {
	for (const argv of [['--socket', '/x', '--json', 'drops', '-f'], ['drops', '-f', '--json', '--socket=/x']]) {
		expect(parseCommandLine(argv)).toMatchObject({ok: true, value: {command: {name: 'drops'}, args: {options: {socket: '/x', json: true, follow: true}, positionals: []}}});
	}
});

test('whatever is typed, parsing does not throw', () => {
	const word = fc.oneof(fc.string(), fc.constantFrom('status', '--json', '--socket', '--', '-', '-hV', '--reason', '--=', '__proto__', '--__proto__', '--constructor'));
	fc.assert(fc.property(fc.array(word), argv => void parseCommandLine(argv)));
});

test('an option means the same in every command: it is read before the command is known', () => {
	const all = [...commonOptions, ...commands.flatMap(command => command.options)];
	const spellings = all.flatMap(({name, short, value}) => [[name, name, value], ...(short === undefined ? [] : [[short, name, value]])]);
	const different = new Set(spellings.map(spelling => JSON.stringify(spelling)));
	expect(different.size).toBe(new Set(spellings.map(([spelling]) => spelling)).size);
});

test('help lists every command, and every command has one with an example that parses', async () => {
	const {vks} = await shell();
	const general = await vks('--help');
	expect(general).toMatchObject({code: 0, err: ''});
	for (const command of commands) {
		expect(general.out).toContain(`  ${command.name} `);
		expect((await vks(command.name, '--help')).out.trimEnd()).toBe(commandHelpLines(command).join('\n'));
		expect(command.examples.length).toBeGreaterThan(0);
		for (const [example] of command.examples) {
			const argv = example.replace(/ >.*/, '').replaceAll(/"[^"]*"/g, 'text').split(' ').slice(1);
			expect(parseCommandLine(argv)).toMatchObject({ok: true});
		}
	}
	expect(Math.max(...helpLines().map(line => line.length))).toBeLessThanOrEqual(100);
});

test.each([
	[['drops', '--nonsense'], 'vks drops --help'],
	[['switch'], 'vks switch --help'],
	[['status', 'extra'], 'vks status --help'],
	[['allow', 'x', '--for', 'x', '--reason', 'x', '--by', 'x'], 'vks allow --help'],
	[['completion', 'csh'], 'vks completion --help'],
	[['nonsense'], 'vks --help'],
	[['--nonsense'], 'vks --help'],
	[[], 'vks --help'],
])('wrong usage of %j points to %s', async (argv, where) => {
	const {vks} = await shell();
	expect(await vks(...argv)).toMatchObject({code: 2, out: '', err: expect.stringContaining(`(see \`${where}\`)`) as unknown});
});

test('the version, in three ways', async () => {
	const {vks} = await shell();
	const {out} = await vks('version');
	expect((await vks('-V')).out).toBe(out);
	expect((await vks('status', '--version')).out).toBe(out);
	expect(JSON.parse((await vks('version', '--json')).out)).toEqual({version: out.trim()});
});

test('colour only on a terminal that wants it', async () => {
	const coloured = async (env: Record<string, string>, terminal: boolean, ...argv: string[]): Promise<boolean> =>
		(await (await shell({terminal, env})).vks('status', ...argv)).out.includes('\u001B');
	expect(await coloured({}, true)).toBe(true);
	expect(await coloured({}, false)).toBe(false);
	expect(await coloured({NO_COLOR: '1'}, true)).toBe(false);
	expect(await coloured({TERM: 'dumb'}, true)).toBe(false);
	expect(await coloured({}, true, '--no-color')).toBe(false);
});

test('text from outside cannot move the cursor, ring the bell or leave a colour behind', () => {
	const hostile = 'a\u001B[2Jb\u0007c\nd\u202Ee';
	expect(render(paint('bad', hostile), false)).toBe('a?[2Jb?c?d?e');
	expect(render(paint('bad', hostile), true)).toBe('\u001B[91ma?[2Jb?c?d?e\u001B[0m');
});

test('columns are aligned by what is seen, colours and wide letters included', () => {
	expect(tableLines([{title: 'city'}, {title: 'n', align: 'right'}], [[paint('bad', '東京'), '5'], ['Oslo', '17']]).map(line => render(line, false))).toEqual(['city   n', '東京   5', 'Oslo  17']);
});

test.each([
	['lokcdown', 'lockdown'],
	['recon', 'reconnect'],
	['swich', 'switch'],
	['xyzzy', null],
])('%s suggests %s', (typed, expected) => {
	expect(suggestion(typed, commands.map(command => command.name))).toBe(expected);
});

test.each([
	['20.20.2', true],
	['22.11.0', true],
	['22.12.0', false],
	['24.0.0', false],
])('Node %s is too old: %s', (version, expected) => {
	expect(tooOld('vks', version) !== null).toBe(expected);
});
