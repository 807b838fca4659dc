/** Two consoles and the command line on one daemon: they say the same within a second, and orders given at once do not race. */
import {expect, test} from 'vitest';
import type {Snapshot} from '../../src/control/schema.ts';
import {statusSchema, type Status} from '../../src/control/status-schema.ts';
import {isConnected} from '../helpers/daemon.ts';
import {firstHeard} from '../helpers/eventually.ts';
import {consoleStage, insist, liftByHand, shows} from '../helpers/console-stage.ts';
import {slowness} from '../helpers/slowness.ts';
import type {TerminalSession} from '../helpers/terminal.ts';

const stage = consoleStage({VKS_SERVER: 'ch-zrh-1'});
const proven = shows('CONNECTED', 'PROVEN');

async function twoConsoles(): Promise<readonly [TerminalSession, TerminalSession]> {
	await stage.connected();
	const consoles = [stage.open({columns: 120, rows: 40}), stage.open()] as const;
	for (const session of consoles) await session.until('connected', proven);
	return consoles;
}

async function vks(...args: readonly string[]): Promise<{readonly exitCode: number | null; readonly said: string}> {
	const {exitCode, stdout, stderr} = await stage.lab().exec('client', [...stage.lab().description.commands.vks, ...args]);
	return {exitCode, said: stdout + stderr};
}

async function status(): Promise<Status> {
	// A daemon that a busy machine stops for two seconds is told as one that does not answer.
	return statusSchema.parse(JSON.parse(await firstHeard(async () => (await stage.lab().exec('client', [...stage.lab().description.commands.vks, 'status', '--json'])).stdout)));
}

/** How long after the event each screen and the command line said so. */
async function agreeOn(what: string, good: (snapshot: Snapshot) => boolean, on: (screen: string) => boolean, sessions: readonly TerminalSession[]): Promise<readonly number[]> {
	const snapshot = await stage.daemon().until(what, good);
	const since = snapshot.state.sinceMs;
	const seen = await Promise.all(sessions.map(async session => {
		await session.until(what, on);
		return Date.now() - since;
	}));
	const {state, tunnel} = await status();
	expect(state).toBe(snapshot.state.kind);
	expect(tunnel?.server).toBe(snapshot.tunnel?.server);
	await Promise.all(sessions.map(session => session.until(what, on)));
	return seen;
}

const isLocked = ({state, proof, tunnel}: Snapshot): boolean => state.kind === 'lockdown' && proof.kind === 'proven' && tunnel === null;
const locked = shows('LOCKDOWN', 'PROVEN');
const connectedTo = (server: string) => (screen: string): boolean => proven(screen) && (screen.split('\n')[0] ?? '').includes(server);

test('whoever gives an order, both screens and the command line say so within a second', async () => {
	const [first, second] = await twoConsoles();
	const both = [first, second];
	const seen: number[] = [];
	for (let round = 0; round < 2; round++) {
		first.type('L');
		seen.push(...await agreeOn('lockdown from a console', isLocked, locked, both));
		expect((await vks('lift', '--word', 'lift')).exitCode).toBe(0);
		seen.push(...await agreeOn('lifted from the command line', isConnected, connectedTo('ch-zrh-1'), both));
		expect((await vks('switch', 'se-sto-1')).exitCode).toBe(0);
		seen.push(...await agreeOn('switched from the command line', snapshot => isConnected(snapshot) && snapshot.state.server === 'se-sto-1', connectedTo('se-sto-1'), both));
		expect((await vks('lockdown')).exitCode).toBe(0);
		seen.push(...await agreeOn('lockdown from the command line', isLocked, locked, both));
		await liftByHand(second);
		seen.push(...await agreeOn('lifted from a console', isConnected, proven, both));
		expect((await vks('switch', 'ch-zrh-1')).exitCode).toBe(0);
		seen.push(...await agreeOn('switched back', snapshot => isConnected(snapshot) && snapshot.state.server === 'ch-zrh-1', connectedTo('ch-zrh-1'), both));
	}
	// Nine in ten: one may meet a machine that is busy with something else.
	const sorted = seen.toSorted((a, b) => a - b);
	expect(sorted[Math.floor(sorted.length * 0.9)], `milliseconds after the event: ${sorted.join(', ')}`).toBeLessThan(1000 * await slowness());
});

test('orders at once are carried out one after another, each sender is told its own outcome', async () => {
	const [first, second] = await twoConsoles();
	const before = stage.daemon().snapshot().tunnel?.epoch ?? 0;
	const told = stage.daemon().journal().length;
	first.type('r');
	await first.until('the question', screen => /reconnect/i.test(screen) && /\by\b/.test(screen));
	const [switched, drilled] = [vks('switch', 'se-sto-1'), vks('drill')];
	await insist(first, 'y', 'an outcome', screen => /reconnect, [\d.]+ m?s: /.test(screen));
	const outcome = /reconnect, [\d.]+ m?s: .*/.exec(first.screen())?.[0] ?? '';
	expect(second.screen(), 'an outcome is its sender\'s').not.toContain(outcome.slice(0, 30));
	expect((await switched).said).toContain('se-sto-1');
	expect((await drilled).said).toContain('refuse-egress');
	const commands = stage.daemon().journal().slice(told).filter(({kind}) => kind === 'command').map(({text}) => text.split(':')[0]);
	expect(commands.toSorted()).toEqual(['drill', 'reconnect', 'switch se-sto-1']);
	const end = await stage.daemon().until('the end of both', isConnected);
	// Both were dials, and neither was lost in the other.
	expect(end.tunnel?.epoch).toBe(before + 2);
	await agreeOn('the same end', isConnected, connectedTo(end.state.server ?? ''), [first, second]);
	expect((await vks('switch', 'ch-zrh-1')).exitCode).toBe(0);
});

test('a lockdown from one console overtakes what another ordered, and the other is told who was first', async () => {
	const [first, second] = await twoConsoles();
	await stage.lab().blackhole('s1');
	try {
		// A server that does not answer: the switch is still under way when the lockdown comes.
		const switching = vks('switch', 'se-sto-1');
		await stage.daemon().until('the switch is under way', ({state}) => state.kind === 'switching' || state.kind === 'verifying' || state.kind === 'connecting');
		second.type('r');
		await second.until('the question', screen => /reconnect/i.test(screen) && /\by\b/.test(screen));
		await insist(second, 'y', 'it is on its way', shows('reconnect on its way'));
		first.type('L');
		// The policy is that of the lockdown at once; the tunnel that carried until then goes a moment later.
		await agreeOn('lockdown', now => isLocked(now) && now.tunnel === null, screen => screen.includes('LOCKDOWN'), [first, second]);
		await second.until('who was first', screen => /lockdown came first|lockdown took the place|lockdown overtook/i.test(screen));
		const {exitCode, said} = await switching;
		expect(exitCode).not.toBe(0);
		expect(said).toMatch(/lockdown (came first|took the place|overtook)/i);
		// Both press at once: one order is enough, and the second changes nothing.
		first.type('L');
		second.type('L');
		expect(stage.daemon().snapshot().state.kind).toBe('lockdown');
	} finally {
		await stage.lab().restore('s1');
		await stage.daemon().command({do: 'lift', word: 'lift'});
		await stage.daemon().command({do: 'switch', server: 'ch-zrh-1'});
	}
});
