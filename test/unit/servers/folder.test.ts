import {execFileSync} from 'node:child_process';
import {chmod, mkdir, mkdtemp, rm, symlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test as plain} from 'vitest';
import {readServerFolder} from '../../../src/servers/folder.ts';
import {conf, interfaceLines} from '../tunnel/conf-helper.ts';
import {material, ovpn} from '../tunnel/openvpn/ovpn-helper.ts';
import type {ServerEntry} from '../../../src/tunnel/tunnel.ts';

/** A folder of its own for each test, and what most tests do with it. */
const test = plain.extend<{box: Box}>({
	box: async ({}, use) => {
		const folder = await mkdtemp(join(tmpdir(), 'servers-'));
		await use({folder, write: writeIn(folder), entries: () => entriesOf(folder)});
		await rm(folder, {recursive: true});
	},
});

interface Box {
	readonly folder: string;
	readonly write: (name: string, text?: string, mode?: number) => Promise<void>;
	readonly entries: () => Promise<readonly ServerEntry[]>;
}

const writeIn =
	(folder: string): Box['write'] =>
	async (name, text = conf(), mode = 0o600) => {
		await writeFile(join(folder, name), text);
		await chmod(join(folder, name), mode);
	};

async function entriesOf(folder: string): Promise<readonly ServerEntry[]> {
	const read = await readServerFolder(folder);
	if (!read.ok) throw new Error(read.error.what);
	return read.value;
}

const idOf = (entry: ServerEntry): string => (entry.ok ? entry.server.id : entry.id);

test('files come sorted by name, and a bad one never spoils the rest', async ({box: {write, entries}}) => {
	await write('se-sto-1.conf');
	await write('ch-zrh-1.conf', 'rubbish');
	await write('at-vie-1.conf');
	await write('readme.txt', 'not a server');
	await write('.hidden.conf');
	const found = await entries();
	expect(found.map(entry => [idOf(entry), entry.ok])).toEqual([
		['at-vie-1', true],
		['ch-zrh-1', false],
		['se-sto-1', true],
	]);
	expect(found[1]).toMatchObject({problem: {
			code: 'configuration',
			what: 'ch-zrh-1.conf has 3 problems: line 1: the line is not `Key = value`. there is no [Interface] section. there is no [Peer] section.',
		},
	});
});

test('a file that others can read is noted with its remedy', async ({box: {folder, write, entries}}) => {
	await write('a.conf', conf(), 0o644);
	await write('b c.conf', conf(), 0o640);
	await write('d.conf', conf(), 0o400);
	expect((await entries()).map(entry => entry.ok && entry.server.notes)).toEqual([
		[`a.conf can be read by others (mode 0644): chmod 600 ${folder}/a.conf`],
		[`b c.conf can be read by others (mode 0640): chmod 600 '${folder}/b c.conf'`],
		[],
	]);
});

test('links are followed, and everything that is no ordinary file is refused by name', async ({box: {folder, write, entries}}) => {
	await write('target.txt');
	await symlink('target.txt', join(folder, 'a-link.conf'));
	await symlink('nowhere', join(folder, 'b-dangling.conf'));
	await mkdir(join(folder, 'c-folder.conf'));
	execFileSync('mkfifo', [join(folder, 'd-fifo.conf')]);
	await write('e-huge.conf', `${conf()}#${'x'.repeat(64 * 1024)}`);
	await symlink('/dev/zero', join(folder, 'f-device.conf'));
	const told = (await entries()).map(entry => (entry.ok ? 'fine' : entry.problem.what));
	expect(told).toEqual([
		'fine',
		'b-dangling.conf cannot be read (ENOENT).',
		'c-folder.conf is not a regular file.',
		'd-fifo.conf is not a regular file.',
		'e-huge.conf is larger than 64 KiB, which no WireGuard file is.',
		'f-device.conf is not a regular file.',
	]);
});

test('ids are unique, and no name reaches a terminal raw', async ({box: {write, entries}}) => {
	await write('a.conf');
	await write('a.CONF');
	await write('b\u001B[2J.conf');
	await write('a.ovpn', ovpn('remote 192.0.2.1'));
	await write('c.ovpn', ovpn('remote 192.0.2.1'));
	expect((await entries()).map(idOf).toSorted()).toEqual(['a', 'a.conf', 'a.ovpn', 'b\uFFFD[2J', 'c']);
});

test('OpenVPN files stand beside WireGuard files, with what they name in the same folder', async ({box: {folder, write, entries}}) => {
	const text = ['client', 'remote 192.0.2.1', 'remote-cert-tls server', 'ca ca.crt', 'auth-user-pass login.txt'].join('\n');
	await write('a.conf');
	await write('b.ovpn', text);
	await write('c.OVPN', `${text}\ntls-verify /bin/true\n`);
	await write('ca.crt', material.ca, 0o644);
	await write('login.txt', 'canary-user\ncanary-word\n', 0o644);
	const [first, second, third] = await entries();
	expect([first?.ok === true && first.server.kind, second?.ok === true && second.server.kind]).toEqual(['wireguard', 'openvpn']);
	expect(second?.ok === true && second.server.notes).toEqual([`login.txt can be read by others (mode 0644): chmod 600 ${folder}/login.txt`]);
	expect(second?.ok === true && second.server.kind === 'openvpn' && second.server.credentials()).toEqual({user: 'canary-user', password: 'canary-word', passphrase: null});
	expect(third).toMatchObject({ok: false, id: 'c', problem: {what: 'c.OVPN line 6: tls-verify: it names a program that checks who is there, and vks runs none of a file.'}});
	expect(JSON.stringify([second, third])).not.toContain('canary');
});

test('what an OpenVPN file names is read bounded, and never outside the folder', async ({box: {folder, write, entries}}) => {
	const naming = (name: string): string => ['client', 'remote 192.0.2.1', `ca ${name}`, 'auth-user-pass'].join('\n');
	await write('outside.txt', material.ca);
	await mkdir(join(folder, 'sub'));
	execFileSync('mkfifo', [join(folder, 'fifo')]);
	await write('huge', 'x'.repeat(65 * 1024));
	for (const [file, name] of [['a', '../outside.txt'], ['b', '/etc/hostname'], ['c', 'sub'], ['d', 'fifo'], ['e', 'huge'], ['f', 'gone']]) await write(`${file}.ovpn`, naming(name ?? ''));
	expect((await entries()).map(entry => (entry.ok ? 'fine' : entry.problem.what.replace(/^.*?: ca /, '')))).toEqual([
		'names no file in this folder.', 'names no file in this folder.', 'names a file that is not a regular file.', 'names a file that is not a regular file.', 'names a file that is larger than 64 KiB.', 'names a file that is not there.',
	]);
});

test('a file with one problem tells it as it is', async ({box: {write, entries}}) => {
	await write('a.conf', conf({interface: [...interfaceLines, 'Jc = 4']}));
	expect((await entries())[0]).toMatchObject({ok: false, problem: {what: 'a.conf line 4: Jc (line 4): these are AmneziaWG settings, another protocol than WireGuard.'}});
});

plain.each([
	['a missing folder', (folder: string) => join(folder, 'nowhere'), 'does not exist'],
	['a file for a folder', () => '/etc/hostname', 'is not a folder'],
	['an empty folder', (folder: string) => folder, 'There is no .conf or .ovpn file in'],
])('%s names the setting to fix', async (_name, where, what) => {
	const folder = await mkdtemp(join(tmpdir(), 'servers-'));
	const read = await readServerFolder(where(folder)).finally(() => rm(folder, {recursive: true}));
	expect(read).toMatchObject({ok: false, error: {code: 'no-server', what: expect.stringContaining(what) as string, next: expect.stringContaining('VKS_TUNNEL_FOLDER') as string}});
});

plain('a folder that refuses to be read says so', async () => {
	const refused = Object.assign(new Error('no'), {code: 'EACCES'});
	const read = await readServerFolder('/keys', {list: () => Promise.reject(refused), read: () => Promise.reject(refused), uid: () => 0});
	expect(read).toMatchObject({ok: false, error: {what: 'The tunnel folder /keys may not be read.'}});
});
