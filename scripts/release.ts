/**
 * `npm run release`: builds, packs what is needed to run and no more, and writes what is published with its checksums.
 * Signed by `--ssh-key FILE` or `--gpg-key ID` (VKS_RELEASE_SSH_KEY, VKS_RELEASE_GPG_KEY); otherwise it says that it is not.
 */
import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {parseArgs} from 'node:util';
import {versionNow} from './git-version.ts';

const root = join(import.meta.dirname, '..');
const sumsName = 'SHA256SUMS';
/** What a signature is for: one made for something else is not valid here (ssh-keygen(1), -Y sign). */
export const signatureNamespace = 'vks-release';

const {values: options} = parseArgs({options: {'out': {type: 'string'}, 'ssh-key': {type: 'string'}, 'gpg-key': {type: 'string'}, 'built': {type: 'boolean'}}});
const out = resolve(root, options.out ?? 'dist/release');
const version = versionNow(root, process.env['VKS_VERSION']);
const run = (program: string, args: readonly string[], cwd: string): void => void execFileSync(program, args, {cwd, stdio: ['ignore', 'ignore', 'inherit'], env: {...process.env, VKS_VERSION: version}});
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

interface Manifest {
	readonly [name: string]: unknown;
	readonly bin: Readonly<Record<string, string>>;
	readonly dependencies: Readonly<Record<string, string>>;
}

/** Everything but koffi is inside the bundles, and koffi is inside the package: no registry is asked where it is installed. */
function stage(folder: string): void {
	const {name, description, license, type, engines, bin, man, dependencies} = JSON.parse(read('package.json')) as Manifest;
	const bundles = (JSON.parse(read('scripts/bundles.json')) as ReadonlyArray<{readonly name: string}>).map(each => each.name);
	mkdirSync(join(folder, 'dist'));
	for (const bundle of bundles) copyFileSync(join(root, 'dist', bundle), join(folder, 'dist', bundle));
	cpSync(join(root, 'docs'), join(folder, 'docs'), {recursive: true, filter: path => !path.endsWith('/screens')});
	for (const file of ['README.md', 'CHANGELOG.md', 'SECURITY.md', 'LICENSE']) copyFileSync(join(root, file), join(folder, file));
	// Its documentation and the headers it is compiled with stay behind, and it is not compiled where it is installed.
	copyModule('koffi', folder, path => !/\/koffi\/(?:doc|vendor|lib)$/.test(path), ({scripts: _scripts, optionalDependencies: _optional, ...rest}) => rest);
	const built = readdirSync(join(root, 'node_modules/@koromix')).filter(each => each.startsWith('koffi-linux-')).map(each => `@koromix/${each}`);
	for (const each of built) copyModule(each, folder, () => true, ({os: _os, cpu: _cpu, ...rest}) => rest);
	const packed = {koffi: versionOf('koffi'), ...Object.fromEntries(built.map(each => [each, versionOf(each)]))};
	if (dependencies['koffi'] === undefined) throw new Error('koffi is no dependency any more: see scripts/release.ts');
	writeFileSync(join(folder, 'package.json'), `${JSON.stringify({name, version, description, license, type, engines, bin, man, dependencies: packed, bundleDependencies: Object.keys(packed)}, null, '\t')}\n`);
}

const versionOf = (module: string): string => (JSON.parse(read(`node_modules/${module}/package.json`)) as {version: string}).version;

function copyModule(module: string, folder: string, wanted: (path: string) => boolean, manifest: (from: Readonly<Record<string, unknown>>) => object): void {
	const to = join(folder, 'node_modules', module);
	cpSync(join(root, 'node_modules', module), to, {recursive: true, dereference: true, filter: wanted});
	writeFileSync(join(to, 'package.json'), `${JSON.stringify(manifest(JSON.parse(read(`node_modules/${module}/package.json`)) as Record<string, unknown>), null, '\t')}\n`);
}

function sign(folder: string): string {
	const sshKey = options['ssh-key'] ?? process.env['VKS_RELEASE_SSH_KEY'] ?? '';
	const gpgKey = options['gpg-key'] ?? process.env['VKS_RELEASE_GPG_KEY'] ?? '';
	if (sshKey !== '') {
		run('ssh-keygen', ['-Y', 'sign', '-q', '-f', resolve(sshKey), '-n', signatureNamespace, sumsName], folder);
		return `signed: ${sumsName}.sig`;
	}
	if (gpgKey !== '') {
		run('gpg', ['--batch', '--yes', '--armor', '--local-user', gpgKey, '--detach-sign', sumsName], folder);
		return `signed: ${sumsName}.asc`;
	}
	return 'NOT signed: name a key with --ssh-key FILE or --gpg-key ID';
}

if (options.built !== true) run(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, 'scripts/build.ts')], root);
const folder = mkdtempSync(join(tmpdir(), 'vks-release-'));
try {
	stage(folder);
	if (existsSync(out)) rmSync(out, {recursive: true});
	mkdirSync(out, {recursive: true});
	run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', out], folder);
} finally {
	rmSync(folder, {recursive: true});
}
copyFileSync(join(root, 'CHANGELOG.md'), join(out, 'CHANGELOG.md'));
const files = readdirSync(out).toSorted();
writeFileSync(join(out, sumsName), files.map(name => `${createHash('sha256').update(readFileSync(join(out, name))).digest('hex')}  ${name}\n`).join(''));
process.stdout.write(`vks ${version} for ${process.platform} ${process.arch} in ${out}: ${files.join(', ')}, ${sumsName}\n${sign(out)}\n`);
