/** `vks dns restore`: only where no daemon lives, and never over what somebody wrote since. */
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {resolvConf} from '../../../src/kernel/resolv-conf.ts';
import {temporaryFolder} from '../control/harness.ts';
import {ip} from '../../helpers/situations.ts';
import {shell} from './harness.ts';

const before = 'search example.test\nnameserver 192.0.2.53\n';

async function pointed() {
	const folder = temporaryFolder();
	const path = join(folder, 'resolv.conf');
	writeFileSync(path, before);
	resolvConf(path, folder).point([ip('10.64.1.1')]);
	return {path, ...(await shell({env: {VKS_RESOLV_CONF: path, VKS_STATE_FOLDER: folder}}))};
}

test('while a daemon answers nothing is changed', async () => {
	const {path, vks} = await pointed();
	const {code, out, err} = await vks('dns', 'restore');
	expect([code, out]).toEqual([1, '']);
	expect(err).toContain('keeps resolv.conf on the tunnel\'s resolvers: nothing was changed');
	expect(readFileSync(path, 'utf8')).toContain('10.64.1.1');
});

test('once it has stopped, the file is as it was, and the command says what still refuses', async () => {
	const {path, vks, closeServer} = await pointed();
	await closeServer();
	expect(await vks('dns', 'restore')).toEqual({code: 0, err: '', out: `${path} is again as it was before vks. Look-ups stay refused as long as the tables of vks stand.\n`});
	expect(readFileSync(path, 'utf8')).toBe(before);
	expect(JSON.parse((await vks('dns', 'restore', '--json')).out)).toEqual({version: 1, path, changed: false});
	writeFileSync(path, 'nameserver 198.51.100.1\n');
	expect(await vks('dns', 'restore')).toMatchObject({code: 1, out: ''});
	expect(readFileSync(path, 'utf8')).toBe('nameserver 198.51.100.1\n');
});

test('wrong settings are named, and nothing is changed', async () => {
	const {vks} = await shell({env: {VKS_RESOLV_CONF: 'resolv.conf'}});
	expect(await vks('dns', 'restore')).toMatchObject({code: 2, out: ''});
});
