/** Opens a bench for each test of a group and closes it after. */
import {afterEach, beforeEach} from 'vitest';
import type {Bench} from './bench.ts';

export function withBench(makeBench: () => Promise<Bench>): () => Bench {
	const current: {bench: Bench | null} = {bench: null};
	beforeEach(async () => {
		current.bench = await makeBench();
	});
	afterEach(() => current.bench?.close());
	return () => {
		if (current.bench === null) throw new Error('no bench outside a test');
		return current.bench;
	};
}
