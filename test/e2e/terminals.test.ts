/** The built console in the terminals people have: only sequences that each of them knows, ASCII where it must be, and tmux's clipboard. */
import {execFileSync, spawnSync} from 'node:child_process';
import {existsSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, afterEach, beforeAll, describe, expect, test} from 'vitest';
import {hangsAfterMs} from '../../lab/processes.ts';
import {nodeExecutable, repositoryFolder} from '../../lab/program.ts';
import {startControlServer} from '../../src/control/server.ts';
import {playingController} from '../helpers/screen-daemon.ts';
import {snapshotOf} from '../helpers/screen-view.ts';
import {openTerminal, type TerminalSession} from '../helpers/terminal.ts';

const scene: {folder: string; ends: Array<() => unknown>; session: TerminalSession | null} = {folder: '', ends: [], session: null};
const command = [nodeExecutable(), join(repositoryFolder, 'dist', 'vks-tui.js')] as const;
const shows = (...words: readonly string[]) => (screen: string) => words.every(word => screen.includes(word));

beforeAll(async () => {
	scene.folder = mkdtempSync(join(tmpdir(), 'vks-terminals-'));
	const snapshot = snapshotOf('connected');
	const controller = playingController({...snapshot, atMs: Date.now(), proof: {...snapshot.proof, checkedAtMs: Date.now()}});
	const server = await startControlServer({controller, runFolder: scene.folder, version: '0.1.0'});
	if (!server.ok) throw new Error(server.error.what);
	const timer = setInterval(controller.tick, 500);
	scene.ends.push(() => clearInterval(timer), () => server.value.close());
});
afterEach(async () => {
	scene.session?.kill('SIGKILL');
	await scene.session?.exited;
	scene.session = null;
});
afterAll(async () => {
	for (const end of scene.ends.splice(0)) await end();
	rmSync(scene.folder, {recursive: true, force: true});
});

function open(environment: Readonly<Record<string, string>>, more: readonly string[] = []): TerminalSession {
	const session = openTerminal([...command, ...more], {columns: 100, rows: 30, environment: {VKS_RUN_FOLDER: scene.folder, LANG: 'C.UTF-8', LC_ALL: '', COLORTERM: '', ...environment}});
	scene.session = session;
	return session;
}

/** Panels, a filter, the help, the palette, another size, and out. */
async function walk(session: TerminalSession): Promise<void> {
	await session.until('the console', shows('CONNECTED', 'PROVEN'));
	session.type('2');
	await session.until('the ruleset', shows('> 2 Ruleset'));
	session.type('?');
	await session.until('the help', shows('Keys', 'closes'));
	session.type('\x1b');
	await session.until('no help', screen => !screen.includes('or Esc closes'));
	session.type(':');
	await session.until('the palette', shows('Commands'));
	session.resize(80, 24);
	await session.until('another size', () => session.rows().length === 24 && /CONNECTED/.test(session.rows()[0] ?? ''));
	// Leaves from wherever it is.
	session.type('\x03');
	expect((await session.exited).exitCode).toBe(0);
	scene.session = null;
}

/** Moves, erasing, the 16 colours with weight and inversion, cursor, second screen, pastes in brackets, frames in one go. */
const known = [
	/^\x1b\[\d*(?:;\d*)?[ABCDEFGHJK]$/,
	/^\x1b\[(?:0|1|7|22|27|39|49|3[0-7]|4[0-7]|9[0-7]|10[0-7])?(?:;(?:0|1|7|22|27|39|49|3[0-7]|4[0-7]|9[0-7]|10[0-7]))*m$/,
	/^\x1b\[\?(?:25|1049|2004|2026)[hl]$/,
];
const sequencesIn = (text: string): readonly string[] => text.match(/\x1b(?:\[[0-9;?<=>]*[ -/]*[@-~]|[\]P^_][^\x07\x1b]*(?:\x07|\x1b\\)|[^[\]P^_])/g) ?? [];

describe.each(['xterm', 'xterm-256color', 'screen', 'screen-256color', 'tmux-256color', 'linux', 'vt220'])('TERM=%s', term => {
	test('only sequences that every one of them knows, or passes over', async () => {
		const session = open({TERM: term});
		await walk(session);
		const strange = sequencesIn(session.written()).filter(sequence => !known.some(pattern => pattern.test(sequence)));
		expect([...new Set(strange)]).toEqual([]);
	});
});

test.each([
	['LANG=C', {LANG: 'C'}],
	['the Linux console', {TERM: 'linux'}],
	['LC_ALL=POSIX over a UTF-8 LANG', {LC_ALL: 'POSIX'}],
])('%s is given ASCII by itself, all the way', async (_, environment) => {
	const session = open(environment);
	await walk(session);
	expect(session.written()).toMatch(/^[\x00-\x7E]*$/);
});

test('without a locale, as in a container, and with a UTF-8 one the symbols are there', async () => {
	for (const LANG of ['', 'de_DE.UTF-8']) {
		const session = open({LANG});
		await session.until('symbols', shows('● CONNECTED', '✓ PROVEN'));
		session.kill('SIGTERM');
		await session.exited;
	}
});

const hasTmux = existsSync('/usr/bin/tmux');

describe.runIf(hasTmux)('in tmux', () => {
	const server = `vks-test-${process.pid}`;
	const tmux = (...args: readonly string[]): string => spawnSync('tmux', ['-L', server, '-f', '/dev/null', ...args], {encoding: 'utf8', env: {...process.env, LANG: 'C.UTF-8', TMUX: ''}}).stdout;
	afterAll(() => void tmux('kill-server'));

	async function until(what: string, look: () => string, good: (text: string) => boolean): Promise<string> {
		for (const deadline = performance.now() + hangsAfterMs; performance.now() < deadline; ) {
			const text = look();
			if (good(text)) return text;
			await new Promise(resolve => setTimeout(resolve, 50));
		}
		throw new Error(`${what} did not appear within the time; there was:\n${look()}`);
	}

	test('it is drawn whole, and y reaches the clipboard of tmux with set-clipboard on', async () => {
		execFileSync('tmux', ['-L', server, '-f', '/dev/null', 'new-session', '-d', '-x', '100', '-y', '30', '-e', `VKS_RUN_FOLDER=${scene.folder}`, '-e', 'CI=false', 'sleep 60'], {env: {...process.env, LANG: 'C.UTF-8', TMUX: ''}});
		tmux('set-option', '-s', 'set-clipboard', 'on');
		tmux('respawn-pane', '-k', command.join(' '));
		const pane = (): string => tmux('capture-pane', '-p');
		const screen = await until('the console', pane, shows('CONNECTED', 'PROVEN', '1 Tunnel'));
		expect(Math.max(...screen.split('\n').map(line => line.length))).toBeLessThanOrEqual(100);
		await until('the outcome', () => {
			const text = pane();
			if (!text.includes('endpoint sent')) tmux('send-keys', 'y');
			return text;
		}, shows('endpoint sent to the terminal', 'set-clipboard on'));
		expect(await until('the copy', () => tmux('show-buffer'), text => text !== '')).toBe(snapshotOf('connected').tunnel?.endpoint);
		tmux('send-keys', 'q');
	});
});
