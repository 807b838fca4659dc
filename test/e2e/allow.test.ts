/** A refused connection is opened for a time from its row in the drops, used, and closed again: in a real terminal, on the real daemon. */
import {afterAll, afterEach, beforeAll, expect, test} from 'vitest';
import type {Lab} from '../../lab/lab.ts';
import {echoPort, uplinks} from '../../lab/plan.ts';
import {nodeExecutable} from '../../lab/program.ts';
import {raiseLab} from '../../lab/raise.ts';
import {isConnected, startDaemon, type Daemon} from '../helpers/daemon.ts';
import {insist, shows, typeWord} from '../helpers/console-stage.ts';
import {openTerminal, type TerminalSession} from '../helpers/terminal.ts';

const {lan} = uplinks.addresses;
const knock = 'const socket = require("node:net").connect({host: process.argv[1], port: Number(process.argv[2]), timeout: 2000}); socket.on("connect", () => (console.log("open"), socket.destroy())); socket.on("error", error => console.log(error.code)); socket.on("timeout", () => (console.log("timeout"), socket.destroy()));';

const stage: {lab?: Lab; daemon?: Daemon} = {};
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

const onStage = (): {readonly lab: Lab; readonly daemon: Daemon} => {
	const {lab, daemon} = stage;
	if (lab === undefined || daemon === undefined) throw new Error('the stage was not set');
	return {lab, daemon};
};
const tries = async (): Promise<string> => (await onStage().lab.exec('client', [nodeExecutable(), '-e', knock, lan.ipv4, String(echoPort)])).stdout.trim();

async function openConsole(more: readonly string[] = []): Promise<TerminalSession> {
	const {description} = onStage().lab;
	const session = openTerminal([...description.commands.console, ...more], {columns: 120, rows: 40, environment: description.environment});
	consoles.push(session);
	await session.until('connected', shows('CONNECTED', 'PROVEN'));
	return session;
}

async function typeAll(session: TerminalSession, text: string, what: string, good: (screen: string) => boolean): Promise<void> {
	for (const letter of text) session.type(letter);
	await session.until(what, good);
}

test('refused, explained, allowed with a reason and the word, passing; revoked, and refused again; a second console sees it', async () => {
	const {daemon} = onStage();
	const session = await openConsole();
	const other = await openConsole();
	expect(await tries()).not.toBe('open');
	session.type('4');
	await session.until('the drops', shows('> 4 Drops'));
	// A drill that follows the connection refuses much besides.
	session.type('/');
	// A letter that comes in one chunk with the key would be a paste.
	await session.until('the open filter', shows('/_'));
	await typeAll(session, `dport:${echoPort}`, 'the filter', shows(`/dport:${echoPort}_`));
	session.type('\r');
	await session.until('the filter kept, and the drop', screen => !screen.includes(`/dport:${echoPort}_`) && screen.includes(`${lan.ipv4}:${echoPort}`));
	session.type('\r');
	await session.until('why', shows('Refused by refuse-out'));
	session.type('a');
	await session.until('the form, and what would come of it', shows('Allow for a time', `tcp ${lan.ipv4}:${echoPort}`, 'outside the tunnel', 'output: oifname "eth0"', '@lease-exception-1'));
	await insist(session, '\t', 'the reason', shows('> reason'));
	await typeAll(session, 'try it out', 'the reason typed', shows('try it out_'));
	session.type('\r');
	await session.until('the word', shows('type allow and press Enter'));
	// Enter alone grants nothing.
	session.type('\r');
	await typeAll(session, 'allow', 'all of it', shows('Enter allows it'));
	expect(daemon.snapshot().exceptions).toEqual([]);
	expect(await tries()).not.toBe('open');
	session.type('\r');
	await session.until('granted', screen => screen.includes('Exception 1: tcp to') && !screen.includes('Allow for a time'));
	expect(await tries()).toBe('open');
	const [granted] = daemon.snapshot().exceptions;
	expect(granted).toMatchObject({port: echoPort, reason: 'try it out', open: true});
	await other.until('it on the other console', screen => /exception 1[45]:\d\d/.test(screen));

	other.type('x');
	await other.until('the list', screen => screen.includes('Open for a time: 1') && screen.includes('try it out'));
	await other.until('that it was used', screen => / [1-9]\d* packets used it/.test(screen));
	other.type('x');
	await other.until('the question', shows('Close 1'));
	expect(daemon.snapshot().exceptions).toHaveLength(1);
	other.type('y');
	await other.until('the outcome', shows('Exception 1 is closed'));
	await session.until('none here', screen => !/exception 1[45]:/.test(screen));
	expect(await tries()).not.toBe('open');
	expect(daemon.snapshot().exceptions).toEqual([]);
});

test('what may not be opened is refused in the dialog with the reason, and a read-only console opens nothing', async () => {
	const session = await openConsole();
	session.type('a');
	await session.until('the form', shows('Allow for a time', '> target'));
	await typeWord(session, 'u', /> target {4}([^_]*)/);
	await typeAll(session, `dp ${lan.ipv4}:53`, 'the refusal', shows('nothing. The exception was refused: port 53 is DNS'));
	const looker = await openConsole(['--read-only']);
	looker.type('a');
	await looker.until('why not', shows('allow: read-only'));
	expect(onStage().daemon.snapshot().exceptions).toEqual([]);
});
