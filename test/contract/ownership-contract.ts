import {describe, expect, test} from 'vitest';
import type {Bench} from './bench.ts';
import {problemOf, valueOf} from './expect-result.ts';
import {withBench} from './with-bench.ts';

const chain = 'add chain inet vkst output { type filter hook output priority 0; policy drop; }\n';

export function ownershipContract(makeBench: () => Promise<Bench>): void {
	describe('ownership', () => {
		const bench = withBench(makeBench);
		const firewall = () => bench().kernel.firewall;

		test('owning makes an absent table, or says that this backend cannot', async () => {
			const owned = valueOf(await firewall().own('inet', 'vkst'));
			expect(owned).toBe(bench().owns ? 'owned' : 'unsupported');
			const header = valueOf(firewall().header('inet', 'vkst'));
			expect(header).toEqual(bench().owns ? {kind: 'present', owner: 'ours', persist: true, dormant: false} : {kind: 'absent'});
		});

		test('an owned table can be edited by us and by nobody else', async () => {
			if (!bench().owns) return;
			for (const family of ['inet', 'netdev'] as const) expect(valueOf(await firewall().own(family, 'vkst'))).toBe('owned');
			valueOf(await firewall().run(chain));
			expect(bench().foreign('delete table inet vkst\n')).toBe(false);
			expect(bench().foreign('flush chain inet vkst output\n')).toBe(false);
			expect(bench().foreign('flush ruleset\n')).toBe(true);
			expect(valueOf(firewall().header('inet', 'vkst'))).toMatchObject({owner: 'ours', persist: true});
			expect(valueOf(firewall().header('netdev', 'vkst'))).toMatchObject({owner: 'ours', persist: true});
			valueOf(await firewall().run('delete table inet vkst\n'));
			expect(valueOf(firewall().header('inet', 'vkst')).kind).toBe('absent');
		});

		test('owning twice is owning once, and no commit', async () => {
			if (!bench().owns) return;
			valueOf(await firewall().own('inet', 'vkst'));
			const {id} = valueOf(firewall().generation());
			expect(valueOf(await firewall().own('inet', 'vkst'))).toBe('owned');
			expect(valueOf(firewall().generation()).id).toBe(id);
		});

		test('a script that adds an owned table again is refused, and ownership stays', async () => {
			if (!bench().owns) return;
			valueOf(await firewall().own('inet', 'vkst'));
			expect(problemOf(await firewall().run('add table inet vkst\n')).code).toBe('ruleset-refused');
			expect(valueOf(firewall().header('inet', 'vkst'))).toMatchObject({owner: 'ours'});
		});

		test('a plain table is not turned into an owned one: the problem says what it lacks', async () => {
			valueOf(await firewall().run('add table inet vkst\n'));
			const owned = await firewall().own('inet', 'vkst');
			if (bench().owns) expect(problemOf(owned)).toMatchObject({code: 'table-held', what: expect.stringContaining('exists without the ownership flag') as unknown});
			else expect(valueOf(owned)).toBe('unsupported');
			expect(valueOf(firewall().header('inet', 'vkst'))).toMatchObject({owner: 'nobody', persist: false});
		});
	});
}
