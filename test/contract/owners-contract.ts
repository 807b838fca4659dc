import {describe, expect, test} from 'vitest';
import type {Bench} from './bench.ts';
import {withBench} from './with-bench.ts';

export function ownersContract(makeBench: () => Promise<Bench>): void {
	describe('owners', () => {
		const bench = withBench(makeBench);

		test('uids have the names they have here, and others none', () => {
			const {owners} = bench().kernel;
			expect([owners.userOf(0), owners.userOf(3_987_654_321)]).toEqual(['root', null]);
		});

		test('who has a socket open is named while it is open, and nobody after it', async () => {
			const {owners} = bench().kernel;
			const {flow, holder, close} = await bench().openSocket();
			expect(owners.holderOf(flow)).toMatchObject(holder);
			expect(owners.holderOf({...flow, uid: (flow.uid ?? 0) + 1})).toBeNull();
			expect(owners.holderOf({...flow, protocol: 'tcp'})).toBeNull();
			await close();
			expect(owners.holderOf(flow)).toBeNull();
		});
	});
}
