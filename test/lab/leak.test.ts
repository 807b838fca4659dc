/** Nothing leaves outside the tunnel, whatever happens to tunnel, uplink or server; and it comes back by itself. Needs root. */
import {setTimeout as sleep} from 'node:timers/promises';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {waitUntil} from '../../lab/processes.ts';
import {raiseLab} from '../../lab/raise.ts';
import type {Seen} from '../../lab/witness/witness.ts';
import {anotherEpoch, endScene, expectNothingOutside, raiseScene, runTrial, sendRawFrames, type Scene, type Trial} from '../helpers/leak-scene.ts';
import {reportTrials} from '../helpers/leak-report.ts';
import {wireguardIn} from '../helpers/tunnel-usage.ts';

const report = reportTrials();
afterAll(() => report.print());

test('the witness sees the streams and raw frames of a client that nothing guards', async () => {
	const lab = await raiseLab();
	try {
		const witness = await lab.observe();
		const start = await witness.mark();
		const flood = await lab.flood();
		await sendRawFrames(lab);
		const has = ({outside}: Seen, kind: string): boolean => outside.samples.some(({protocol}) => protocol === kind);
		await waitUntil(async () => {
			const seen = await witness.since(start);
			return seen.outside.count > 150 && ['tcp', 'udp', 'icmp', '0x88b5'].every(kind => has(seen, kind));
		});
		const {sent} = await flood.stop();
		const seen = await witness.stop();
		expect(seen.outside.count).toBeGreaterThan(Math.floor(sent.udp / 2));
		expect(new Set(seen.outside.samples.map(({protocol}) => protocol))).toEqual(new Set(['tcp', 'udp', 'icmp', '0x88b5']));
		expect(seen.outside.samples.some(({dst, port}) => dst === lab.description.addresses.otherResolver.ipv4 && port === 53)).toBe(true);
		expect(seen.outside.samples.some(({dst}) => dst === lab.description.addresses.internet.ipv6)).toBe(true);
		expect(() => expectNothingOutside(seen)).toThrow();
	} finally {
		await lab.down();
	}
});

describe('while streams run through the tunnel', () => {
	let scene: Scene;
	beforeAll(async () => {
		scene = await raiseScene({});
	});
	afterAll(() => endScene(scene));
	const trial = (name: string, what: Trial): Promise<void> => runTrial(scene, report, name, what);
	const ip = (...words: string[]) => scene.lab.exec('client', ['ip', ...words], {mustSucceed: true});

	test.for<[string, () => Promise<unknown>]>([
		['is set down', () => ip('link', 'set', scene.lab.description.interfaces.tunnel, 'down')],
		['is deleted', () => ip('link', 'delete', scene.lab.description.interfaces.tunnel)],
		['loses its process', async () => wireguardIn(scene.lab.description.namespaces.client).forEach(({pid}) => process.kill(pid, 'SIGKILL'))],
	])('nothing leaks when the tunnel %s', ([name, fault]) => trial(`tunnel ${name}`, {fault, shows: anotherEpoch}));

	test.for([false, true])('nothing leaks when the uplink goes down and comes up, with its default route in main: %s', routes =>
		trial(`uplink down and up${routes ? ', with routes' : ''}`, {
			fault: async () => {
				await scene.lab.uplinkDown();
				await scene.daemon.until('the outage was seen', ({state}) => state.kind === 'blocked' && state.cause === 'no-uplink');
				await scene.lab.uplinkUp({routes});
			},
		}));

	test.for(['eth9', 'eth0'])('nothing leaks when the uplink is renamed to %s', name =>
		trial(`uplink renamed to ${name}`, {fault: () => scene.lab.renameUplink(name), shows: ({uplink}) => uplink?.name === name}));

	test('nothing leaks when a second uplink with a better default route is plugged in, and out', async () => {
		await trial('second uplink plugged in', {fault: () => scene.lab.plugSecondUplink()});
		await trial('second uplink unplugged', {fault: () => scene.lab.unplugSecondUplink()});
	});

	test.for(['ch-zrh-1', 'se-sto-1-v6', 'ch-zrh-2', 'se-sto-1'])('nothing leaks when the server is switched to %s', server =>
		trial(`switched to ${server}`, {
			fault: () => scene.daemon.command({do: 'switch', server}),
			shows: ({state}) => state.server === server,
		}));

	test('nothing leaks when the tunnel is connected again', () =>
		trial('reconnected', {fault: () => scene.daemon.command({do: 'reconnect'}), shows: anotherEpoch}));

	test('after a lockdown not even the endpoint is sent to; after it was lifted, all is as before', () =>
		trial('locked down and lifted', {
			fault: async () => {
				await scene.daemon.command({do: 'lockdown', reason: 'a trial'});
				const locked = await scene.witness.mark();
				// A window to look through: nothing is waited for.
				await sleep(1_000);
				const seen = await scene.witness.since(locked);
				expectNothingOutside(seen);
				expect(seen.endpoint.count).toBe(0);
				await scene.daemon.command({do: 'lift', word: 'lift'});
			},
			shows: anotherEpoch,
		}));
});

test.for([0, 1, 2] as const)('the tunnel comes up, carries and is replaced under reverse-path filter %s', async rpFilter => {
	const scene = await raiseScene({rpFilter});
	try {
		await runTrial(scene, report, `rp_filter ${rpFilter}: reconnected`, {fault: () => scene.daemon.command({do: 'reconnect'}), shows: anotherEpoch});
	} finally {
		await endScene(scene);
	}
});
