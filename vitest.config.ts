import {fileURLToPath} from 'node:url';
import {defineConfig} from 'vitest/config';

/** What Node compiled, for the programs that tests start: never older than its source, whose hash is part of it. */
const compiled = fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url));

/**
 * What did not come within its deadline is tried once more, and the report says so: machines that others share stall. What
 * came and was wrong, a packet outside the tunnel above all, is never tried again.
 */
const retry = {count: 1, condition: /did not appear within|passed before|timed out in|does not answer|did not start|do not pass through/};

export default defineConfig({
	test: {
		projects: [
			// Properties over thousands of inputs take seconds on a busy machine: the deadline is for what hangs.
			// No module has state, so the files of a worker share what was loaded: loading took longer than testing.
			{extends: true, test: {name: 'unit', include: ['test/{unit,golden,components,fuzz}/**/*.test.{ts,tsx}'], testTimeout: 60_000, isolate: false, maxWorkers: 2}},
			// Each has a lab of its own, and waits for events most of the time: two at once on two cores.
			{extends: true, test: {name: 'lab', include: ['test/lab/**/*.test.ts'], maxWorkers: 2, retry, testTimeout: 300_000, hookTimeout: 300_000}},
			// A container engine each, in a lab: one file at a time.
			{extends: true, test: {name: 'engine', include: ['test/engine/**/*.test.ts'], globalSetup: ['test/engine/images.setup.ts'], fileParallelism: false, retry, testTimeout: 300_000, hookTimeout: 300_000}},
			// The contract uses both cores by itself, and a console is asked how quickly it answers: one file at a time.
			{extends: true, test: {name: 'system', include: ['test/{contract,e2e}/**/*.test.{ts,tsx}'], fileParallelism: false, retry, testTimeout: 300_000, hookTimeout: 300_000}},
		],
		env: {NODE_ENV: 'test', NODE_COMPILE_CACHE: compiled},
	},
});
