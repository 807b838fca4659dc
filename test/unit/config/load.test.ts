/** Loading: the optional file, and what is said when it cannot be read. */
import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {loadConfig} from '../../../src/config/load.ts';

const failing = (code: string) => (): string => {
	throw Object.assign(new Error(code), {code});
};

describe('with the real file system', () => {
	let folder = '';
	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), 'vks-config-'));
	});
	afterEach(() => {
		rmSync(folder, {recursive: true});
	});

	test('a named file is read', () => {
		const path = join(folder, 'vks.yaml');
		writeFileSync(path, 'server: amsterdam\n');
		expect(loadConfig({env: {VKS_CONFIG: path}})).toMatchObject({ok: true, value: {server: 'amsterdam'}});
	});

	test('a named file that is not there is a problem', () => {
		const path = join(folder, 'none.yaml');
		expect(loadConfig({env: {VKS_CONFIG: path}, stillBlocking: true})).toEqual({
			ok: false,
			error: [
				{
					code: 'configuration',
					severity: 'error',
					what: `VKS_CONFIG: ${path} does not exist.`,
					stillBlocking: true,
					next: 'Write the absolute path of a readable YAML file.',
				},
			],
		});
	});

	test('a folder is not a file', () => {
		expect(loadConfig({env: {VKS_CONFIG: folder}})).toMatchObject({ok: false, error: [{what: `VKS_CONFIG: ${folder} cannot be read (EISDIR).`}]});
	});

	test('a FIFO is not waited for, and a file without an end is not read', () => {
		const path = join(folder, 'fifo');
		execFileSync('mkfifo', [path]);
		expect(loadConfig({env: {VKS_CONFIG: path}})).toMatchObject({ok: false, error: [{what: `VKS_CONFIG: ${path} cannot be read (it is not a regular file).`}]});
		expect(loadConfig({env: {VKS_CONFIG: '/dev/zero'}})).toMatchObject({ok: false, error: [{what: 'VKS_CONFIG: /dev/zero cannot be read (it is not a regular file).'}]});
		const large = join(folder, 'large.yaml');
		writeFileSync(large, '#'.repeat(2 * 1024 * 1024));
		expect(loadConfig({env: {VKS_CONFIG: large}})).toMatchObject({ok: false, error: [{what: `VKS_CONFIG: ${large} cannot be read (it is larger than 1024 KiB).`}]});
	});
});

test('the default file may be missing, and is read where it is', () => {
	expect(loadConfig({env: {}, readFile: failing('ENOENT')}).ok).toBe(true);
	const read: string[] = [];
	loadConfig({env: {}, readFile: path => String(read.push(path))});
	expect(read).toEqual(['/etc/vks/vks.yaml']);
});

test('a default file that is there and cannot be read is a problem', () => {
	expect(loadConfig({env: {}, readFile: failing('EACCES')})).toMatchObject({
		ok: false,
		error: [{what: 'VKS_CONFIG: /etc/vks/vks.yaml cannot be read (EACCES).', stillBlocking: 'unknown'}],
	});
});

test('an unreadable file does not hide what is wrong with the environment', () => {
	const loaded = loadConfig({env: {VKS_DHCP: 'maybe', VKS_IPV6: 'no'}, readFile: failing('EACCES')});
	expect(loaded).toMatchObject({ok: false, error: [{}, {what: 'VKS_IPV6: no is not one of auto, block.'}, {what: 'VKS_DHCP: maybe is neither yes nor no.'}]});
});

test('a path that is none is one problem', () => {
	expect(loadConfig({env: {VKS_CONFIG: 'vks.yaml'}, readFile: failing('ENOENT')})).toMatchObject({ok: false, error: [{what: 'VKS_CONFIG: vks.yaml is not an absolute path.'}]});
});
