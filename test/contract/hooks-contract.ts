import {describe, expect, test} from 'vitest';
import type {Bench} from './bench.ts';
import {valueOf} from './expect-result.ts';
import {withBench} from './with-bench.ts';

export function hooksContract(makeBench: () => Promise<Bench>): void {
	describe('hooks of others', () => {
		const bench = withBench(makeBench);
		const read = () => {
			const {network, hooks} = bench().kernel;
			return valueOf(hooks.read(valueOf(network.links()), ['inet vks']));
		};

		test('a filter that mirrors is named with its link and action, until it is gone', () => {
			bench().addLink('eth0');
			expect(read()).toEqual([]);
			const end = bench().mirror('eth0', 'lo');
			expect(read().filter(({diverts}) => diverts)).toEqual([{kind: 'filter', device: 'eth0', at: 'egress', classifier: 'u32', actions: ['mirred'], diverts: true}]);
			end();
			expect(read()).toEqual([]);
		});

		test('a table with a hook is there; one that duplicates packets diverts them', () => {
			bench().addLink('eth0');
			bench().foreign('add table inet stranger\nadd chain inet stranger late { type filter hook output priority 100; policy accept; }\nadd rule inet stranger late counter accept\n');
			bench().foreign('add table netdev copies\nadd chain netdev copies early { type filter hook ingress device "eth0" priority 0; policy accept; }\nadd rule netdev copies early dup to "lo"\n');
			expect(read().toSorted((a, b) => Number(a.diverts) - Number(b.diverts))).toEqual([
				{kind: 'table', family: 'inet', table: 'stranger', devices: [], statements: [], diverts: false},
				{kind: 'table', family: 'netdev', table: 'copies', devices: ['eth0'], statements: ['dup'], diverts: true},
			]);
		});

		test('a table without a hook, and ours, are none', () => {
			bench().foreign('add table inet vks\nadd chain inet vks late { type filter hook output priority 100; policy accept; }\nadd table inet idle\nadd chain inet idle any\nadd rule inet idle any counter accept\n');
			expect(read()).toEqual([]);
		});
	});
}
