import {describe, expect, test} from 'vitest';
import type {Bench} from './bench.ts';
import {valueOf} from './expect-result.ts';
import {withBench} from './with-bench.ts';

export function xdpContract(makeBench: () => Promise<Bench>): void {
	describe('AF_XDP', () => {
		const bench = withBench(makeBench);
		const hold = (...names: string[]) => bench().kernel.xdp.hold(valueOf(bench().kernel.network.links()).filter(({name}) => names.includes(name)));

		test('nobody else gets a queue that is held, also after a rename, and everybody one that was let go', async () => {
			bench().addLink('eth0');
			expect(hold('eth0')).toEqual({kind: 'held', queues: 1});
			expect(bench().foreignXdp('eth0')).toBeNull();
			bench().renameLink('eth0', 'eth9');
			expect(bench().foreignXdp('eth9')).toBeNull();
			expect(hold('eth9')).toEqual({kind: 'held', queues: 1});
			expect(hold()).toEqual({kind: 'held', queues: 0});
			// The kernel gives a queue back in a work item of its own (xp_release_deferred).
			await expect.poll(() => bench().foreignXdp('eth9')).toBeTypeOf('function');
		});

		test('a queue that is somebody else\'s is named, and ours as soon as that one lets go', async () => {
			bench().addLink('eth0');
			const end = bench().foreignXdp('eth0');
			expect(hold('eth0')).toEqual({kind: 'taken', queues: ['queue 0 of eth0']});
			end?.();
			await expect.poll(() => hold('eth0')).toEqual({kind: 'held', queues: 1});
		});

		test('a link that comes again is held again', async () => {
			bench().addLink('eth0');
			hold('eth0');
			bench().removeLink('eth0');
			bench().addLink('eth0');
			expect(hold('eth0')).toEqual({kind: 'held', queues: 1});
			expect(bench().foreignXdp('eth0')).toBeNull();
		});
	});
}
