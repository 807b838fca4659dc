/** The built console in a real terminal, on the real daemon in the lab, used as an operator would. */
import {describe, expect, test} from 'vitest';
import {consoleStage, insist, liftByHand, shows} from '../helpers/console-stage.ts';
import type {TerminalSession} from '../helpers/terminal.ts';

const stage = consoleStage();
const openConsole = (columns: number, rows: number): TerminalSession => stage.open({columns, rows});

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
	const {snapshot} = stage.daemon();
	expect(snapshot().state.kind).toBe('lockdown');
	const dialog = shows('type lift and press Enter');
	session.type('U');
	await session.until('the dialog', dialog);
	await insist(session, 'n', 'the wrong word', shows('press Enter: n'));
	session.type('\r');
	await insist(session, '\x1b', 'no dialog', screen => !dialog(screen));
	expect(snapshot().state.kind).toBe('lockdown');
	await liftByHand(session);
	await session.until('connected again', shows('CONNECTED', 'PROVEN'));
});

test('r asks, y reconnects, and the outcome comes with its duration', async () => {
	await stage.connected();
	const session = openConsole(120, 40);
	await session.until('connected', shows('CONNECTED', 'PROVEN'));
	const {epoch} = stage.daemon().snapshot().tunnel ?? {epoch: 0};
	session.type('r');
	await session.until('the question', screen => /reconnect/i.test(screen) && /\by\b/.test(screen));
	await insist(session, 'y', 'the outcome', shows('Reconnected.'));
	expect(stage.daemon().snapshot().tunnel?.epoch).toBeGreaterThan(epoch);
});

test('without a daemon it says so, and how to start one; when one comes it goes live', async () => {
	await stage.daemon().stop();
	const session = openConsole(80, 24);
	await session.until('the advice', shows('vks run'));
	await stage.restart();
	await session.until('connected', shows('CONNECTED', 'PROVEN'));
});

test('a daemon that dies is never shown as proven', async () => {
	await stage.connected();
	const session = openConsole(80, 24);
	await session.until('connected', shows('CONNECTED', 'PROVEN'));
	await stage.daemon().kill();
	await session.until('unknown', screen => screen.includes('UNKNOWN') && !screen.includes('PROVEN'));
	await stage.restart();
	await session.until('proven again', shows('CONNECTED', 'PROVEN'));
});
