import {readFileSync} from 'node:fs';
import koffi from 'koffi';
import {expect, test} from 'vitest';
import type {Koffi} from '../../../src/kernel/ffi/koffi.ts';
import {openTrim} from '../../../src/kernel/ffi/malloc.ts';

const residentMb = (): number => Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;

/** Every hundredth stays, so that nothing is given back by itself. */
test('what was freed between things that stay goes back to the system', () => {
	const libc = koffi.load('libc.so.6');
	const allocate: (count: number, size: number) => unknown = libc.func('void *calloc(size_t count, size_t size)');
	const fill: (block: unknown, byte: number, size: number) => unknown = libc.func('void *memset(void *block, int byte, size_t size)');
	const free: (block: unknown) => void = libc.func('void free(void *block)');
	const blocks = Array.from({length: 20_000}, () => {
		const block = allocate(1, 2000);
		fill(block, 1, 2000);
		return block;
	});
	blocks.forEach((block, index) => index % 100 === 0 || free(block));
	const before = residentMb();
	openTrim(koffi)();
	expect(before - residentMb()).toBeGreaterThan(20);
	blocks.forEach((block, index) => index % 100 === 0 && free(block));
});

test('a C library without it is no error', () => {
	const none = {load: () => ({func: () => {
		throw new Error('Cannot find function \'malloc_trim\' in shared library');
	}})} as unknown as Koffi;
	expect(openTrim(none)).not.toThrow();
});
