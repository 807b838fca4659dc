/** The tests that run inside a throw-away namespace, started by `../real-kernel.test.ts`. */
import {fileURLToPath} from 'node:url';
import {defineConfig} from 'vitest/config';

// eslint-disable-next-line no-restricted-syntax -- vitest reads the default export
export default defineConfig({
	root: fileURLToPath(new URL('../../..', import.meta.url)),
	test: {include: ['test/contract/inside/*.inside.ts'], pool: 'forks', fileParallelism: false, testTimeout: 120_000, hookTimeout: 120_000, expect: {poll: {timeout: 60_000}}, env: {NODE_ENV: 'test'}},
});
