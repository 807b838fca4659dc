/** What is published: installs into an empty folder with no registry to ask, runs from there, and can be checked. */
import {execFileSync, spawnSync} from 'node:child_process';
import {appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {delimiter, dirname, join} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'vks-release-test-'));
const out = join(folder, 'out');
const bin = join(folder, 'installed/node_modules/.bin');
const hasSsh = spawnSync('ssh-keygen', ['-?']).error === undefined;
// The programs find the Node that the tests run on.
const env = {...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`, npm_config_cache: join(folder, 'cache'), npm_config_registry: 'http://127.0.0.1:9'};
const run = (program: string, args: readonly string[], cwd = folder) => spawnSync(program, args, {cwd, env, encoding: 'utf8'});

beforeAll(() => {
	if (hasSsh) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', join(folder, 'key')]);
	const made = run(process.execPath, ['--disable-warning=ExperimentalWarning', join(process.cwd(), 'scripts/release.ts'), '--built', '--out', out, ...(hasSsh ? ['--ssh-key', join(folder, 'key')] : [])]);
	expect([made.status, made.stderr]).toEqual([0, '']);
	mkdirSync(join(folder, 'installed'));
	writeFileSync(join(folder, 'installed/package.json'), '{"private":true}');
	const [packed = ''] = readdirSync(out).filter(name => name.endsWith('.tgz'));
	const installed = run('npm', ['install', '--offline', '--no-audit', '--no-fund', join(out, packed)], join(folder, 'installed'));
	expect([installed.status, installed.stdout], installed.stderr).toEqual([0, expect.stringContaining('added 1 package')]);
});
afterAll(() => rmSync(folder, {recursive: true, force: true}));

test('both programs run from it, and say the version that it was built as', () => {
	const {version} = JSON.parse(readFileSync(join(folder, 'installed/node_modules/vks/package.json'), 'utf8')) as {version: string};
	for (const program of ['vks', 'vks-tui']) {
		const {status, stdout} = run(join(bin, program), ['--version']);
		expect([status, stdout.trim()]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+/)]);
		expect(version).toMatch(/^\d+\.\d+\.\d+/);
	}
	expect(run(join(bin, 'vks'), ['help'])).toMatchObject({status: 0, stdout: expect.stringContaining('Usage: vks <command>')});
	expect(run(join(bin, 'vks-tui'), ['--help'])).toMatchObject({status: 0, stdout: expect.stringContaining('Usage: vks-tui')});
	expect(run(join(bin, 'vks'), ['completion', 'bash'])).toMatchObject({status: 0, stdout: expect.stringContaining('complete -F _vks vks')});
});

test('it brings its native module, its man pages and nothing to build with', () => {
	const place = join(folder, 'installed/node_modules/vks');
	const koffi = run(process.execPath, ['-e', `process.stdout.write(typeof require(${JSON.stringify(join(place, 'node_modules/koffi'))}).load)`]);
	expect(koffi).toMatchObject({status: 0, stdout: 'function'});
	for (const file of ['docs/man/vks.1', 'docs/man/vks-tui.1', 'SECURITY.md', 'CHANGELOG.md', 'LICENSE']) expect(existsSync(join(place, file)), file).toBe(true);
	expect(readdirSync(join(place, 'node_modules')).toSorted()).toEqual(['@koromix', 'koffi']);
	expect(readdirSync(join(place, 'dist')).filter(name => !/^vks[a-z-]*\.js$/.test(name))).toEqual([]);
});

test('sums and signature hold, and no longer when a file was changed', () => {
	const check = () => run('sha256sum', ['--check', '--strict', '--quiet', 'SHA256SUMS'], out).status;
	const verify = () => spawnSync('ssh-keygen', ['-Y', 'verify', '-f', join(folder, 'allowed'), '-I', 'test@example.net', '-n', 'vks-release', '-s', join(out, 'SHA256SUMS.sig')], {input: readFileSync(join(out, 'SHA256SUMS'))}).status;
	if (hasSsh) writeFileSync(join(folder, 'allowed'), `test@example.net ${readFileSync(join(folder, 'key.pub'), 'utf8')}`);
	expect([check(), hasSsh ? verify() : 0]).toEqual([0, 0]);
	appendFileSync(join(out, 'CHANGELOG.md'), 'x');
	expect(check()).not.toBe(0);
	appendFileSync(join(out, 'SHA256SUMS'), '\n');
	if (hasSsh) expect(verify()).not.toBe(0);
});
