/** How large the room for young objects is, V8 says; here it is said for it. */
import {getHeapSpaceStatistics, setFlagsFromString, type HeapSpaceInfo} from 'node:v8';
import {afterEach, beforeEach, expect, test, vi} from 'vitest';
import {keepHeapModest} from '../../../src/small-heap.ts';

vi.mock('node:v8', () => ({getHeapSpaceStatistics: vi.fn(), setFlagsFromString: vi.fn()}));
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const space = (name: string, mb: number): HeapSpaceInfo =>
	({space_name: name, space_size: mb * 1024 * 1024, space_used_size: 0, space_available_size: 0, physical_space_size: 0});

test('the room for young objects doubles until it is large enough, and again after it has shrunk', () => {
	const set = vi.mocked(setFlagsFromString);
	const after = (youngMb: number): readonly string[] => {
		set.mockClear();
		vi.mocked(getHeapSpaceStatistics).mockReturnValue([space('old_space', 500), space('new_space', youngMb)]);
		vi.advanceTimersByTime(1000);
		return set.mock.calls.map(([flag]) => flag);
	};
	const leave = keepHeapModest();
	expect(set.mock.calls).toEqual([['--heap-growing-percent=30']]);
	expect(after(8)).toEqual([]);
	expect(after(32)).toEqual(['--semi-space-growth-factor=1']);
	expect(after(32), 'said once').toEqual([]);
	expect(after(4)).toEqual(['--semi-space-growth-factor=2']);
	leave();
	expect(after(64), 'nobody looks any more').toEqual([]);
});
