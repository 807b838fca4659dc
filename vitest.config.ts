import {defineConfig} from 'vitest/config';

export default defineConfig({
	test: {
		projects: [
			// Properties over thousands of inputs take seconds on a busy machine: the deadline is for what hangs.
			{extends: true, test: {name: 'unit', include: ['test/{unit,golden,components,fuzz}/**/*.test.{ts,tsx}'], testTimeout: 60_000}},
			// Kernel and terminal tests make namespaces and measure events: one file at a time on two cores.
			{extends: true, test: {name: 'system', include: ['test/{contract,lab,e2e}/**/*.test.{ts,tsx}'], fileParallelism: false, testTimeout: 120_000, hookTimeout: 60_000}},
		],
		env: {NODE_ENV: 'test'},
	},
});
