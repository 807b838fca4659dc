/** A root filesystem out of this machine's installed packages, for an image that cannot be fetched: no file is made up. */
import {cpSync, lstatSync, mkdirSync, realpathSync, symlinkSync, writeFileSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {run} from '../commands.ts';
import {closureOf, readInstalled} from './packages.ts';

/** As in Debian's slim images. */
const leftOut = /^\/usr\/share\/(?:doc|man|info|locale|lintian|linda|bug|groff)\//;
const links = {bin: 'usr/bin', sbin: 'usr/sbin', lib: 'usr/lib', lib64: 'usr/lib64'} as const;
const folders = ['dev', 'proc', 'sys', 'run', 'tmp', 'var/tmp', 'var/log', 'var/lib/apt/lists', 'var/cache/apt', 'var/cache/debconf', 'root', 'etc'];

/** Fills a folder; gives the names of the packages in it. */
export async function makeRoot(root: string, wanted: readonly string[]): Promise<readonly string[]> {
	const packages = closureOf(await readInstalled(), wanted);
	for (const folder of [...Object.values(links), ...folders]) mkdirSync(join(root, folder), {recursive: true});
	for (const [link, target] of Object.entries(links)) symlinkSync(target, join(root, link));
	// Debian makes it when it installs, so that no package has it.
	symlinkSync('/run', join(root, 'var/run'));
	const files = await filesOf(packages);
	await run(['tar', '--create', '--file', join(root, 'files.tar'), '--directory', '/', '--no-recursion', '--null', '--files-from', '-'], {input: files.map(path => `${path.slice(1)}\0`).join('')});
	await run(['tar', '--extract', '--file', join(root, 'files.tar'), '--directory', root]);
	await run(['rm', join(root, 'files.tar')]);
	writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n');
	writeFileSync(join(root, 'etc/group'), 'root:x:0:\nnogroup:x:65534:\n');
	writeFileSync(join(root, 'var/lib/packages'), `${packages.join('\n')}\n`);
	cpSync('/etc/nsswitch.conf', join(root, 'etc/nsswitch.conf'));
	await run(['ldconfig', '-r', root]);
	return packages;
}

/** What the packages brought, by the names that it has where /bin is a link; what was diverted or removed is not there. */
async function filesOf(packages: readonly string[]): Promise<readonly string[]> {
	const {stdout} = await run(['dpkg-query', '--listfiles', ...packages]);
	const named = stdout.split('\n').filter(path => path.startsWith('/') && path !== '/.' && !leftOut.test(`${path}/`));
	return [...new Set(named.flatMap(realPath))].filter(path => !leftOut.test(`${path}/`)).toSorted();
}

function realPath(path: string): readonly string[] {
	try {
		const real = join(realpathSync(dirname(path)), basename(path));
		lstatSync(real);
		return real in linkNames ? [] : [real];
	} catch {
		return [];
	}
}

const linkNames: Readonly<Record<string, string>> = Object.fromEntries(Object.entries(links).map(([link, target]) => [`/${link}`, target]));
