/**
 * Whatever is wrong with what the daemon is given: one message that names the fix, the documented exit code, and nothing
 * gets out. The witness first sees a packet of the open namespace, so that its zero means something.
 */
import {chownSync, chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import type {Lab} from '../../lab/lab.ts';
import {isAlive, waitUntil, type Running} from '../../lab/processes.ts';
import {raiseLab} from '../../lab/raise.ts';
import type {Witness} from '../../lab/witness/witness.ts';
import {bootScript} from '../../src/policy/boot.ts';

const scene: {lab: Lab | null; witness: Witness | null} = {lab: null, witness: null};

function lab(): Lab {
	if (scene.lab === null) throw new Error('no lab');
	return scene.lab;
}

beforeEach(async () => {
	scene.lab = await raiseLab();
	scene.witness = await lab().observe();
	const {sent, outside} = await tryToLeak();
	expect(sent, 'the open namespace lets packets out').toBeGreaterThan(0);
	expect(outside, 'and the witness sees them').toBeGreaterThan(0);
});

afterEach(async () => {
	await scene.lab?.down();
});

/** UDP to both families and to a resolver nobody configured; what the sender was told, and what was seen on the way out. */
async function tryToLeak(): Promise<{readonly sent: number; readonly outside: number}> {
	const {witness} = scene;
	if (witness === null) throw new Error('no witness');
	const {internet, otherResolver} = lab().description.addresses;
	const targets = [`${internet.ipv4}/7`, `${internet.ipv6}/7`, `${otherResolver.ipv4}/53`];
	const mark = await witness.mark();
	const sends = await Promise.all(targets.map(target => lab().exec('client', ['bash', '-c', `echo leak > /dev/udp/${target}`])));
	const {outside} = await witness.since(mark);
	return {sent: sends.filter(({exitCode}) => exitCode === 0).length, outside: outside.count};
}

const expectBlocked = async (): Promise<void> => expect(await tryToLeak()).toEqual({sent: 0, outside: 0});

interface StartOptions {
	readonly environment?: Readonly<Record<string, string>>;
	/** What stands before the daemon's own command line. */
	readonly through?: readonly string[];
}

function start({environment = {}, through = []}: StartOptions = {}): Running {
	const {daemon} = lab().description.commands;
	return lab().spawn('client', [...through, ...daemon.slice(daemon.indexOf('--') + 1)], {environment});
}

const logOf = (running: Running): string => readFileSync(running.log, 'utf8');

/** For what makes the daemon give up: its exit code and everything it said. */
async function untilEnd(running: Running): Promise<{readonly code: number | null; readonly said: string}> {
	await waitUntil(() => !isAlive(running));
	const said = logOf(running);
	expect(isAlive(running), `it should have ended:\n${said}`).toBe(false);
	return {code: await running.exited, said};
}

/** For what it lives with: the message comes by itself, and it goes on running. */
async function untilSaid(running: Running, text: string): Promise<string> {
	await waitUntil(() => logOf(running).includes(text) || !isAlive(running));
	const said = logOf(running);
	expect(said).toContain(text);
	expect(isAlive(running), said).toBe(true);
	return said;
}

const vks = (...args: string[]) => {
	const argv = lab().description.commands.vks;
	return lab().exec('client', [...argv.slice(argv.indexOf('--') + 1), ...args]);
};

const count = (text: string, part: string): number => text.split(part).length - 1;

const untilState = (state: string): Promise<boolean> => waitUntil(async () => (await vks('status')).stdout.startsWith(state));

/** In a mount namespace of its own, so that what it hides is hidden from this process alone. */
const hiding = (script: string): readonly string[] => ['unshare', '--mount', '--propagation', 'private', 'bash', '-c', `${script} && exec "$@"`, '--'];

/** As the image's entrypoint does, before anything of ours runs. */
const closeAsEntrypoint = () => lab().exec('client', ['nft', '-f', '-'], {input: bootScript, mustSucceed: true});

const serverFiles = (): readonly string[] => {
	const {servers} = lab().description.folders;
	return readdirSync(servers).map(name => join(servers, name));
};

describe('settings', () => {
	test('all that are wrong are named at once, each with what would be right', async () => {
		const running = start({environment: {NETWORK: '10.0.0/33;example.com;8.8.8.0/24', VKS_IPV6: 'maybe', VKS_TUNEL_FOLDER: '/x'}});
		const {code, said} = await untilEnd(running);
		expect(code).toBe(2);
		for (const part of ['10.0.0/33', 'example.com is a name', '8.8.8.0/24 is not private', 'VKS_IPV6: maybe', 'VKS_TUNNEL_FOLDER']) expect(said).toContain(part);
		expect(count(said, 'Traffic is still blocked.')).toBe(5);
		await expectBlocked();
	});
});

describe('the tunnel folder', () => {
	test('a broken file is named with its line', async () => {
		for (const file of serverFiles()) writeFileSync(file, '[Interface\n');
		const running = start();
		const said = await untilSaid(running, 'error no-server: ');
		expect(said).toMatch(/se-sto-1\.conf.*line 1: the line is not `Key = value`/);
		expect(said).toContain('Traffic is still blocked.');
		await expectBlocked();
		process.kill(running.pid, 'SIGTERM');
		expect((await untilEnd(running)).code).toBe(0);
		await expectBlocked();
	});

	test('a missing key is named, and adding it as the message says is enough', async () => {
		const whole = serverFiles().map(file => [file, readFileSync(file, 'utf8')] as const);
		for (const [file, text] of whole) writeFileSync(file, text.replace(/^PrivateKey.*\n/m, ''));
		const running = start();
		const said = await untilSaid(running, 'error no-server: ');
		expect(said).toContain('PrivateKey is missing. Add PrivateKey below [Interface].');
		expect(said).toContain('Then run `vks switch se-sto-1`.');
		await expectBlocked();
		for (const [file, text] of whole) writeFileSync(file, text);
		expect((await vks('switch', 'se-sto-1')).exitCode).toBe(0);
		expect(await untilState('CONNECTED'), logOf(running)).toBe(true);
	});

	test('one broken file does not keep the others from being used', async () => {
		const [first = ''] = serverFiles().toSorted();
		writeFileSync(first, '');
		const running = start();
		await untilSaid(running, 'warning configuration: ');
		expect(await untilState('CONNECTED'), logOf(running)).toBe(true);
		expect((await tryToLeak()).outside).toBe(0);
	});

	test('one that is not there', async () => {
		const running = start({environment: {VKS_TUNNEL_FOLDER: '/nowhere/at/all'}});
		const said = await untilSaid(running, 'Set VKS_TUNNEL_FOLDER');
		expect(said).toContain('error no-server: The tunnel folder /nowhere/at/all does not exist.');
		await expectBlocked();
	});

	test('one that may not be read', async () => {
		const {servers} = lab().description.folders;
		chownSync(servers, 65534, 65534);
		chmodSync(servers, 0o700);
		const running = start({through: ['setpriv', '--bounding-set=-dac_override,-dac_read_search', '--inh-caps=-dac_override,-dac_read_search']});
		const said = await untilSaid(running, 'error no-server: ');
		expect(said).toMatch(new RegExp(`${servers} (cannot|may not) be read`));
		expect(said).toContain(`sudo chown 0 ${servers}`);
		await expectBlocked();
	});
});

describe('the kernel', () => {
	const withoutNetAdmin = ['setpriv', '--bounding-set=-net_admin', '--inh-caps=-net_admin'];

	test('without NET_ADMIN what the entrypoint loaded stands', async () => {
		await closeAsEntrypoint();
		const {code, said} = await untilEnd(start({through: withoutNetAdmin}));
		expect(code).toBe(3);
		expect(count(said, 'error ')).toBe(1);
		expect(said).toContain('--cap-add NET_ADMIN');
		await expectBlocked();
	});

	test('without NET_ADMIN in an open namespace nothing claims that it is closed', async () => {
		const {code, said} = await untilEnd(start({through: withoutNetAdmin}));
		expect(code).toBe(3);
		expect(said).toContain('traffic is NOT blocked');
		expect(said).not.toContain('still blocked');
	});

	const hideNft = 'mount --bind /dev/null "$(command -v nft)"';
	const hideLibrary = 'for file in /usr/lib/*/libnftables.so.1 /usr/lib/libnftables.so.1; do [ ! -e "$file" ] || mount --bind /dev/null "$file"; done';

	test('without nft and libnftables what the entrypoint loaded stands', async () => {
		await closeAsEntrypoint();
		const {code, said} = await untilEnd(start({through: hiding(`${hideNft} && ${hideLibrary}`)}));
		expect(code).toBe(3);
		expect(count(said, 'error ')).toBe(1);
		expect(said).toContain('apt-get install nftables');
		await expectBlocked();
	});

	test('without nft, though it is asked for, libnftables closes', async () => {
		const {code, said} = await untilEnd(start({environment: {VKS_FIREWALL_BACKEND: 'nft'}, through: hiding(hideNft)}));
		expect(code).toBe(3);
		expect(said).toContain('VKS_FIREWALL_BACKEND=nft, but there is no program nft.');
		expect(said).toContain('VKS_FIREWALL_BACKEND=auto');
		expect(said).toContain('Traffic is still blocked.');
		await expectBlocked();
	});

	test('without /dev/net/tun, where the kernel has no WireGuard of its own', async context => {
		const {exitCode} = await lab().exec('client', ['ip', 'link', 'add', 'probe', 'type', 'wireguard']);
		if (exitCode === 0) return context.skip('this kernel has WireGuard and never asks for it');
		start({through: hiding('mount -t tmpfs none /dev/net')});
		expect(await untilState('BLOCKED'), 'blocked').toBe(true);
		// It tries again every second or so, and says nothing of the last time meanwhile.
		expect(await waitUntil(async () => /error no-tun: [^]*--device \/dev\/net\/tun/.test((await vks('status')).stdout))).toBe(true);
		await expectBlocked();
	});

	test('an NFLOG group that another listens to costs the names of drops and nothing else', async () => {
		const listener = lab().spawn('client', ['tcpdump', '-i', 'nflog:5', '-w', '/dev/null']);
		await waitUntil(() => logOf(listener).includes('listening on nflog:5'));
		const running = start();
		const said = await untilSaid(running, 'nflog-busy');
		expect(said).toContain('set VKS_NFLOG_GROUP to a free number');
		expect(await untilState('CONNECTED  PROVEN'), said).toBe(true);
		expect((await tryToLeak()).outside).toBe(0);
	});
});

describe('the control socket', () => {
	test('something else in its place', async () => {
		writeFileSync(join(lab().description.folders.run, 'control.sock'), 'mine');
		const {code, said} = await untilEnd(start());
		expect(code).toBe(1);
		expect(count(said, 'error ')).toBe(1);
		expect(said).toContain('remove or move it');
		await expectBlocked();
	});

	test('a folder that others may write to', async () => {
		const folder = join(lab().description.folders.state, 'shared');
		mkdirSync(folder);
		chmodSync(folder, 0o777);
		const {code, said} = await untilEnd(start({environment: {VKS_RUN_FOLDER: folder}}));
		expect(code).toBe(1);
		expect(said).toContain('others may write in it');
		expect(said).toContain('chmod 700');
		await expectBlocked();
	});

	test('a second daemon names the first and leaves it as it is', async () => {
		const first = start();
		expect(await untilState('CONNECTED  PROVEN'), logOf(first)).toBe(true);
		// One that does not say hello at once, as on a busy machine, is not named.
		expect(await waitUntil(async () => {
			const {code, said} = await untilEnd(start());
			expect(code).toBe(1);
			expect(count(said, 'error ')).toBe(1);
			return said.includes(`A daemon (pid ${first.pid})`);
		})).toBe(true);
		expect(await untilState('CONNECTED  PROVEN')).toBe(true);
		expect(isAlive(first)).toBe(true);
		expect((await tryToLeak()).outside).toBe(0);
	});
});
