import {spawnSync} from 'node:child_process';
import {expect, test} from 'vitest';
import {consoleVariables} from '../../../src/config/console-variables.ts';
import {parseConfig} from '../../../src/config/parse.ts';
import {allFlags, parseArguments} from '../../../src/console/arguments.ts';
import {completionFor, shells} from '../../../src/console/settings/completion.ts';
import {helpText} from '../../../src/console/settings/help.ts';
import {settle, type ConsoleFile} from '../../../src/console/settings/settle.ts';

const options = (given: readonly string[], environment: Record<string, string> = {}, file: ConsoleFile | null = null) => {
	const parsed = parseArguments(given);
	if (parsed.kind !== 'run') return parsed;
	const settled = settle({flags: parsed.flags, environment, file});
	return settled.ok ? settled.value.options : {kind: 'wrong', why: settled.error};
};

test('the socket is the one named, or that of the run folder', () => {
	expect(options([])).toMatchObject({socketPath: '/run/vks/control.sock', readOnly: false, color: true, theme: 'auto'});
	expect(options([], {VKS_RUN_FOLDER: '/tmp/x'})).toMatchObject({socketPath: '/tmp/x/control.sock'});
	expect(options(['--socket', '/s'])).toMatchObject({socketPath: '/s'});
	expect(options(['--socket=/s', '--read-only', '--ascii'])).toMatchObject({socketPath: '/s', readOnly: true, asciiOnly: true});
});

test('colour goes with --no-color, NO_COLOR and a dumb terminal; an empty NO_COLOR is none', () => {
	expect(options(['--no-color'])).toMatchObject({color: false, theme: 'mono'});
	expect(options([], {NO_COLOR: '1'})).toMatchObject({color: false});
	expect(options([], {NO_COLOR: ''})).toMatchObject({color: true});
	expect(options([], {TERM: 'dumb'})).toMatchObject({color: false});
});

test('a locale that is set and not UTF-8, and the Linux console, are given ASCII; --no-ascii overrules', () => {
	for (const environment of [{LANG: 'C'}, {LANG: 'POSIX'}, {LANG: 'de_DE.ISO-8859-1'}, {LC_ALL: 'C', LANG: 'de_DE.UTF-8'}, {TERM: 'linux', LANG: 'C.UTF-8'}]) {
		expect(options([], environment)).toMatchObject({asciiOnly: true});
		expect(options(['--no-ascii'], environment)).toMatchObject({asciiOnly: false});
	}
	for (const environment of [{}, {LANG: ''}, {LANG: 'C.UTF-8'}, {LC_ALL: 'en_US.utf8', LANG: 'C'}]) expect(options([], environment)).toMatchObject({asciiOnly: false});
});

test('a flag wins over a variable, a variable over the file, the file over the default', () => {
	const file: ConsoleFile = {path: '/console.yaml', values: {theme: 'mono', refresh: '900', socket: '/file.sock'}, keys: []};
	expect(options([], {}, file)).toMatchObject({theme: 'mono', refreshMs: 900, socketPath: '/file.sock'});
	expect(options([], {VKS_THEME: 'auto', VKS_REFRESH: '700', VKS_RUN_FOLDER: '/r'}, file)).toMatchObject({theme: 'auto', refreshMs: 700, socketPath: '/r/control.sock'});
	expect(options(['--theme', 'high-contrast', '--refresh=600'], {VKS_THEME: 'auto', VKS_REFRESH: '700'}, file)).toMatchObject({theme: 'high-contrast', refreshMs: 600});
});

test('new data is drawn every 250 ms at most, however small the number', () => {
	expect(options([])).toMatchObject({refreshMs: 250});
	expect(options(['--refresh', '1'])).toMatchObject({refreshMs: 250});
	expect(options(['--refresh', '5000'])).toMatchObject({refreshMs: 5000});
	expect(options(['--refresh', '1s'])).toMatchObject({kind: 'wrong', why: expect.stringContaining('milliseconds')});
});

test('switches are read from variables as people write them', () => {
	expect(options([], {VKS_READ_ONLY: '1', VKS_SCREEN_READER: 'yes', VKS_ASCII: 'ON', VKS_CONFIRM_LOCKDOWN: 'true'})).toMatchObject({readOnly: true, screenReader: true, asciiOnly: true, confirmLockdown: true});
	expect(options([], {INK_SCREEN_READER: 'true'})).toMatchObject({screenReader: true});
	expect(options([], {VKS_ASCII: '0', LANG: 'C'})).toMatchObject({asciiOnly: false});
	expect(options([], {VKS_READ_ONLY: 'maybe'})).toMatchObject({kind: 'wrong', why: 'readOnly (environment) cannot be "maybe": write true or false'});
});

test('what is wrong is named, with what may have been meant', () => {
	expect(options(['--wat'])).toMatchObject({kind: 'wrong', why: expect.stringContaining('--wat')});
	expect(options(['--read-onyl'])).toMatchObject({kind: 'wrong', why: 'there is no option --read-onyl; did you mean --read-only?'});
	expect(options(['--socket'])).toMatchObject({kind: 'wrong'});
	expect(options(['--ascii=yes'])).toMatchObject({kind: 'wrong'});
	expect(options([], {VKS_THEME: 'pink'})).toMatchObject({kind: 'wrong', why: expect.stringContaining('high-contrast')});
	expect(options(['-h'])).toEqual({kind: 'help'});
	expect(options(['-V'])).toEqual({kind: 'version'});
	expect(options(['--completion', 'fish'])).toEqual({kind: 'completion', shell: 'fish'});
});

test('help and every completion name every flag, and help fits a line of 100', () => {
	for (const flag of allFlags.filter(each => each.startsWith('--') && each !== '--color')) {
		expect(helpText()).toContain(flag);
		for (const shell of shells) expect(completionFor(shell)).toContain(flag.slice(2));
	}
	expect(Math.max(...helpText().split('\n').map(line => line.length))).toBeLessThanOrEqual(100);
	expect(completionFor('tcsh')).toBeNull();
});

test('bash takes the completion, and completes with it', () => {
	const script = `${completionFor('bash') ?? ''}\nCOMP_WORDS=(vks-tui --theme m); COMP_CWORD=2; _vks_tui; echo "\${COMPREPLY[@]}"; COMP_WORDS=(vks-tui --scr); COMP_CWORD=1; _vks_tui; echo "\${COMPREPLY[@]}"`;
	expect(spawnSync('bash', ['-c', script], {encoding: 'utf8'}).stdout).toBe('mono\n--screen-reader\n');
});

test('the daemon lets every variable of the console be', () => {
	for (const name of consoleVariables) expect(helpText()).toContain(name);
	expect(parseConfig({env: Object.fromEntries(consoleVariables.map(name => [name, 'x'])), file: null})).toMatchObject({ok: true});
	expect(parseConfig({env: {VKS_THEMES: 'x'}, file: null})).toMatchObject({ok: false});
});
