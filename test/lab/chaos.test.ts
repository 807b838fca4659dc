/** A short run of seeded faults, and that such a run fails when the guard is taken away. Needs root; longer ones: `npm run chaos`. */
import {setTimeout as sleep} from 'node:timers/promises';
import {describe, expect, test} from 'vitest';
import {allFaults} from '../../chaos/faults/all.ts';
import type {Fault} from '../../chaos/fault.ts';
import {renderReport} from '../../chaos/report.ts';
import {runChaos, type ChaosOptions} from '../../chaos/run.ts';
import {readLabIds} from '../../lab/down.ts';

const {signal} = new AbortController();
const options = (change: Partial<ChaosOptions>): ChaosOptions => ({seed: '1', faults: allFaults, forMs: 40_000, signal, ...change});

describe('a run of seeded faults', () => {
	test('leaks nothing, comes back each time, and tells what happened', async () => {
		const report = await runChaos(options({steps: [1, 2, 3, 4, 5, 6, 7, 8], forMs: 240_000}));
		process.stdout.write(`\n${renderReport(report)}`);
		expect(report.failure).toBeNull();
		expect(report.packets.outside).toBe(0);
		expect(report.packets.captureLost).toBe(0);
		expect(report.unguarded).toBeGreaterThan(20);
		expect(report.packets.endpoint).toBeGreaterThan(200);
		expect(report.steps.length).toBe(8);
		expect(readLabIds()).not.toContain(report.lab);
	});
});

describe('a run whose guard is sabotaged', () => {
	const plain = {VKS_FIREWALL_BACKEND: 'nft'};
	const base = {weight: 1, touches: 'firewall', changesKernel: true} as const;

	test('fails, and says which packets left', async () => {
		/** All layers opened while the daemon cannot act. */
		const open: Fault = {
			...base, name: 'everything opened', expectJournal: [],
			apply: async stage => {
				const {pid} = stage.daemon().process;
				process.kill(pid, 'SIGSTOP');
				await stage.client('nft', 'flush', 'ruleset');
				await stage.client('ip', 'route', 'replace', 'default', 'via', stage.lab.description.addresses.gateway.ipv4, 'dev', stage.lab.uplink());
				await stage.client('ip', 'rule', 'add', 'pref', '50', 'lookup', 'main');
				return {effect: 'changed', undo: async () => {
					await sleep(300);
					stage.signal(pid, 'SIGCONT');
				}};
			},
		};
		const {failure, packets, steps} = await runChaos(options({faults: [open], environment: plain}));
		expect(steps).toEqual([]);
		expect(packets.outside).toBeGreaterThan(10);
		expect(failure?.why[0]).toMatch(/^\d+ packets left outside the tunnel/);
		expect(failure?.frames.join('\n')).toMatch(/udp \S+ → 203\.0\.113\.80 port 7/);
	});

	test('fails when a change of the kernel is not in the journal', async () => {
		const unsaid: Fault = {...base, name: 'nothing, said to be something', expectJournal: ['tamper'], apply: async () => ({effect: 'changed'})};
		const {failure, packets} = await runChaos(options({faults: [unsaid]}));
		expect(packets.outside).toBe(0);
		expect(failure?.why).toEqual(['nothing in the journal says that this happened: nothing, said to be something']);
	});

	test('fails when the daemon ends, and leaves nothing', async () => {
		const ended: Fault = {...base, name: 'ended', expectJournal: [], apply: async stage => {
			await stage.daemon().stop();
			return {effect: 'changed'};
		}};
		const {failure, lab} = await runChaos(options({faults: [ended]}));
		expect(failure?.why[0]).toMatch(/the daemon went away before it was connected/);
		expect(readLabIds()).not.toContain(lab);
	});
});
