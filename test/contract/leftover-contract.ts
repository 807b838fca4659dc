import {describe, expect, test} from 'vitest';
import {parseInterfaceName, type InterfaceName} from '../../src/net/interface-name.ts';
import type {Bench} from './bench.ts';
import {problemOf, valueOf} from './expect-result.ts';
import {withBench} from './with-bench.ts';

/** wireguard-go's sockets are shared by every namespace of the machine: nobody else's tunnel may be called so. */
const name = parseInterfaceName(`vksc${process.pid}`.slice(0, 14)) ?? ('vksc0' as InterfaceName);

export function leftoverContract(makeBench: () => Promise<Bench>): void {
	describe('what an earlier daemon left', () => {
		const bench = withBench(makeBench);
		const stands = (): boolean => valueOf(bench().kernel.network.links()).some(link => link.name === name);

		test('under a name is removed when it is a tunnel; where there is nothing, nothing is wrong', async () => {
			const {devices} = bench().kernel;
			valueOf(await devices.removeLeftover(name));
			await bench().leaveTunnel(name);
			expect(stands()).toBe(true);
			valueOf(await devices.removeLeftover(name));
			expect(stands()).toBe(false);
			valueOf(await devices.removeLeftover(name));
		});

		test('is not what is no tunnel: that stays, and the problem names it', async () => {
			bench().addLink(name);
			expect(problemOf(await bench().kernel.devices.removeLeftover(name))).toMatchObject({code: 'tunnel-failed', what: expect.stringContaining(`${name} is an interface that is no tunnel`) as unknown});
			expect(stands()).toBe(true);
			bench().removeLink(name);
		});
	});
}
