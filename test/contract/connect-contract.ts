import {describe, expect, test} from 'vitest';
import type {ConnectWish} from '../../src/kernel/kernel.ts';
import {ip} from '../helpers/situations.ts';
import type {Bench} from './bench.ts';
import {withBench} from './with-bench.ts';

export function connectContract(makeBench: () => Promise<Bench>): void {
	describe('connections of our own', () => {
		const bench = withBench(makeBench);

		test('a port nobody listens on is a problem that names it', async () => {
			const wish: ConnectWish = {address: ip('127.0.0.1'), port: 9 as ConnectWish['port'], mark: 0xca6c, source: null};
			const answer = await bench().kernel.connect(wish, AbortSignal.timeout(5000));
			expect(answer).toMatchObject({ok: false, error: {code: 'no-server'}});
			expect(answer.ok ? '' : answer.error.what).toContain('127.0.0.1:9');
		});
	});
}
