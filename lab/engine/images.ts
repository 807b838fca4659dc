/** The images that tests run: vks by its own Dockerfile over stand-ins for its two bases, and an application. */
import {createHash} from 'node:crypto';
import {cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {run} from '../commands.ts';
import {nodeExecutable, repositoryFolder} from '../program.ts';
import type {Engine} from './engine.ts';
import {makeRoot} from './root.ts';

export const images = {vks: 'vks', application: 'vks-lab/application', gluetun: 'vks-lab/gluetun', debian: 'vks-lab/debian', node: 'vks-lab/node'} as const;

const buildsWithinMs = 300_000;
const standIns = join(import.meta.dirname, 'stand-in');
/** What no program of vks is built from. */
const notForBuilds = /\/node_modules\/(?:node-linux-|typescript|@rolldown|lightningcss|vitest|eslint|vite|@typescript-eslint)/;

export async function makeImages(engine: Engine): Promise<void> {
	const folder = mkdtempSync(join(tmpdir(), 'vks-engine-'));
	try {
		await importBases(engine, folder);
		await build(engine, images.vks, ['--file', 'container/Dockerfile', '--build-arg', `NODE_IMAGE=${images.node}`, '--build-arg', `DEBIAN_IMAGE=${images.debian}`, '.']);
		await build(engine, images.application, ['--file', 'lab/engine/application/Dockerfile', 'lab/engine/application']);
		await build(engine, images.gluetun, ['--file', 'lab/engine/gluetun.Dockerfile', 'lab']);
	} finally {
		rmSync(folder, {recursive: true, force: true});
	}
}

const build = (engine: Engine, tag: string, argv: readonly string[]): Promise<unknown> =>
	run(engine.command(['build', '--tag', tag, ...argv]), {environment: engine.environment, timeoutMs: buildsWithinMs, folder: repositoryFolder});

async function importBases(engine: Engine, folder: string): Promise<void> {
	const of = await ingredients();
	if ((await Promise.all([images.debian, images.node].map(name => isMadeOf(engine, name, of)))).every(Boolean)) return;
	const [debian, node] = [join(folder, 'debian'), join(folder, 'node')];
	const packages = packagesIn(readFileSync(join(repositoryFolder, 'container', 'Dockerfile'), 'utf8'));
	await makeRoot(debian, packages);
	cpSync(join(standIns, 'apt-get'), join(debian, 'usr/bin/apt-get'));
	await importImage(engine, {root: debian, tag: images.debian, of});

	// What stands in for Gluetun has its firewall from it.
	await makeRoot(node, [...packages, 'iptables']);
	cpSync(join(standIns, 'apt-get'), join(node, 'usr/bin/apt-get'));
	const modules = join(node, 'opt/stand-in');
	for (const made of [modules, join(node, 'usr/local/bin')]) mkdirSync(made, {recursive: true});
	cpSync(realpathSync(join(repositoryFolder, 'node_modules')), join(modules, 'node_modules'), {recursive: true, verbatimSymlinks: true, filter: path => !notForBuilds.test(path)});
	cpSync(join(repositoryFolder, 'package-lock.json'), join(modules, 'package-lock.json'));
	cpSync(realpathSync(nodeExecutable()), join(node, 'usr/local/bin/node'));
	cpSync(join(standIns, 'npm'), join(node, 'usr/local/bin/npm'));
	await importImage(engine, {root: node, tag: images.node, of});
}

/** What the bases are made from, as one word. */
async function ingredients(): Promise<string> {
	const files = ['container/Dockerfile', 'package-lock.json', 'lab/engine/images.ts', 'lab/engine/root.ts', ...readdirSync(standIns).map(name => join('lab/engine/stand-in', name))];
	const {stdout} = await run(['dpkg-query', '--show']);
	return createHash('sha256').update(JSON.stringify([stdout, ...files.map(file => readFileSync(join(repositoryFolder, file), 'utf8'))])).digest('hex');
}

async function isMadeOf(engine: Engine, name: string, of: string): Promise<boolean> {
	const {stdout} = await engine.docker(['image', 'inspect', '--format', '{{index .Config.Labels "made-of"}}', name], {mustSucceed: false});
	return stdout.trim() === of;
}

/** Each name that one of its `apt-get install` has. */
export const packagesIn = (dockerfile: string): readonly string[] =>
	[...dockerfile.matchAll(/apt-get install -y --no-install-recommends ([a-z0-9 .+-]+)/g)].flatMap(([, names = '']) => names.trim().split(' '));

async function importImage(engine: Engine, {root, tag, of}: {readonly root: string; readonly tag: string; readonly of: string}): Promise<void> {
	const tar = `${root}.tar`;
	await run(['tar', '--create', '--file', tar, '--directory', root, '.']);
	await engine.docker(['import', '--change', 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', '--change', `LABEL made-of=${of}`, tar, tag], {timeoutMs: buildsWithinMs});
	rmSync(tar);
}
