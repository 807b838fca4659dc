/** Who is in by the management path stays in, whatever vks does and whoever speaks next; nobody else's connection does. Needs root. */
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import type {Lab} from '../../lab/lab.ts';
import {waitUntil, type Running} from '../../lab/processes.ts';
import {nodeExecutable, repositoryFolder} from '../../lab/program.ts';
import {raiseLab} from '../../lab/raise.ts';
import {isConnected, startDaemon, type Daemon} from '../helpers/daemon.ts';
import type {Heard} from '../helpers/lasting-flow.ts';

const program = join(repositoryFolder, 'test/helpers/lasting-flow.ts');
const [port, other] = [8085, 8090];
const environment = {VKS_SERVER: 'se-sto-1', VKS_MANAGEMENT: `tcp ${port} from 172.30.7.3 203.0.113.80 2001:db8:30::3`};

interface End {
	readonly process: Running;
	heard(): readonly Heard[];
	/** Says the next line by all of its connections. */
	speak(): void;
}

describe('a connection by the management path', () => {
	let lab: Lab;
	let said = 0;
	beforeEach(async () => {
		said = 0;
		lab = await raiseLab({});
	});
	afterEach(() => lab.down());

	const begin = (role: 'client' | 'peer' | 'lan' | 'internet', ...words: readonly string[]): End => {
		const running = lab.spawn(role, [nodeExecutable(), '--disable-warning=ExperimentalWarning', program, ...words]);
		return {
			process: running,
			heard: () => readFileSync(running.log, 'utf8').split('\n').filter(line => line.startsWith('{')).map(line => JSON.parse(line) as Heard),
			speak: () => process.kill(running.pid, 'SIGUSR2'),
		};
	};
	const cameBack = (end: End, far: string): number => Math.max(0, ...end.heard().flatMap(heard => (heard.far === far && heard.back !== undefined ? [heard.back] : [])));
	const ways = ['172.30.7.3', '2001:db8:30::3', '203.0.113.80'] as const;

	/** Three operators are in: a neighbour by both families, and one behind the router. */
	const open = async (): Promise<{server: End; operators: readonly End[]; strangers: readonly End[]}> => {
		const server = begin('client', 'serve', String(port), String(other));
		expect(await waitUntil(async () => (await lab.exec('client', ['ss', '-Hltn', `sport = :${port}`])).stdout !== '')).toBe(true);
		const {client} = lab.description.addresses;
		const operators = [begin('peer', 'open', `${client.ipv4},${port}`, `${client.ipv6},${port}`, `${client.ipv4},${other}`), begin('internet', 'open', `203.0.113.1,${port}`)];
		begin('peer', 'serve', String(port));
		expect(await waitUntil(async () => (await lab.exec('peer', ['ss', '-Hltn', `sport = :${port}`])).stdout !== '')).toBe(true);
		// From elsewhere to that port, and out to the same port of an operator's.
		const strangers = [begin('lan', 'open', `${client.ipv4},${port}`), begin('client', 'open', `172.30.7.3,${port}`)];
		const count = (): number => [server, ...strangers].flatMap(end => end.heard()).filter(({opened}) => opened === true).length;
		expect(await waitUntil(async () => count() === 7), JSON.stringify(server.heard())).toBe(true);
		return {server, operators, strangers};
	};

	const goesOn = async (what: string, {server, operators}: {server: End; operators: readonly End[]}): Promise<void> => {
		const beganAtMs = performance.now();
		said += 1;
		server.speak();
		const all = (): boolean => ways.every(way => cameBack(server, `${way} ${port}`) === said);
		expect(await waitUntil(async () => all()), `${what}: the server speaks first: ${JSON.stringify(server.heard().slice(-8))}`).toBe(true);
		const serverMs = Math.round(performance.now() - beganAtMs);
		for (const operator of operators) operator.speak();
		const {client} = lab.description.addresses;
		const [peer, far] = operators;
		const back = (): boolean => peer !== undefined && far !== undefined && [`${client.ipv4} ${port}`, `${client.ipv6} ${port}`].every(way => cameBack(peer, way) === said) && cameBack(far, `203.0.113.1 ${port}`) === said;
		expect(await waitUntil(async () => back()), `${what}: the operator speaks`).toBe(true);
		console.log(`${what}: line ${said} of 3 connections came back both ways; the server's after ${serverMs} ms`);
	};

	test.each([['nobody tracked connections before', false], ['connections were tracked before', true]] as const)('outlives all that vks does, where %s', async (_name, tracked) => {
		if (tracked) await lab.exec('client', ['nft', 'add table inet before; add chain inet before in { type filter hook input priority 0; }; add rule inet before in ct state established counter'], {mustSucceed: true});
		const flows = await open();
		const {server, strangers} = flows;
		await goesOn('before', flows);
		const speak = (): void => {
			for (const stranger of strangers) stranger.speak();
		};
		const others = (): readonly number[] => [
			...[`172.30.7.10 ${port}`, `172.30.7.3 ${other}`].map(far => cameBack(server, far)),
			...strangers.map((stranger, which) => cameBack(stranger, which === 0 ? `${lab.description.addresses.client.ipv4} ${port}` : `172.30.7.3 ${port}`)),
		];
		speak();
		expect(await waitUntil(async () => others().every(number => number === 1)), 'what should end passes before').toBe(true);

		let daemon: Daemon = await startDaemon(lab, {environment});
		await goesOn('started', flows);
		await daemon.until('it was connected', isConnected);
		await goesOn('connected', flows);
		await daemon.command({do: 'reconnect'});
		await goesOn('reconnected', flows);
		await daemon.command({do: 'switch', server: 'ch-zrh-1'});
		await goesOn('switched', flows);
		await daemon.command({do: 'lockdown', reason: 'a trial'});
		await goesOn('locked down', flows);
		await daemon.kill();
		daemon = await startDaemon(lab, {environment});
		await daemon.until('it was locked down', ({state, proof}) => state.kind === 'lockdown' && proof.kind === 'proven');
		await goesOn('killed and started in lockdown', flows);
		await daemon.command({do: 'lift', word: 'lift'});
		await daemon.until('it was connected', isConnected);
		await goesOn('lifted', flows);
		await daemon.stop();
		await goesOn('stopped', flows);
		daemon = await startDaemon(lab, {environment});
		await daemon.until('it was connected', isConnected);
		await goesOn('started again', flows);

		speak();
		await goesOn('others spoke', flows);
		expect(others(), 'nobody else\'s went on').toEqual([1, 1, 1, 1]);
		expect(daemon.snapshot().problems.filter(({code}) => code === 'conntrack')).toEqual([]);
	});

	test('goes on behind the boot table, which stays where nothing is proven', async () => {
		const flows = await open();
		await goesOn('before', flows);
		// Who duplicates packets is told of as drift, and not removed.
		await lab.exec('client', ['nft', 'add table netdev copies { chain c { type filter hook ingress device eth0 priority 10; dup to lo; }; }'], {mustSucceed: true});
		const daemon = await startDaemon(lab, {environment});
		const {seq} = daemon.snapshot();
		await daemon.until('it was read back', now => now.seq > seq + 2 && now.proof.kind === 'drifted');
		expect((await lab.exec('client', ['nft', 'list', 'tables'])).stdout).toContain('table inet vks_boot\n');
		await goesOn('behind the boot table', flows);
		await daemon.stop();
	});

	test('goes on through a trial that nobody confirms, and after everything was taken back', async () => {
		const flows = await open();
		await goesOn('before', flows);
		const daemon = await startDaemon(lab, {environment, options: ['--confirm-within', '25s']});
		await daemon.until('it was connected', isConnected);
		await goesOn('on trial', flows);
		expect(await daemon.process.exited).toBe(4);
		expect((await lab.exec('client', ['nft', 'list', 'tables'])).stdout).not.toContain('vks');
		await goesOn('taken back', flows);
	});
});
