/** What root without DAC_OVERRIDE is told of files that others made, by a table and by a process that was refused for real. */
import {execFileSync} from 'node:child_process';
import {chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, describe, expect, test} from 'vitest';
import {refusal, type Owned, type Self, type Use} from '../../src/access.ts';

const file = (uid: number, mode: number, isItself = true): Owned => ({path: '/etc/vks/a b.conf', isItself, uid, mode});
const dropped: Self = {uid: 0, capabilities: 0n};
const user: Self = {uid: 1000, capabilities: 0n};

test.each<[string, Owned | null, Use, Self, RegExp | null]>([
	['another\'s file that only its owner reads', file(1000, 0o600), 'read', dropped, /^it belongs to uid 1000, mode 0600, and vks has no DAC_OVERRIDE \(--cap-drop ALL\) Run `sudo chown 0 '\/etc\/vks\/a b\.conf'` where it lies on the host, or give vks `--cap-add DAC_READ_SEARCH`\.$/],
	['another\'s file, to be written', file(1000, 0o644), 'write', dropped, /chown 0 .* `--cap-add DAC_OVERRIDE`\.$/],
	['a folder above it', file(1000, 0o700, false), 'read', dropped, /^the folder \/etc\/vks\/a b\.conf belongs .* chown 0 /],
	['root\'s own, closed to itself', file(0, 0o200), 'read', dropped, /chmod u\+r /],
	['what everybody may read was refused by something else', file(1000, 0o644), 'read', dropped, null],
	['what the owner may write was refused by something else', file(0, 0o600), 'write', dropped, null],
	['with DAC_OVERRIDE it was something else', file(1000, 0o600), 'write', {uid: 0, capabilities: 0b10n}, null],
	['with DAC_READ_SEARCH, to be read', file(1000, 0o600), 'read', {uid: 0, capabilities: 0b100n}, null],
	['with DAC_READ_SEARCH, to be written', file(1000, 0o600), 'write', {uid: 0, capabilities: 0b100n}, /DAC_OVERRIDE`\.$/],
	['capabilities that nobody could read', file(1000, 0o600), 'read', {uid: 0, capabilities: null}, /chown 0 /],
	['a user of its own', file(0, 0o600), 'read', user, /vks runs as uid 1000 Run `sudo chown 1000 .*` where it lies on the host\.$/],
	['nothing that can be looked at', null, 'read', dropped, null],
])('%s', (_name, owned, use, by, expected) => {
	const found = refusal(owned, use, by);
	if (expected === null) expect(found).toBeNull();
	else expect(`${found?.why} ${found?.next}`).toMatch(expected);
});

describe.skipIf(process.getuid?.() !== 0)('as root without DAC_OVERRIDE', () => {
	const place = mkdtempSync(join(tmpdir(), 'vks-access-'));
	afterAll(() => rmSync(place, {recursive: true, force: true}));
	chmodSync(place, 0o755);
	const src = (path: string): string => JSON.stringify(new URL(`../../src/${path}`, import.meta.url).href);
	const without = (program: string): unknown => JSON.parse(execFileSync('setpriv', ['--bounding-set=-dac_override,-dac_read_search', process.execPath, '--disable-warning=ExperimentalWarning', '--input-type=module-typescript', '-e', program, '--', place], {encoding: 'utf8'}));
	const anothers = (name: string, mode: number, text = ''): string => {
		const path = join(place, name);
		writeFileSync(path, text);
		chownSync(path, 1000, 1000);
		chmodSync(path, mode);
		return path;
	};

	test('a server file names owner, mode, what is missing and what to do', () => {
		mkdirSync(join(place, 'tunnels'));
		anothers('tunnels/ch.conf', 0o600, '[Interface]\n');
		expect(without(`import {readServerFolder} from ${src('servers/folder.ts')}; console.log(JSON.stringify(await readServerFolder(process.argv[1] + '/tunnels')));`)).toMatchObject({ok: true, value: [{ok: false, problem: {
			what: 'ch.conf cannot be read (EACCES): it belongs to uid 1000, mode 0600, and vks has no DAC_OVERRIDE (--cap-drop ALL).',
			next: `Run \`sudo chown 0 ${place}/tunnels/ch.conf\` where it lies on the host, or give vks \`--cap-add DAC_READ_SEARCH\`.`,
		}}]});
	});

	test('a folder of files that it may not enter', () => {
		mkdirSync(join(place, 'closed'));
		chownSync(join(place, 'closed'), 1000, 1000);
		chmodSync(join(place, 'closed'), 0o700);
		expect(without(`import {readServerFolder} from ${src('servers/folder.ts')}; console.log(JSON.stringify(await readServerFolder(process.argv[1] + '/closed')));`)).toMatchObject({ok: false, error: {
			what: expect.stringContaining('may not be read: it belongs to uid 1000, mode 0700') as unknown, next: expect.stringContaining(`sudo chown 0 ${place}/closed`) as unknown,
		}});
	});

	test('a secret', () => {
		const path = anothers('token', 0o600, 'secret');
		const said = without(`import {takeSecrets} from ${src('config/secrets.ts')}; const none = {user: null, password: null, passphrase: null, wireguardKey: null, gluetunKey: null, gluetunUser: null, gluetunPassword: null, notifyToken: null};
			console.log(JSON.stringify(takeSecrets({env: {}, config: {secretFiles: {...none, nordvpnToken: process.argv[1] + '/token'}, provider: {name: 'nordvpn'}, attach: null, notify: {url: null}, network: [], lan: []}})));`);
		expect(said).toMatchObject({ok: false, error: [{what: expect.stringContaining('it belongs to uid 1000, mode 0600, and vks has no DAC_OVERRIDE') as unknown, next: expect.stringContaining(`sudo chown 0 ${path}`) as unknown}]});
	});

	test('a resolv.conf, and a state folder that is to keep what stood in it', () => {
		const path = anothers('resolv.conf', 0o644, 'nameserver 192.0.2.1\n');
		mkdirSync(join(place, 'state'));
		const program = `import {resolvConf} from ${src('kernel/resolv-conf.ts')}; console.log(JSON.stringify(resolvConf(process.argv[1] + '/resolv.conf', process.argv[1] + '/state').point(['10.64.1.1'])));`;
		expect(without(program)).toMatchObject({ok: false, error: {what: expect.stringContaining('it belongs to uid 1000, mode 0644') as unknown, next: expect.stringContaining(`sudo chown 0 ${path}`) as unknown}});
		chownSync(join(place, 'state'), 1000, 1000);
		expect(without(program)).toMatchObject({ok: false, error: {what: expect.stringContaining(`cannot be kept in the state folder ${place}/state: it belongs to uid 1000, mode 0755`) as unknown, next: expect.stringContaining(`sudo chown 0 ${place}/state`) as unknown}});
	});

	test('a state folder for the intent', () => {
		mkdirSync(join(place, 'kept'));
		chownSync(join(place, 'kept'), 1000, 1000);
		expect(without(`import {intentFile} from ${src('controller/intent.ts')}; console.log(JSON.stringify(await intentFile(process.argv[1] + '/kept', process.argv[1] + '/run').inspect()));`)).toEqual({
			why: 'it belongs to uid 1000, mode 0755, and vks has no DAC_OVERRIDE (--cap-drop ALL)',
			next: `Run \`sudo chown 0 ${place}/kept\` where it lies on the host, or give vks \`--cap-add DAC_OVERRIDE\`.`,
		});
	});
});
