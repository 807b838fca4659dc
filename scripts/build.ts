/**
 * Bundles each program into one file: reading one file is half the start-up of reading a hundred. The daemon is a file of
 * its own beside `vks`, which imports it for `vks run` only: merely to parse it costs the other commands 40 ms.
 */
import {chmod, mkdir, readFile, rename} from 'node:fs/promises';
import {existsSync} from 'node:fs';
import {isBuiltin} from 'node:module';
import {join} from 'node:path';
import {build, type Plugin} from 'esbuild';

const root = join(import.meta.dirname, '..');
const programs = [
	{name: 'vks', sources: ['src/bin/vks.ts']},
	{name: 'vks-run', sources: ['src/cli/run.ts']},
	{name: 'vks-tui', sources: ['src/bin/vks-tui.ts', 'src/bin/vks-tui.tsx']},
];

const daemonApart: Plugin = {
	name: 'daemon-apart',
	setup({onResolve}) {
		onResolve({filter: /\/run\.ts$/}, ({kind}) => (kind === 'dynamic-import' ? {path: './vks-run.js', external: true} : undefined));
	},
};

/**
 * What stays outside the bundle. An `import` of it would move to the top of the file and be evaluated at every start,
 * whichever command is called; a `require` stays where it is needed. koffi brings compiled code, so it cannot be inside.
 */
const lazyOutside: Plugin = {
	name: 'lazy-outside',
	setup({onResolve, onLoad}) {
		onResolve({filter: /^[^./]/}, ({path, kind}) => {
			const isOutside = isBuiltin(path) || path === 'koffi' || path.startsWith('koffi/');
			if (!isOutside) return undefined;
			return kind === 'require-call' ? {path, external: true} : {path, namespace: 'outside'};
		});
		onLoad({filter: /.*/, namespace: 'outside'}, ({path}) => ({contents: `module.exports = require(${JSON.stringify(path)})`, loader: 'js'}));
	},
};

/** Ink asks for it when DEV is set; nobody debugs a bundle with it. */
const withoutDevtools: Plugin = {
	name: 'without-devtools',
	setup({onResolve, onLoad}) {
		onResolve({filter: /^react-devtools-core$/}, ({path}) => ({path, namespace: 'empty'}));
		onLoad({filter: /.*/, namespace: 'empty'}, () => ({contents: 'export default {}', loader: 'js'}));
	},
};

const banner = `#!/usr/bin/env node
import {createRequire as vksCreateRequire} from 'node:module';
const require = vksCreateRequire(import.meta.url);`;

/** Written beside its place and renamed: a program that runs, or another build, never meets half a file. */
async function bundle(source: string, place: string, version: string): Promise<number> {
	const outfile = `${place}.${process.pid}`;
	const {metafile} = await build({
		entryPoints: [source],
		outfile,
		absWorkingDir: root,
		bundle: true,
		format: 'esm',
		platform: 'node',
		target: 'node22',
		minifyWhitespace: true,
		minifySyntax: true,
		keepNames: true,
		legalComments: 'none',
		banner: {js: banner},
		define: {'process.env.NODE_ENV': '"production"', __VKS_VERSION__: JSON.stringify(version)},
		plugins: [daemonApart, lazyOutside, withoutDevtools],
		metafile: true,
		logLevel: 'warning',
	});
	await chmod(outfile, 0o755);
	await rename(outfile, place);
	return Object.values(metafile.outputs)[0]?.bytes ?? 0;
}

const {version} = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {version: string};
const folder = join(root, 'dist');
await mkdir(folder, {recursive: true});
for (const {name, sources} of programs) {
	const source = sources.map(path => join(root, path)).find(path => existsSync(path));
	if (source === undefined) {
		process.stderr.write(`build: there is no ${sources[0]}, so dist/${name}.js is left out\n`);
		continue;
	}
	const bytes = await bundle(source, join(folder, `${name}.js`), version);
	process.stdout.write(`dist/${name}.js  ${Math.round(bytes / 1000)} kB\n`);
}
