/** What is claimed of AF_XDP in each case. */
import {expect, test, vi} from 'vitest';
import type {XdpHolding} from '../../../src/kernel/kernel.ts';
import {describeTaken, xdpLayer, xdpProblem} from '../../../src/controller/xdp-layer.ts';
import {makeRig} from '../../helpers/controller-rig.ts';

const say = (holding: XdpHolding) => ({differs: describeTaken(holding).length, layer: xdpLayer(holding).state, problem: xdpProblem(holding)?.severity ?? null});

test('each case has its layer and its problem', () => {
	expect(say({kind: 'held', queues: 2})).toEqual({differs: 0, layer: 'held', problem: null});
	expect(say({kind: 'unsupported'})).toEqual({differs: 0, layer: 'unsupported', problem: null});
	expect(say({kind: 'refused', why: 'EPERM'})).toEqual({differs: 0, layer: 'missing', problem: 'warning'});
	expect(say({kind: 'taken', queues: ['queue 0 of eth0']})).toEqual({differs: 1, layer: 'missing', problem: 'error'});
});

test('a queue that is somebody else\'s is drift, and one that could not be held is not covered', async () => {
	const rig = makeRig();
	try {
		rig.kernel.strangersXdp.add('eth0');
		expect(await rig.controller.start()).toMatchObject({ok: true});
		const proof = () => rig.controller.snapshot().proof;
		expect(proof()).toMatchObject({kind: 'drifted', detail: [expect.stringContaining('queue 0 of eth0')]});
		expect(proof().covers).not.toContain('af-xdp');
		// Nothing is opened on such a link: the boot table goes after a PROVEN only.
		expect(rig.kernel.tables().has('inet vks_boot')).toBe(true);
		rig.kernel.strangersXdp.clear();
		await vi.waitFor(() => {
			rig.clock.tick();
			expect(proof()).toMatchObject({kind: 'proven', covers: expect.arrayContaining(['af-xdp']) as unknown});
		}, {timeout: 4000, interval: 5});
	} finally {
		await rig.dispose();
	}
});
