/** resolv.conf on a real file system: what is written, kept and put back. */
import {execFileSync} from 'node:child_process';
import {linkSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, unlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {parseNameservers, resolvConf, restoreResolvConf} from '../../../src/kernel/resolv-conf.ts';
import {ip} from '../../helpers/situations.ts';

const engines = 'search example.test\nnameserver 192.0.2.53\noptions ndots:0\n';
describe('a file', () => {
	let folder = '';
	let path = '';
	let state = '';
	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), 'vks-resolv-'));
		[path, state] = [join(folder, 'resolv.conf'), join(folder, 'state')];
		writeFileSync(path, engines);
	});
	afterEach(() => rmSync(folder, {recursive: true}));

	test('it is pointed in place, and what stood before is kept and comes back', () => {
		// As a bind mount is: another name of the same file, which a rename would part from it.
		linkSync(path, join(folder, 'outside'));
		const conf = resolvConf(path, state);
		expect(conf.point([ip('10.64.1.1'), ip('fd64::1')])).toEqual({ok: true, value: undefined});
		expect(conf.read()).toEqual({kind: 'names', nameservers: ['10.64.1.1', 'fd64::1']});
		expect(readFileSync(join(folder, 'outside'), 'utf8')).toMatch(/^# Written by vks.*\nnameserver 10\.64\.1\.1\nnameserver fd64::1\n$/);
		expect(restoreResolvConf(path, state)).toEqual({ok: true, value: 'restored'});
		expect(readFileSync(join(folder, 'outside'), 'utf8')).toBe(engines);
		expect(restoreResolvConf(path, state)).toEqual({ok: true, value: 'as before'});
	});

	test('what somebody wrote or deleted later is put right, and is not taken for what stood before', () => {
		const conf = resolvConf(path, state);
		conf.point([ip('10.64.1.1')]);
		for (const spoil of [() => writeFileSync(path, 'nameserver 198.51.100.1\n'), () => unlinkSync(path)]) {
			spoil();
			conf.point([ip('10.64.1.1')]);
			expect(conf.read()).toEqual({kind: 'names', nameservers: ['10.64.1.1']});
		}
		restoreResolvConf(path, state);
		expect(readFileSync(path, 'utf8')).toBe(engines);
	});

	test('a restart keeps what stood before, and what an engine wrote anew is the new one', () => {
		resolvConf(path, state).point([ip('10.64.1.1')]);
		resolvConf(path, state).point([ip('10.64.2.1')]);
		restoreResolvConf(path, state);
		expect(readFileSync(path, 'utf8')).toBe(engines);
		writeFileSync(path, 'nameserver 192.0.2.99\n');
		resolvConf(path, state).point([ip('10.64.1.1')]);
		restoreResolvConf(path, state);
		expect(readFileSync(path, 'utf8')).toBe('nameserver 192.0.2.99\n');
	});

	test('a file that names the resolvers already is left as it is', () => {
		const text = 'options edns0\nnameserver 10.64.1.1\n';
		writeFileSync(path, text);
		const {mtimeNs} = statSync(path, {bigint: true});
		expect(resolvConf(path, state).point([ip('10.64.1.1')]).ok).toBe(true);
		expect([readFileSync(path, 'utf8'), statSync(path, {bigint: true}).mtimeNs]).toEqual([text, mtimeNs]);
	});

	test('what was changed since is not overwritten by a restore, and without a copy nothing is', () => {
		expect(restoreResolvConf(path, state)).toMatchObject({ok: false, error: {code: 'dns', what: `Nothing is kept in ${state}/resolv.conf.before, so ${path} was left alone.`}});
		resolvConf(path, state).point([ip('10.64.1.1')]);
		writeFileSync(path, 'nameserver 198.51.100.1\n');
		expect(restoreResolvConf(path, state)).toMatchObject({ok: false, error: {what: `${path} is not as vks wrote it: it was left alone.`}});
		expect(readFileSync(path, 'utf8')).toBe('nameserver 198.51.100.1\n');
	});

	// Not even root writes there; /proc/version is regular.
	test.each([['is read-only', '/proc/version'], ['is a folder', '/proc']])('one that %s is a problem that still blocks', (_, readOnly) => {
		expect(resolvConf(readOnly, state).point([ip('10.64.1.1')])).toMatchObject({ok: false, error: {code: 'dns', stillBlocking: true}});
	});

	test('a FIFO and a device in its place neither hang nor fill the memory', () => {
		unlinkSync(path);
		execFileSync('mkfifo', [path]);
		const conf = resolvConf(path, state);
		expect(conf.read()).toEqual({kind: 'unreadable', why: 'it is not a regular file'});
		expect(conf.point([ip('10.64.1.1')]).ok).toBe(false);
		unlinkSync(path);
		symlinkSync('/dev/zero', path);
		expect(conf.read()).toEqual({kind: 'unreadable', why: 'it is not a regular file'});
		writeFileSync(join(folder, 'large'), 'x'.repeat(1024 * 1024 + 1));
		expect(resolvConf(join(folder, 'large'), state).read()).toEqual({kind: 'unreadable', why: 'it is larger than 1024 KiB'});
	});
});

test('what glibc reads as a resolver', () => {
	expect(parseNameservers('nameserver fe80::1%eth0\nnameserver\t10.0.0.1 # mine\n nameserver 10.0.0.2\n#nameserver 10.0.0.3\nnameserver host\nnameservers 10.0.0.4')).toEqual(['fe80::1', '10.0.0.1']);
});
