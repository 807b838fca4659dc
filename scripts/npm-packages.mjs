/** The npm packages, and the Node that comes with them. */
import {createHash} from 'node:crypto';
import {execFileSync} from 'node:child_process';
import {existsSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {delimiter, join} from 'node:path';
import {runQuietly} from './child.mjs';
import {SetupError} from './progress.mjs';
import {root} from './root.mjs';

const modules = join(root, 'node_modules');
const lockFile = join(root, 'package-lock.json');
const stampFile = join(modules, '.vks-stamp');

const readText = path => (existsSync(path) ? readFileSync(path, 'utf8') : '');

/** By content: a checkout changes every file's time. The platform counts because some packages are compiled for one. */
const wantedStamp = () => createHash('sha256').update(readText(lockFile)).update(`${process.platform} ${process.arch}`).digest('hex');

/** npm writes its own record last too, so a developer's own `npm install` counts. */
function npmInstalledAll() {
	try {
		const {packages: wanted} = JSON.parse(readText(lockFile));
		const {packages: present} = JSON.parse(readText(join(modules, '.package-lock.json')));
		const isSame = path => present[path]?.version === wanted[path].version && present[path]?.integrity === wanted[path].integrity;
		return Object.keys(wanted).every(path => path === '' || isSame(path) || (present[path] === undefined && wanted[path].optional === true));
	} catch {
		return false;
	}
}

export async function setUpNpmPackages(progress) {
	const stamp = wantedStamp();
	if (readText(stampFile) === stamp) return;
	if (!npmInstalledAll()) await progress.step('npm packages', install);
	writeFileSync(stampFile, stamp);
}

async function install() {
	rmSync(stampFile, {force: true});
	// `npm ci` deletes the Node in node_modules, so nothing it starts may depend on that one.
	const path = (process.env.PATH ?? '').split(delimiter).filter(folder => !folder.endsWith('node_modules/.bin'));
	const env = {...process.env, PATH: path.join(delimiter)};
	const {exitCode, output} = await runQuietly(['npm', 'ci', '--no-fund', '--no-audit'], {cwd: root, env}).catch(error => {
		if (error.code === 'ENOENT') throw new SetupError('there is no npm on the PATH: install Node with npm');
		throw error;
	});
	if (exitCode !== 0) throw new SetupError(`\`npm ci\` failed (${exitCode}):\n${output.trim().split('\n').slice(-20).join('\n')}`);
}

const oldest = [22, 12];
const isNewEnough = version => {
	const [major = 0, minor = 0] = version.split('.').map(Number);
	return major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
};

/** The Node for everything after set-up: the packages' own, else this one if it is new enough. */
export function findNode() {
	const packaged = join(modules, '.bin', 'node');
	if (existsSync(packaged) && runs(packaged)) return packaged;
	if (isNewEnough(process.versions.node)) return process.execPath;
	throw new SetupError(`vks needs Node ${oldest.join('.')} or newer, this is ${process.versions.node}, and npm has none for ${process.platform} ${process.arch}: install a newer Node`);
}

/** There may be one for another C library. */
function runs(node) {
	try {
		execFileSync(node, ['--version'], {stdio: 'ignore'});
		return true;
	} catch {
		return false;
	}
}
