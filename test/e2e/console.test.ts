/** The built console in a real terminal, on the real daemon in the lab, used as an operator would. */
import {afterAll, afterEach, beforeAll, describe, expect, test} from 'vitest';
import type {Lab} from '../../lab/lab.ts';
import {raiseLab} from '../../lab/raise.ts';
import {isConnected, startDaemon, type Daemon} from '../helpers/daemon.ts';
import {openTerminal, type TerminalSession} from '../helpers/terminal.ts';

interface Stage {
	lab: Lab;
	daemon: Daemon;
}
const stage: Partial<Stage> = {};
const consoles: TerminalSession[] = [];

beforeAll(async () => {
	stage.lab = await raiseLab();
	stage.daemon = await startDaemon(stage.lab);
	await stage.daemon.until('connected and proven', isConnected);
});
afterEach(async () => {
	for (const session of consoles.splice(0)) {
		session.kill('SIGKILL');
		await session.exited;
	}
});
afterAll(async () => {
	await stage.daemon?.stop();
	await stage.lab?.down();
});

const onStage = (): Stage => {
	const {lab, daemon} = stage;
	if (lab === undefined || daemon === undefined) throw new Error('the stage was not set');
	return {lab, daemon};
};

function openConsole(columns: number, rows: number, environment: Readonly<Record<string, string>> = {}, more: readonly string[] = []): TerminalSession {
	const {description} = onStage().lab;
	const session = openTerminal([...description.commands.console, ...more], {columns, rows, environment: {...description.environment, ...environment}});
	consoles.push(session);
	return session;
}
const shows = (...words: readonly string[]) => (screen: string) => words.every(word => screen.includes(word));
/** A dialog is deaf for its first 300 ms, so that a key held down cannot answer it: press again until it hears. */
async function insist(session: TerminalSession, key: string, what: string, good: (screen: string) => boolean, deadlineMs?: number): Promise<void> {
	session.type(key);
	const again = setInterval(() => {
		if (!good(session.screen())) session.type(key);
	}, 400);
	await session.until(what, good, deadlineMs).finally(() => clearInterval(again));
}
const backToConnected = () => onStage().daemon.until('connected again', isConnected);

describe.each([[80, 24], [120, 40]] as const)('at %i×%i', (columns, rows) => {
	test('the first frame tells state, proof, server and exit city, and no line is too long', async () => {
		const session = openConsole(columns, rows);
		const screen = await session.until('the header', shows('CONNECTED', 'PROVEN', 'Zurich', 'handshake'));
		expect(session.rows().every(row => row.length <= columns)).toBe(true);
		expect(screen).toContain('ch-zrh-1');
		expect(session.written().match(/\x1b\[\?1049h/g)).toHaveLength(1);
	});

	test('panels for tunnel, ruleset, servers, drops and journal are there', async () => {
		const session = openConsole(columns, rows);
		await session.until('the panels', shows('1 Tunnel', '2 Ruleset', '3 Servers', '4 Drops', '5 Journal'));
		session.type('2');
		await session.until('rules with counters', screen => /loopback-in\s+accept\s+\d/.test(screen));
	});
});

test('L locks down at once; the lift wants its word', async () => {
	const session = openConsole(120, 40);
	await session.until('connected', shows('CONNECTED', 'PROVEN'));
	session.type('L');
	await session.until('lockdown', shows('LOCKDOWN', 'PROVEN'));
	const {snapshot} = onStage().daemon;
	expect(snapshot().state.kind).toBe('lockdown');
	const dialog = shows('type lift and press Enter');
	session.type('U');
	await session.until('the dialog', dialog);
	await insist(session, 'n', 'the wrong word', shows('press Enter: n'));
	session.type('\r');
	await insist(session, '\x1b', 'no dialog', screen => !dialog(screen));
	expect(snapshot().state.kind).toBe('lockdown');
	session.type('U');
	await session.until('the dialog again', dialog);
	await insist(session, 'l', 'the first letter', shows('press Enter: l'));
	for (const letter of 'ift') session.type(letter);
	await session.until('the word', shows('press Enter: lift'));
	session.type('\r');
	await session.until('connected again', shows('CONNECTED', 'PROVEN'), 20_000);
});

test('a paste of commands does nothing', async () => {
	const session = openConsole(120, 40);
	await session.until('connected', shows('CONNECTED', 'PROVEN'));
	session.type('LyUlift\n');
	session.type('?');
	await session.until('help', screen => /lockdown/.test(screen) && /reconnect/.test(screen));
	expect(onStage().daemon.snapshot().state.kind).toBe('connected');
});

test('r asks, y reconnects, and the outcome comes with its duration', async () => {
	await backToConnected();
	const session = openConsole(120, 40);
	await session.until('connected', shows('CONNECTED', 'PROVEN'));
	const {epoch} = onStage().daemon.snapshot().tunnel ?? {epoch: 0};
	session.type('r');
	await session.until('the question', screen => /reconnect/i.test(screen) && /\by\b/.test(screen));
	await insist(session, 'y', 'the outcome', shows('Reconnected.'), 20_000);
	expect(onStage().daemon.snapshot().tunnel?.epoch).toBeGreaterThan(epoch);
});

describe('leaving', () => {
	test.each([['q', 'q'], ['Ctrl-C', '\x03']] as const)('%s gives the terminal back whole', async (_name, key) => {
		await backToConnected();
		const session = openConsole(80, 24);
		await session.until('connected', shows('CONNECTED'));
		session.type(key);
		expect((await session.exited).exitCode).toBe(0);
		expect(session.written().match(/\x1b\[\?1049l/g)).toHaveLength(1);
		expect(session.written().lastIndexOf('\x1b[?25h')).toBeGreaterThan(session.written().lastIndexOf('\x1b[?25l'));
		expect(onStage().daemon.snapshot().state.kind).toBe('connected');
	});

	test.each(['SIGTERM', 'SIGHUP'] as const)('%s gives the terminal back whole, and the ruleset is as before', async signal => {
		await backToConnected();
		const session = openConsole(80, 24);
		await session.until('connected', shows('CONNECTED'));
		const {rulesetHash} = onStage().daemon.snapshot().proof;
		session.kill(signal);
		await session.exited;
		expect(session.written()).toContain('\x1b[?1049l');
		expect(onStage().daemon.snapshot().proof.rulesetHash).toBe(rulesetHash);
	});
});

test('a storm of resizes and sizes nobody expects are survived', async () => {
	await backToConnected();
	const session = openConsole(80, 24);
	await session.until('connected', shows('CONNECTED'));
	for (const [columns, rows] of [[1, 1], [20, 5], [59, 11], [200, 60], [79, 3], [61, 13]] as const) session.resize(columns, rows);
	session.resize(80, 24);
	await session.until('the screen again', shows('CONNECTED', 'PROVEN', '1 Tunnel'));
});

test('NO_COLOR writes no colour at all', async () => {
	await backToConnected();
	const session = openConsole(80, 24, {NO_COLOR: '1'});
	await session.until('connected', shows('CONNECTED', 'PROVEN'));
	expect(session.written()).not.toMatch(/\x1b\[[0-9;]*(3[0-7]|4[0-7]|9[0-7]|10[0-7])m/);
});

test('without a daemon it says so, and how to start one; when one comes it goes live', async () => {
	const {lab, daemon} = onStage();
	await daemon.stop();
	const session = openConsole(80, 24);
	await session.until('the advice', shows('vks run'));
	stage.daemon = await startDaemon(lab);
	await session.until('connected', shows('CONNECTED', 'PROVEN'), 20_000);
});

test('a daemon that dies is never shown as proven', async () => {
	const {lab, daemon} = onStage();
	await backToConnected();
	const session = openConsole(80, 24);
	await session.until('connected', shows('CONNECTED', 'PROVEN'));
	await daemon.kill();
	await session.until('unknown', screen => screen.includes('UNKNOWN') && !screen.includes('PROVEN'));
	stage.daemon = await startDaemon(lab);
	await session.until('proven again', shows('CONNECTED', 'PROVEN'), 30_000);
});
