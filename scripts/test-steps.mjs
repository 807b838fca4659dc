/** What `npm test` consists of, in its order: the quick ones first. */

const vitest = (...args) => ({counts: true, argv: ['node_modules/vitest/vitest.mjs', 'run', ...args]});

export const steps = [
	// By set-up's own means, which leave it alone when nothing changed.
	{name: 'build', builds: true},
	{name: 'lint', argv: ['node_modules/eslint/bin/eslint.js', '.', '--max-warnings', '0']},
	{name: 'types', argv: ['node_modules/typescript/bin/tsc', '--noEmit']},
	{name: 'unit', ...vitest('--project', 'unit')},
	{name: 'contract', system: true, ...vitest('--project', 'system', 'test/contract/')},
	{name: 'lab', system: true, ...vitest('--project', 'lab')},
	{name: 'engine', system: true, engine: true, ...vitest('--project', 'engine')},
	{name: 'e2e', system: true, ...vitest('--project', 'system', 'test/e2e/')},
];
