/** The dependency arrows of the design, held by lint: a folder may only import what its line allows. */
import tseslint from 'typescript-eslint';

const forbid = (files, ...groups) => ({
	files,
	rules: {'no-restricted-imports': ['error', {patterns: groups.map(([group, message]) => ({group, message}))}]},
});

const ui = ['react', 'ink', '**/components/**'];
const spawnsAndSockets = ['node:child_process', 'execa', 'koffi'];

export default tseslint.config(
	{ignores: ['dist/**', 'node_modules/**']},
	{files: ['**/*.{ts,tsx,js,mjs}'], languageOptions: {parser: tseslint.parser}},
	{
		files: ['{src,components,lab,bench,chaos,test,scripts}/**/*.{ts,tsx}'],
		languageOptions: {parserOptions: {projectService: true, tsconfigRootDir: import.meta.dirname}},
		plugins: {'@typescript-eslint': tseslint.plugin},
		rules: {
			'@typescript-eslint/no-explicit-any': 'error',
			'@typescript-eslint/no-non-null-assertion': 'error',
			'@typescript-eslint/no-floating-promises': 'error',
			'@typescript-eslint/no-misused-promises': ['error', {checksVoidReturn: false}],
			'@typescript-eslint/await-thenable': 'error',
			'@typescript-eslint/consistent-type-imports': 'error',
			'@typescript-eslint/switch-exhaustiveness-check': ['error', {considerDefaultExhaustiveForUnions: true}],
			'@typescript-eslint/no-unused-vars': ['error', {argsIgnorePattern: '^_', varsIgnorePattern: '^_'}],
			'no-restricted-syntax': [
				'error',
				{selector: 'TSEnumDeclaration', message: 'use a union of string literals'},
				{selector: 'Program > VariableDeclaration[kind="let"]', message: 'no module-level state: use a factory'},
				{selector: 'ExportDefaultDeclaration', message: 'named exports only'},
			],
			eqeqeq: 'error',
			'prefer-const': 'error',
			'max-lines': ['error', {max: 300}],
		},
	},
	{files: ['src/**/*.ts', 'components/**'], rules: {'no-console': 'error'}},
	{files: ['*.config.{js,ts}'], rules: {'no-restricted-syntax': 'off'}},
	{
		files: ['src/policy/**', 'src/net/**', 'src/checklist/**', 'src/verify/**', 'src/history/**', 'src/metrics/!(serve).ts', 'src/notify/!(post).ts', 'src/doctor/!(gather|docker|docker-schema).ts', 'src/audit/!(gather).ts', 'src/audit/*/**', 'src/harden/*.ts', 'src/egress/**', 'src/console/**', 'components/**', 'src/controller/state*.ts'],
		ignores: ['src/console/terminal.ts', 'src/console/connection.ts', 'src/console/main.tsx'],
		rules: {'no-restricted-globals': ['error', 'Date', 'process', 'setTimeout', 'setInterval', 'fetch']},
	},
	forbid(
		['src/policy/**', 'src/net/**'],
		[['node:*', 'execa', 'koffi', 'pino', '**/kernel/!(kernel.ts)', '**/controller/**', '**/control/**', '**/tunnel/**', '**/cli/**', '**/console/**', ...ui], 'policy is pure: pass the value in'],
	),
	forbid(
		['src/egress/**'],
		[['node:*', ...spawnsAndSockets, '**/kernel/**', '**/controller/**', '**/control/**', '**/tunnel/**', '**/config/**', '**/cli/**', '**/console/**', ...ui], 'what is allowed is decided by what is passed in'],
	),
	forbid(
		['src/kernel/**'],
		[['**/controller/**', '**/control/**', '**/tunnel/**', '**/servers/**', '**/cli/**', '**/console/**', ...ui], 'the kernel knows nothing above it'],
	),
	forbid(
		['src/{tunnel,servers}/**'],
		[spawnsAndSockets, 'only src/kernel talks to the kernel'],
		[['**/controller/**', '**/control/**', '**/cli/**', '**/console/**', ...ui], 'drivers know nothing of who uses them'],
	),
	forbid(
		['src/history/**'],
		[['node:*', ...spawnsAndSockets, '**/kernel/**', '**/controller/**', '**/control/!(schema.ts|history-schema.ts)', '**/tunnel/**', '**/cli/**', '**/console/**', ...ui], 'history is pure: pass the value in'],
	),
	forbid(
		['src/checklist/**'],
		[['node:*', ...spawnsAndSockets, '**/kernel/**', '**/controller/**', '**/control/!(schema.ts|checklist-schema.ts)', '**/tunnel/**', '**/cli/**', '**/console/**', ...ui], 'what is due is decided by what is passed in'],
	),
	forbid(
		['src/evidence/**'],
		[[...spawnsAndSockets, '**/kernel/**', '**/controller/**', '**/control/!(schema.ts)', '**/tunnel/**', '**/cli/**', '**/console/**', ...ui], 'evidence is given what it writes down'],
	),
	forbid(
		['src/controller/**'],
		[spawnsAndSockets, 'only src/kernel talks to the kernel'],
		[['**/control/!(schema.ts)', '**/cli/**', '**/console/**', ...ui], 'the controller knows the schema, not its readers'],
	),
	forbid(
		['src/verify/**'],
		[['node:*', ...spawnsAndSockets, '**/kernel/!(kernel.ts)', '**/controller/**', '**/control/!(schema.ts)', '**/tunnel/**', '**/cli/**', '**/console/**', ...ui], 'a leak test is given its sockets and its moment'],
	),
	forbid(
		['src/control/**'],
		[spawnsAndSockets, 'only src/kernel talks to the kernel'],
		[['**/kernel/**', '**/tunnel/**', '**/cli/**', '**/console/**', '**/controller/!(port.ts)', ...ui], 'the socket talks to the controller through its port'],
	),
	forbid(
		['src/{metrics,notify}/**'],
		[[...spawnsAndSockets, '**/kernel/**', '**/tunnel/**', '**/cli/**', '**/console/**', '**/controller/!(port.ts)', ...ui], 'who reads is told what there is by the controller\'s port'],
	),
	forbid(
		['src/doctor/**'],
		[[...spawnsAndSockets, '**/controller/!(preflight.ts)', '**/control/!(schema.ts|status.ts)', '**/cli/**', '**/console/**', ...ui], 'the doctor is told what the daemon says, and what is typed'],
	),
	{
		...forbid(
			['src/audit/**'],
			[['node:*', ...spawnsAndSockets, '**/kernel/**', '**/doctor/**', '**/controller/**', '**/control/**', '**/tunnel/**', '**/cli/**', '**/console/**', ...ui], 'an audit judges what it is given'],
		),
		ignores: ['src/audit/{gather,open-compose}.ts', 'src/audit/engine/{ask,schema}.ts'],
	},
	// Its edge asks the engine as the doctor does, and the kernel by the one file that lists packet rules.
	forbid(
		['src/audit/{gather,open-compose}.ts', 'src/audit/engine/{ask,schema}.ts'],
		[[...spawnsAndSockets, '**/kernel/!(packet-rules.ts)', '**/doctor/!(docker.ts|docker-schema.ts)', '**/controller/**', '**/control/**', '**/tunnel/**', '**/cli/**', '**/console/**', ...ui], 'an audit reads files, the engine and packet rules'],
	),
	forbid(
		['src/harden/*.ts'],
		[['node:*', ...spawnsAndSockets, '**/kernel/**', '**/harden/host/**', './host/**', '**/doctor/**', '**/controller/**', '**/control/**', '**/tunnel/**', '**/cli/**', '**/console/**', ...ui], 'a plan is made of what an audit was given'],
	),
	// Its edge does what a plan says, and keeps what takes it back.
	forbid(
		['src/harden/host/**'],
		[[...spawnsAndSockets, '**/kernel/!(packet-rules.ts)', '**/controller/!(state-file.ts)', '**/control/**', '**/tunnel/**', '**/cli/**', '**/console/**', ...ui], 'it is told what to do, and by the kernel what stands'],
	),
	forbid(
		['src/cli/**'],
		[spawnsAndSockets, 'only src/kernel talks to the kernel'],
		[ui, 'the UI depends on us, not the reverse'],
	),
	{
		...forbid(
			['src/console/**'],
			[[...spawnsAndSockets, '**/kernel/**', '**/controller/**', '**/tunnel/**'], 'the console is a client of the control socket'],
		),
		ignores: ['src/console/remote/spawn.ts'],
	},
	// The one program it starts is what carries that socket from elsewhere.
	forbid(
		['src/console/remote/spawn.ts'],
		[['execa', 'koffi', '**/kernel/**', '**/controller/**', '**/tunnel/**', '**/cli/**', ...ui], 'it spawns what carries the socket, and no more'],
	),
	{
		...forbid(
			['src/console/**'],
			[['node:*', ...spawnsAndSockets, '**/kernel/**', '**/controller/**', '**/tunnel/**', '**/cli/**', ...ui], 'the console\'s logic is pure: effects are at its edge'],
		),
		// The edge: the terminal, files, the socket, and what joins them to Ink.
		ignores: ['src/console/{main,root}.tsx', 'src/console/{terminal,connection,save,surroundings,evidence,audit}.ts', 'src/console/settings/{place,file}.ts', 'src/console/remote/spawn.ts', 'src/console/replay/open.ts', 'src/console/bundle/**'],
	},
	forbid(
		['components/**'],
		[['node:*', ...spawnsAndSockets, '**/kernel/**', '**/controller/**', '**/tunnel/**', '**/cli/**'], 'components get props and return commands'],
	),
);
