/** Looking back: a console that is opened after the cut shows what was allowed before it, and evidence opens without a daemon. */
import {mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {raiseLab} from '../../lab/raise.ts';
import type {Lab} from '../../lab/lab.ts';
import {isConnected, startDaemon, type Daemon} from '../helpers/daemon.ts';
import {openTerminal, type TerminalSession} from '../helpers/terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'vks-history-'));
const stage: {lab?: Lab; daemon?: Daemon} = {};
const sessions: TerminalSession[] = [];

beforeAll(async () => {
	stage.lab = await raiseLab();
	stage.daemon = await startDaemon(stage.lab);
	await stage.daemon.until('connected and proven', isConnected);
	// Nothing passes by the tunnel any more, and every rule that let it pass is gone from the kernel.
	await stage.lab.uplinkDown();
	await stage.daemon.until('blocked', ({state, proof}) => state.kind === 'blocked' && proof.kind === 'proven');
});
afterAll(async () => {
	for (const session of sessions) {
		session.kill('SIGKILL');
		await session.exited;
	}
	await stage.daemon?.stop();
	await stage.lab?.down();
	rmSync(folder, {recursive: true, force: true});
});

function open(command: readonly string[], environment: Readonly<Record<string, string>> = {}): TerminalSession {
	// `e` and `w` write where the console was started.
	const session = openTerminal(['sh', '-c', 'cd "$0" && exec "$@"', folder, ...command], {columns: 120, rows: 40, environment});
	sessions.push(session);
	return session;
}
const shows = (...words: readonly string[]) => (screen: string): boolean => words.every(word => screen.includes(word));
const hides = (...words: readonly string[]) => (screen: string): boolean => words.every(word => !screen.includes(word));
const firstRow = (screen: string): string => screen.split('\n')[0] ?? '';
/** Which moment is shown, as the screen says it: `3 of 12`. */
const place = (screen: string): string => /(?:THEN|REPLAY), (\d+ of \d+)/.exec(screen)?.[1] ?? 'now';

/** Presses the key, and waits for another moment each time, until one is good. */
async function stepUntil(session: TerminalSession, key: string, good: (screen: string) => boolean): Promise<void> {
	for (let steps = 0; steps < 40 && !good(session.screen()); steps++) {
		const before = place(session.screen());
		session.type(key);
		await session.until('another moment', screen => place(screen) !== before);
	}
}

async function zoomRuleset(session: TerminalSession): Promise<void> {
	session.type('2');
	await session.until('the ruleset focused', shows('> 2 Ruleset'));
	session.type('z');
	await session.until('the ruleset alone', hides('3 Servers'));
}

test('[ shows the rules that let the tunnel\'s traffic pass, while the header says that nothing does', async () => {
	const {lab, daemon} = stage;
	if (lab === undefined || daemon === undefined) throw new Error('the stage was not set');
	const session = open(lab.description.commands.console, lab.description.environment);
	await session.until('blocked', shows('BLOCKED', 'PROVEN'));
	await zoomRuleset(session);
	expect(session.screen()).not.toContain('tunnel-out-');
	await stepUntil(session, '[', shows(': CONNECTED'));
	const then = await session.until('the ruleset of then', shows(': CONNECTED', 'tunnel-out-'));
	expect(firstRow(then)).toContain('BLOCKED');
	expect(firstRow(then)).toMatch(/THEN \d\d:\d\d:\d\d \(-\w+\)/);
	session.type('e');
	await session.until('the evidence', shows('evidence in', folder));
	session.type('\u001B');
	await session.until('all panels again', shows('3 Servers'));
	session.type('\u001B');
	await session.until('now again', screen => hides('THEN')(screen));
	session.type('q');
	expect((await session.exited).exitCode).toBe(0);
});

test('the evidence opens without a daemon, and steps to when it was connected', async () => {
	const [name] = readdirSync(folder).filter(each => each.startsWith('vks-evidence-'));
	if (name === undefined) throw new Error('there is no evidence');
	const program = stage.lab?.description.commands.console.find(word => word.endsWith('vks-tui.js'));
	if (program === undefined) throw new Error('the console is not a built program here');
	const session = open([process.execPath, program, '--replay', name]);
	const first = await session.until('the replay', shows('REPLAY', '1 of '));
	expect(firstRow(first)).toContain('REPLAY');
	await zoomRuleset(session);
	await stepUntil(session, '}', screen => firstRow(screen).includes('CONNECTED'));
	await session.until('connected', screen => firstRow(screen).includes('CONNECTED') && screen.includes('tunnel-out-'));
	session.type('L');
	await session.until('the reason', shows('lockdown: replay'));
	session.type('q');
	expect((await session.exited).exitCode).toBe(0);
});

test('with a lockdown evidence has what the kernel says, and a disk that is full is told in words', async () => {
	const {lab, daemon} = stage;
	if (lab === undefined || daemon === undefined) throw new Error('the stage was not set');
	const vks = lab.description.commands.vks.slice(3);
	const full = join(folder, 'full');
	mkdirSync(full);
	const cramped = await lab.exec('client', ['unshare', '-m', 'sh', '-c', 'mount -t tmpfs -o size=16k none "$0" && "$@"; code=$?; ls -A "$0"; exit $code', full, ...vks, 'evidence', '--out', full]);
	expect(cramped).toMatchObject({exitCode: 1, stdout: '', stderr: expect.stringContaining('the disk is full (ENOSPC)')});
	expect(await lab.exec('client', [...vks, 'evidence', '--lockdown', '--out', full])).toMatchObject({exitCode: 0, stderr: ''});
	expect(daemon.snapshot().state.kind).toBe('lockdown');
	const place = join(full, readdirSync(full)[0] ?? '');
	const read = (name: string): string => readFileSync(join(place, name), 'utf8');
	expect(JSON.parse(read('state.json'))).toMatchObject({state: {kind: 'blocked'}});
	expect(read('links.txt')).toContain(lab.description.interfaces.uplink);
	expect(read('routes.txt')).toMatch(/table 51820: unreachable default metric 4000000 of vks/);
	expect(read('routing-rules.txt')).toMatch(/fwmark 0xca6c lookup 51821/);
	for (const name of readdirSync(place)) expect(read(name), name).not.toContain('Not read: ');
	expect((await lab.exec('client', ['sh', '-c', 'cd "$0" && sha256sum --check --strict --quiet manifest.sha256', place])).exitCode).toBe(0);
	expect(statSync(place).mode & 0o777).toBe(0o700);
});

test('a file that is no recording is a sentence and exit code 2', async () => {
	const program = stage.lab?.description.commands.console.find(word => word.endsWith('vks-tui.js')) ?? '';
	const session = open([process.execPath, program, '--replay', '/etc/passwd']);
	expect((await session.exited).exitCode).toBe(2);
	expect(session.written()).toContain('vks-tui: /etc/passwd cannot be replayed: it is not JSON');
});
