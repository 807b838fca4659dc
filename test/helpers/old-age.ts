/** A program whose objects die old, as records of refused packets do. Writes the most heap it ever had, in MB. `small` or `plain`. */
import {getHeapStatistics} from 'node:v8';
import {keepHeapSmall} from '../../src/small-heap.ts';

const kept = 10_000;
const turns = 40;

async function most(): Promise<number> {
	const ring: object[] = [];
	let bytes = 0;
	for (let turn = 0; turn < turns; turn++) {
		for (let index = 0; index < kept; index++) ring[index] = {turn, index, words: Array.from({length: 20}, (_, word) => turn * word + 0.5)};
		bytes = Math.max(bytes, getHeapStatistics().total_heap_size);
		// As between two batches of a flood: what V8 has begun beside the program may end.
		await new Promise(resolve => setImmediate(resolve));
	}
	return bytes;
}

if (process.argv[2] === 'small') keepHeapSmall();
process.stdout.write(`${Math.round((await most()) / 1024 / 1024)}\n`);
