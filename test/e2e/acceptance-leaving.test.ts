/** What the terminal gets back, however the console ends: its modes as they were, the screen of before, one line that says why. */
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {waitUntil} from '../../lab/processes.ts';
import {childOf, consoleStage, shows} from '../helpers/console-stage.ts';
import type {TerminalSession} from '../helpers/terminal.ts';

const stage = consoleStage();
const proven = shows('CONNECTED', 'PROVEN');
const faults = join(import.meta.dirname, '../helpers/console-faults.mjs');

/** A shell that says the terminal's modes before and after, and how the console ended. */
const script = 'stty -g; "$@"; code=$?; echo; stty -g; echo "ended $code"';
const around = ['sh', '-c', script, 'sh'];

/** The modes as the shell said them, first and last. */
function modesOf(session: TerminalSession): readonly string[] {
	return session.written().match(/(?<![0-9a-f])[0-9a-f]+(?::[0-9a-f]+){10,}/g) ?? [];
}

async function consolePid(session: TerminalSession): Promise<number> {
	expect(await waitUntil(() => childOf(session.pid) !== null)).toBe(true);
	return childOf(session.pid) ?? Number.NaN;
}

/** What nft says without the counters, which go on. */
async function ruleset(): Promise<string> {
	const {stdout} = await stage.lab().exec('client', ['nft', '--stateless', 'list', 'ruleset'], {mustSucceed: true});
	expect(stdout).toContain('table inet vks');
	return stdout;
}

async function whole(session: TerminalSession, code: number): Promise<string> {
	const screen = await session.until('the end', shows(`ended ${code}`));
	const [before, after] = modesOf(session);
	expect(before).toBeDefined();
	expect(after).toBe(before);
	const written = session.written();
	expect(written.match(/\x1b\[\?1049h/g)).toHaveLength(1);
	expect(written.match(/\x1b\[\?1049l/g)).toHaveLength(1);
	expect(written.lastIndexOf('\x1b[?25h')).toBeGreaterThan(written.lastIndexOf('\x1b[?25l'));
	expect(written.lastIndexOf('\x1b[?2004l')).toBeGreaterThanOrEqual(written.lastIndexOf('\x1b[?2004h'));
	expect(screen, 'the screen of before is back').not.toContain('1 Tunnel');
	return screen;
}

describe('3: the terminal is whole again', () => {
	test('raw modes would be seen', async () => {
		const session = stage.run(['sh', '-c', script, 'sh', 'stty', 'raw', '-echo']);
		await session.until('the end', shows('ended 0'));
		const [before, after] = modesOf(session);
		expect(after).not.toBe(before);
	});

	test.each([['q', 'q'], ['Ctrl-C', '\x03']] as const)('after %s', async (_name, key) => {
		await stage.connected();
		const session = stage.open({through: around});
		await session.until('connected', proven);
		session.type(key);
		await whole(session, 0);
		expect(stage.daemon().snapshot().state.kind).toBe('connected');
	});

	test.each([['SIGTERM', 143], ['SIGHUP', 129], ['SIGINT', 130], ['SIGQUIT', 131]] as const)('after %s, and the ruleset is as before', async (signal, code) => {
		await stage.connected();
		const before = await ruleset();
		const session = stage.open({through: around});
		await session.until('connected', proven);
		process.kill(await consolePid(session), signal);
		await whole(session, code);
		expect(await ruleset()).toBe(before);
	});

	test.each(['throw', 'reject'] as const)('after a bug (%s), which one line tells, and the ruleset is as before', async fault => {
		await stage.connected();
		const before = await ruleset();
		const session = stage.open({through: around, environment: {NODE_OPTIONS: `--import=${faults}`, FAULT: fault}});
		await session.until('connected', proven);
		process.kill(await consolePid(session), 'SIGUSR2');
		const screen = await whole(session, 1);
		expect(screen.replaceAll('\n', '')).toContain('broken on purpose. The daemon and its policy are not affected');
		expect(await ruleset()).toBe(before);
	});
});

describe('the other end goes away', () => {
	const gone = (pid: number) => (): boolean => {
		try {
			process.kill(pid, 0);
			return false;
		} catch {
			return true;
		}
	};

	test('a terminal that hangs up ends the console', async () => {
		await stage.connected();
		const session = stage.open();
		await session.until('connected', proven);
		session.hangUp();
		expect(await waitUntil(gone(session.pid))).toBe(true);
	});

	test('so does one that is gone without a signal, where reading and writing fail', async () => {
		await stage.connected();
		// In a session of its own the terminal is not the controlling one: nobody sends SIGHUP.
		const session = stage.open({through: ['setsid', '--wait']});
		await session.until('connected', proven);
		const pid = await consolePid(session);
		session.hangUp();
		expect(await waitUntil(gone(pid))).toBe(true);
		expect(stage.daemon().snapshot().state.kind).toBe('connected');
	});
});

test('Ctrl-Z gives the terminal to the shell, fg takes it back with a screen that is drawn anew', async () => {
	await stage.connected();
	const session = stage.run(['bash', '--norc', '--noprofile', '-i'], {columns: 100, rows: 30, environment: {PS1: 'shell> '}});
	await session.until('a prompt', shows('shell>'));
	session.type('stty -g\r');
	await session.until('its modes', () => modesOf(session).length === 1);
	session.type(`${stage.command().join(' ')}\r`);
	await session.until('connected', proven);
	session.type('\x1a');
	await session.until('the shell', screen => screen.includes('Stopped') && !screen.includes('1 Tunnel'));
	session.type('clear; stty -g; echo typed by hand\r');
	await session.until('what was typed', () => modesOf(session).length === 2);
	session.type('fg\r');
	await session.until('the console again', screen => proven(screen) && screen.includes('1 Tunnel') && screen.includes('5 Journal') && !screen.includes('typed by hand'));
	session.type('q');
	await session.until('the shell again', screen => screen.includes('typed by hand') && !screen.includes('1 Tunnel'));
	session.type('stty -g\r');
	await session.until('its modes again', () => modesOf(session).length === 3);
	expect(new Set(modesOf(session)).size).toBe(1);
});
