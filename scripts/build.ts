/**
 * Bundles each program into one file: reading one file is half the start-up of reading a hundred. What few starts need is
 * a file beside it (`bundles.json`): merely to parse the daemon costs the other commands 40 ms.
 */
import {chmod, mkdir, readFile, rename} from 'node:fs/promises';
import {createRequire, isBuiltin} from 'node:module';
import {join} from 'node:path';
import {build, type Plugin} from 'esbuild';
import {versionNow} from './git-version.ts';

const root = join(import.meta.dirname, '..');
const require = createRequire(import.meta.url);
interface Listed {
	readonly name: string;
	readonly source: string;
	/** A package that must not get in, for what its parsing costs every start. */
	readonly without?: string;
}

const bundles = JSON.parse(await readFile(join(import.meta.dirname, 'bundles.json'), 'utf8')) as readonly Listed[];
const places = new Map(bundles.map(({name, source}) => [join(root, source), name]));

/** What another bundle loads only where it needs it. */
const apart: Plugin = {
	name: 'apart',
	setup({onResolve}) {
		onResolve({filter: /^\.{1,2}\//}, ({path, kind, resolveDir}) => {
			const name = kind === 'dynamic-import' ? places.get(join(resolveDir, path)) : undefined;
			return name === undefined ? undefined : {path: `./${name}`, external: true};
		});
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

/**
 * Ink's layout engine brings its code as a data URL and asks `fetch` for it, which loads all of Node's HTTP client: 30 ms
 * of the console's start. Given as bytes, it is compiled at once.
 */
const yogaAsBytes: Plugin = {
	name: 'yoga-as-bytes',
	setup({onLoad}) {
		onLoad({filter: /yoga-wasm-base64-esm\.js$/}, async ({path}) => {
			const text = await readFile(path, 'utf8');
			const opening = 'loadYoga = loadYoga || {};';
			const [url, base64] = /data:application\/octet-stream;base64,([\w+/=]+)/.exec(text) ?? [];
			if (url === undefined || base64 === undefined || !text.includes(opening)) throw new Error('yoga-layout changed: see yogaAsBytes in scripts/build.ts');
			const bytes = `loadYoga = {wasmBinary: Buffer.from('${base64}', 'base64')};`;
			return {contents: text.replace(url, () => url.slice(0, -base64.length)).replace(opening, () => bytes), loader: 'js'};
		});
	},
};

/** See `src/console/bundle`. The package itself stays in the bundle, for the text that needs it. */
const plainText: Plugin = {
	name: 'plain-text',
	setup({onResolve, onLoad}) {
		const place = require.resolve('string-width');
		onResolve({filter: /^string-width$/}, () => ({path: place, namespace: 'string-width'}));
		onLoad({filter: /.*/, namespace: 'string-width'}, () => ({
			contents: `import {widthBy} from './src/console/bundle/string-width.ts';
				export default widthBy(() => require(${JSON.stringify(place)}).default);`,
			resolveDir: root,
			loader: 'js',
		}));
	},
};

const banner = `#!/usr/bin/env node
import {createRequire as vksCreateRequire} from 'node:module';
const require = vksCreateRequire(import.meta.url);`;

interface Bundle extends Pick<Listed, 'source' | 'without'> {
	readonly place: string;
	readonly version: string;
	readonly isConsole: boolean;
}

/** Written beside its place and renamed: a program that runs, or another build, never meets half a file. */
async function bundle({source, without, place, version, isConsole}: Bundle): Promise<number> {
	const outfile = `${place}.${process.pid}`;
	const {metafile} = await build({
		entryPoints: [source],
		outfile,
		absWorkingDir: root,
		bundle: true,
		format: 'esm',
		platform: 'node',
		target: 'node22',
		// Said here, because an image is built without tsconfig.json, and would have a console that ends at its first frame.
		jsx: 'automatic',
		minifyWhitespace: true,
		minifySyntax: true,
		keepNames: true,
		legalComments: 'none',
		banner: {js: banner},
		define: {'process.env.NODE_ENV': '"production"', __VKS_VERSION__: JSON.stringify(version), ...(isConsole ? {'Intl.Segmenter': 'PlainSegmenter'} : {})},
		inject: isConsole ? [join(root, 'src/console/bundle/segmenter.ts')] : [],
		plugins: [apart, lazyOutside, withoutDevtools, yogaAsBytes, plainText],
		metafile: true,
		logLevel: 'warning',
	});
	const unwanted = Object.keys(metafile.inputs).find(path => without !== undefined && path.includes(`node_modules/${without}/`));
	if (unwanted !== undefined) throw new Error(`${source} brings ${unwanted}: import what needs it dynamically, and list that in scripts/bundles.json`);
	await chmod(outfile, 0o755);
	await rename(outfile, place);
	return Object.values(metafile.outputs)[0]?.bytes ?? 0;
}

const version = versionNow(root, process.env['VKS_VERSION']);
const folder = join(root, 'dist');
await mkdir(folder, {recursive: true});
for (const {name, source, without} of bundles) {
	const bytes = await bundle({source: join(root, source), ...(without === undefined ? {} : {without}), place: join(folder, name), version, isConsole: name === 'vks-tui.js'});
	process.stdout.write(`dist/${name}  ${Math.round(bytes / 1000)} kB\n`);
}
