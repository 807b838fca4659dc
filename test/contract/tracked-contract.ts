import {describe, expect, test} from 'vitest';
import {ip} from '../helpers/situations.ts';
import type {Bench} from './bench.ts';
import {valueOf} from './expect-result.ts';
import {withBench} from './with-bench.ts';

const [gone, other, behind] = [ip('10.64.1.2'), ip('10.64.2.2'), ip('192.168.9.20')];

export function trackedContract(makeBench: () => Promise<Bench>): void {
	describe('tracked connections', () => {
		const bench = withBench(makeBench);

		test('are forgotten by address: those of others that bear it on their way alone, or all; the rest stays', async () => {
			const {network} = bench().kernel;
			valueOf(await network.flushConnections());
			await bench().track({from: gone, seenAs: gone});
			await bench().track({from: other, seenAs: other});
			await bench().track({from: behind, seenAs: gone});
			const forget = async (...[addresses, which]: Parameters<typeof network.forgetConnections>): Promise<number> => valueOf(await network.forgetConnections(addresses, which));
			expect(await forget([gone], 'translated')).toBe(1);
			expect(await forget([gone], 'translated')).toBe(0);
			expect(await forget([gone], 'all')).toBe(1);
			expect(await forget([gone], 'all')).toBe(0);
			expect(await forget([], 'all')).toBe(0);
			expect(await forget([behind, other], 'all')).toBe(1);
		});

		test('that others have by translation are among all of that address', async () => {
			const {network} = bench().kernel;
			valueOf(await network.flushConnections());
			await bench().track({from: behind, seenAs: gone});
			expect(valueOf(await network.forgetConnections([gone], 'all'))).toBe(1);
		});
	});
}
