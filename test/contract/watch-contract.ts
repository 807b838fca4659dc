import {describe, expect, test} from 'vitest';
import type {KernelEvent} from '../../src/kernel/kernel.ts';
import type {Bench} from './bench.ts';
import {valueOf} from './expect-result.ts';
import {withBench} from './with-bench.ts';
import {eventually} from '../helpers/eventually.ts';

const nflogGroup = 77;

export function watchContract(makeBench: () => Promise<Bench>): void {
	describe('watch', () => {
		const bench = withBench(makeBench);
		const start = async () => {
			const abort = new AbortController();
			const events: KernelEvent[] = [];
			const problems = await bench().kernel.watch(event => events.push(event), {nflogGroup, signal: abort.signal});
			const commits = () => events.filter(event => event.kind === 'ruleset-changed');
			return {abort, events, problems, commits};
		};

		test('our commit is told as ours, another one as foreign and by name', async () => {
			const {abort, commits} = await start();
			valueOf(await bench().kernel.firewall.run('add table inet vkst\n'));
			await eventually(() => expect(commits()).toMatchObject([{ours: true}]));
			expect(bench().foreign('add table inet vkst_other\n')).toBe(true);
			await eventually(() => expect(commits()).toMatchObject([{ours: true}, {ours: false, generation: {process: 'nft'}}]));
			expect(valueOf(bench().kernel.firewall.generation())).toEqual(commits().at(-1)?.generation);
			abort.abort();
		});

		test('owning a table is our commit', async () => {
			if (!bench().owns) return;
			const {abort, commits} = await start();
			valueOf(await bench().kernel.firewall.own('inet', 'vkst'));
			await eventually(() => expect(commits()).toMatchObject([{ours: true}]));
			abort.abort();
		});

		test('links, routes and rules that change are told', async () => {
			const {abort, events} = await start();
			bench().addLink('eth0');
			await eventually(() => expect(events).toContainEqual({kind: 'network-changed', what: 'link'}));
			const rule = {family: 4, priority: 100, mark: 1, outInterface: null, table: 51_820, suppressPrefixLength: null} as const;
			valueOf(bench().kernel.network.addRule(rule));
			await eventually(() => expect(events).toContainEqual({kind: 'network-changed', what: 'rule'}));
			valueOf(bench().kernel.network.replaceRoute({family: 4, table: 51_820, destination: null, kind: 'unreachable', gateway: null, interface: null, metric: 9}));
			await eventually(() => expect(events).toContainEqual({kind: 'network-changed', what: 'route'}));
			abort.abort();
		});

		test('after the signal nothing more is told, and the group is free again', async () => {
			const first = await start();
			expect(first.problems).toEqual([]);
			first.abort.abort();
			const second = await start();
			expect(second.problems).toEqual([]);
			valueOf(await bench().kernel.firewall.run('add table inet vkst\n'));
			await eventually(() => expect(second.commits()).toHaveLength(1));
			expect(first.commits()).toEqual([]);
			second.abort.abort();
		});

		test('a second listener on the group is a problem that names group and setting; the rest is watched all the same', async () => {
			const first = await start();
			const second = await start();
			expect(second.problems).toMatchObject([{code: 'nflog-busy', severity: 'warning', what: expect.stringContaining(String(nflogGroup)) as unknown}]);
			expect(JSON.stringify(second.problems)).toContain('VKS_NFLOG_GROUP');
			valueOf(await bench().kernel.firewall.run('add table inet vkst\n'));
			await eventually(() => expect(second.commits()).toHaveLength(1));
			first.abort.abort();
			second.abort.abort();
		});
	});
}
