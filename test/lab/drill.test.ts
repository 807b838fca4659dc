/** Leak tests of a running daemon, held against what the isp saw. Needs root. */
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {waitUntil} from '../../lab/processes.ts';
import type {Outcome, Snapshot} from '../../src/control/schema.ts';
import {isConnected} from '../helpers/daemon.ts';
import {endScene, expectNothingOutside, raiseScene, type Scene} from '../helpers/leak-scene.ts';

const environment = {VKS_DRILL_WHOAMI: 'whoami.vks.test'};
const verdicts = ({drill}: Outcome, verdict: string): readonly string[] => (drill?.probes ?? []).filter(probe => probe.verdict === verdict).map(({id}) => id);

describe('a drill of a daemon that is well', () => {
	let scene: Scene;
	beforeAll(async () => {
		scene = await raiseScene({}, {environment});
	});
	afterAll(() => endScene(scene));

	test('one runs by itself after connecting, and passes', async () => {
		const {lastDrill, problems} = await scene.daemon.until('a drill ended', ({lastDrill: last}) => last?.cause === 'connected');
		expect(lastDrill).toMatchObject({kind: 'passed', full: false});
		expect(problems).toEqual([]);
	});

	test('passes, sees its canaries and names the rules; the isp saw nothing outside', async () => {
		const start = await scene.witness.mark();
		// A machine that stalls lets a question's time pass, or the drill's own: the best of some is ours.
		let outcome = await scene.daemon.command({do: 'drill'});
		for (let again = 0; again < 5 && (verdicts(outcome, 'not-possible').length > 0 || (outcome.drill?.durationMs ?? 0) >= 3000); again++) {
			expect(['passed', 'inconclusive']).toContain(outcome.drill?.kind);
			outcome = await scene.daemon.command({do: 'drill'});
		}
		expect(outcome.drill).toMatchObject({kind: 'passed', cause: 'operator', canaries: [{interface: 'eth0', seen: true}, {interface: 'eth0', seen: true}]});
		expect(outcome).toMatchObject({ok: true, problem: null});
		expect(verdicts(outcome, 'held')).toEqual(expect.arrayContaining(['tcp', 'udp6', 'icmp', 'dns-udp', 'docker-dns', 'ttl-1', 'device-udp', 'mark-tunnel', 'frame-eth0', 'frame6-eth0', 'flow-moved', 'exit', 'resolver']));
		expect(verdicts(outcome, 'not-possible')).toEqual([]);
		expect(outcome.drill?.counters.filter(({probes, counted}) => counted < probes)).toEqual([]);
		expect(outcome.drill?.durationMs).toBeLessThan(3000);
		expectNothingOutside(await scene.witness.since(start));
	});

	test('a full one takes the tunnel down, passes, and the connection comes back; the isp saw nothing outside', async () => {
		const start = await scene.witness.mark();
		const before = scene.daemon.snapshot().tunnel?.epoch ?? 0;
		const outcome = await scene.daemon.command({do: 'drill-full', word: 'drill'});
		expect(outcome).toMatchObject({ok: true, drill: {kind: 'passed', full: true}});
		expect(outcome.drill?.probes.find(({id}) => id === 'flow')).toMatchObject({verdict: 'held', what: 'an established connection, with the tunnel down'});
		await scene.daemon.until('it was back', snapshot => isConnected(snapshot) && (snapshot.tunnel?.epoch ?? 0) > before);
		// By now the one that follows a connection may have taken its place as the last.
		expect(await waitUntil(() => scene.daemon.journal().some(({text}) => text.startsWith('Drill passed (full')))).toBe(true);
		expectNothingOutside(await scene.witness.since(start));
	});

	test('what it makes the rules refuse is marked as its own among the drops', async () => {
		const {stdout} = await scene.lab.exec('client', [...vks(scene), 'drops', '--json']);
		const {records} = JSON.parse(stdout) as {readonly records: readonly {readonly destination: string; readonly drill?: true}[]};
		const ofDrills = records.filter(({drill}) => drill === true);
		expect(ofDrills.length).toBeGreaterThan(5);
		expect(records.filter(({destination}) => destination.startsWith('192.0.2.1')).every(({drill}) => drill === true)).toBe(true);
	});

	test('in a lockdown it passes too', async () => {
		await scene.daemon.command({do: 'lockdown', reason: 'a test'});
		expect(await scene.daemon.command({do: 'drill'})).toMatchObject({ok: true, drill: {kind: 'passed'}});
		await scene.daemon.command({do: 'lift', word: 'lift'});
	});
});

describe('a drill of a daemon whose packets are led astray below its tables', () => {
	test.for(['lockdown', 'report'] as const)('sees the tunnel\'s packets mirrored to the uplink, and does as told: %s', async onLeak => {
		const scene = await raiseScene({}, {environment: {...environment, VKS_DRILL_EVERY: 'off', VKS_DRILL_ON_LEAK: onLeak}});
		try {
			const {tunnel, uplink} = scene.lab.description.interfaces;
			const start = await scene.witness.mark();
			for (const line of [`qdisc add dev ${tunnel} clsact`, `filter add dev ${tunnel} egress protocol all u32 match u32 0 0 action mirred egress mirror dev ${uplink}`]) {
				await scene.lab.exec('client', ['tc', ...line.split(' ')], {mustSucceed: true});
			}
			const {exitCode, stdout} = await scene.lab.exec('client', [...vks(scene), 'drill']);
			expect(exitCode).toBe(3);
			expect(stdout).toContain('DRILL FAILED');
			const isTold = ({problems, lastDrill}: Snapshot): boolean => lastDrill?.kind === 'failed' && problems.some(({code}) => code === 'leak');
			const told = await scene.daemon.until('the leak was told', isTold);
			expect(told.state.kind).toBe(onLeak === 'lockdown' ? 'lockdown' : 'connected');
			const leaked = told.lastDrill?.probes.filter(({verdict}) => verdict === 'leaked') ?? [];
			// What goes into the tunnel, and nothing of what is refused before it.
			expect(leaked.every(({expected, seen}) => expected.startsWith('through the tunnel') && seen.includes(uplink))).toBe(true);
			expect(leaked.map(({id}) => id)).toEqual(expect.arrayContaining(['tcp', 'udp', 'icmp', 'ttl-1']));
			expect((await scene.witness.since(start)).outside.count).toBeGreaterThan(0);
		} finally {
			await scene.lab.down();
		}
	});
});

const vks = ({lab}: Scene): readonly string[] => {
	const {commands} = lab.description;
	return [...commands.vks.slice(commands.vks.indexOf('--') + 1)];
};
