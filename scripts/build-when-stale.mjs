/** Builds the programs when they are older than what they are built from. */
import {existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {runQuietly} from './child.mjs';
import {SetupError} from './progress.mjs';
import {root} from './root.mjs';

const sources = ['src', 'components', 'scripts/build.ts', 'scripts/bundles.json', 'scripts/git-version.ts', 'package.json', 'package-lock.json'];
const bundles = JSON.parse(readFileSync(join(root, 'scripts', 'bundles.json'), 'utf8'));
const stampFile = join(root, 'dist', '.built');

/** A folder's own time tells of files that were removed. */
function newestTime(path) {
	const {mtimeMs} = statSync(path);
	if (!statSync(path).isDirectory()) return mtimeMs;
	return Math.max(mtimeMs, ...readdirSync(path).map(name => newestTime(join(path, name))));
}

export function isStale() {
	if (!existsSync(stampFile) || bundles.some(({name}) => !existsSync(join(root, 'dist', name)))) return true;
	return sources.some(path => existsSync(join(root, path)) && newestTime(join(root, path)) > statSync(stampFile).mtimeMs);
}

export async function build(node, progress) {
	const from = new Date();
	const {exitCode, output} = await progress.step('build', () => runQuietly([node, '--disable-warning=ExperimentalWarning', join(root, 'scripts', 'build.ts')], {cwd: root}));
	if (exitCode !== 0) throw new SetupError(`the build failed:\n${output.trim()}`);
	progress.detail(output.trim().replaceAll(/^/gm, '  '));
	mkdirSync(join(root, 'dist'), {recursive: true});
	writeFileSync(stampFile, '');
	// The time it began: what is saved while it runs is newer.
	utimesSync(stampFile, from, from);
}

export async function buildWhenStale(node, progress) {
	if (isStale()) await build(node, progress);
}
