/** What goes wrong with containers: each fails closed, with one message that says what to do. */
import {expect, test} from 'vitest';
import {images} from '../../lab/engine/images.ts';
import type {Ran} from '../../lab/commands.ts';
import {waitUntil} from '../../lab/processes.ts';
import type {Mark} from '../../lab/witness/witness.ts';
import {shows} from '../helpers/console-stage.ts';
import {answeredAfter, stillSends, vpnArguments} from '../helpers/engine-acts.ts';
import {engineStage} from '../helpers/engine-stage.ts';

const stage = engineStage();

const start = (arguments_: readonly string[], name = 'vpn'): Promise<Ran> => stage().engine.docker(['run', '--detach', '--name', name, ...arguments_, images.vks]);
const behind = (name = 'application'): Promise<Ran> => stage().engine.docker(['run', '--detach', '--name', name, '--network', 'container:vpn', images.application]);
const logs = async (name: string): Promise<string> => {
	const {stdout, stderr} = await stage().engine.docker(['logs', name]);
	return stdout + stderr;
};
const inspect = async (name: string, what: string): Promise<string> => (await stage().engine.docker(['inspect', '--format', what, name])).stdout.trim();
const until = async (what: string, good: () => Promise<boolean>): Promise<void> => {
	if (!(await waitUntil(good))) throw new Error(`never ${what}`);
};
/** Vks with an application behind it, connected. */
async function connectedPair(): Promise<Mark> {
	const began = await stage().witness.mark();
	await start(vpnArguments(stage()));
	await behind();
	await stage().until('it was answered by the tunnel', ({echoes}) => echoes > 10);
	return began;
}

test('docker kill: what stays behind in the network is refused, for good', async () => {
	const began = await connectedPair();
	await stage().engine.docker(['kill', '--signal', 'KILL', 'vpn']);
	await until('it is over', async () => (await inspect('vpn', '{{.State.Status}}')) === 'exited');
	const dead = await stage().witness.mark();
	await stillSends(stage());
	const {endpoint, outside} = await stage().witness.since(dead);
	expect({endpoint: endpoint.count, outside: outside.count}).toEqual({endpoint: 0, outside: 0});
	expect(await stage().leaked(began)).toBe(0);
});

test('docker restart: nothing leaves, the new one connects, and so does the application once it is restarted', async () => {
	const began = await connectedPair();
	await stage().engine.docker(['restart', 'vpn']);
	await stage().connected();
	await stillSends(stage());
	await stage().engine.docker(['restart', 'application']);
	await stage().until('a restarted application is answered', ({echoes}) => echoes > 10);
	expect(await stage().leaked(began)).toBe(0);
});

test('out of memory: the engine starts it again, closed, and nothing leaves', async () => {
	const began = await stage().witness.mark();
	await start(['--restart', 'unless-stopped', '--memory', '256m', '--memory-swap', '256m', ...vpnArguments(stage())]);
	await behind();
	await stage().until('it was answered by the tunnel', ({echoes}) => echoes > 10);
	// The daemon is what the kernel takes when the container has used up what it may have.
	await stage().lab.exec('client', ['sh', '-c', `for child in $(cat /proc/${await stage().pidOf('vpn')}/task/*/children); do echo 1000 > /proc/$child/oom_score_adj; done`]);
	await stage().engine.docker(['exec', 'vpn', 'node', '-e', 'const held = []; for (;;) held.push(Buffer.alloc(8 << 20, 1));'], {mustSucceed: false});
	await until('it was started again', async () => Number(await inspect('vpn', '{{.RestartCount}}')) > 0);
	await stage().connected();
	await stillSends(stage());
	expect(await stage().leaked(began)).toBe(0);
});

test('a full disk: it locks down all the same, and says what it could not keep', async () => {
	await stage().engine.docker(['volume', 'create', '--driver', 'local', '--opt', 'type=tmpfs', '--opt', 'device=tmpfs', '--opt', 'o=size=64k', 'full']);
	const began = await stage().witness.mark();
	await start([...vpnArguments(stage()), '--volume', 'full:/var/lib/vks']);
	await behind();
	await stage().until('it was answered by the tunnel', ({echoes}) => echoes > 10);
	await stage().engine.docker(['exec', 'vpn', 'sh', '-c', 'dd if=/dev/zero of=/var/lib/vks/filler bs=1k count=1000 || true'], {mustSucceed: false});
	expect((await stage().vks('vpn', 'lockdown')).exitCode).toBe(0);
	await stage().says(/could not be saved/);
	await stage().says(/^LOCKDOWN .*PROVEN/);
	expect(await stage().leaked(began)).toBe(0);
});

test('a read-only root with the two writable folders', async () => {
	const began = await stage().witness.mark();
	await start([...vpnArguments(stage()), '--read-only', '--tmpfs', '/run/vks:mode=700', '--tmpfs', '/var/lib/vks:mode=700']);
	await behind();
	await stage().connected();
	const page = await stage().until('it was answered by the tunnel', ({echoes}) => echoes > 10);
	expect((await stage().vks('vpn', 'reconnect')).exitCode).toBe(0);
	await answeredAfter(stage(), page);
	expect(await stage().leaked(began)).toBe(0);
});

test('without NET_ADMIN nothing starts, and one message says why', async () => {
	await start(['--cap-drop', 'ALL', '--device', '/dev/net/tun']);
	await until('it ended', async () => (await inspect('vpn', '{{.State.Status}}')) === 'exited');
	expect(await inspect('vpn', '{{.State.ExitCode}}')).toBe('3');
	const said = await logs('vpn');
	expect(said).toContain('--cap-add NET_ADMIN');
	expect(said.match(/^(error|warning) /gm)).toHaveLength(1);
});

test('without /dev/net/tun it stays up, blocked and proven, and says what to add', async () => {
	const began = await stage().witness.mark();
	await start(vpnArguments(stage()).filter((word, index, all) => word !== '--device' && all[index - 1] !== '--device'));
	await behind();
	await stage().says(/^(?=[^]*\/dev\/net\/tun)BLOCKED .*PROVEN/);
	expect((await stage().vks('vpn', 'check')).exitCode).not.toBe(0);
	await stillSends(stage());
	expect(await stage().leaked(began)).toBe(0);
});

test('--network host is refused before anything of the host is touched', async () => {
	const ruleset = async (): Promise<string> => (await stage().lab.exec('client', ['nft', '-s', 'list', 'ruleset'])).stdout;
	const before = await ruleset();
	for (const command of [[], ['sleep', 'infinity']]) {
		const {exitCode, stdout, stderr} = await stage().engine.docker(['run', '--rm', '--network', 'host', '--cap-add', 'NET_ADMIN', '--cap-add', 'NET_RAW', images.vks, ...command], {mustSucceed: false});
		expect([exitCode, stdout + stderr]).toEqual([3, expect.stringContaining('host\'s own network')]);
	}
	expect(await ruleset()).toBe(before);
});

test('SIGUSR1 opens no debugger to who shares the loopback', async () => {
	await connectedPair();
	await stage().engine.docker(['kill', '--signal', 'USR1', 'vpn']);
	await stage().engine.docker(['exec', 'vpn', 'sh', '-c', 'for p in /proc/[0-9]*; do read -r name < $p/comm; [ "$name" != vks ] || kill -USR1 ${p#/proc/}; done']);
	await stage().says(/^CONNECTED .*PROVEN/);
	const {exitCode} = await stage().engine.docker(['exec', 'application', 'node', '-e', 'require("node:net").connect(9229, "127.0.0.1").on("connect", () => process.exit(0)).on("error", () => process.exit(7))'], {mustSucceed: false});
	expect(exitCode).toBe(7);
});

test('docker stop gives the terminal of a console in it back', async () => {
	await connectedPair();
	const stopped = async (): Promise<{readonly written: string; readonly screen: string}> => {
		const session = stage().exec('vpn', ['vks-tui']);
		await session.until('the first frame', shows('CONNECTED', 'PROVEN'));
		await stage().engine.docker(['stop', 'vpn']);
		// The engine may say that it killed what had ended by itself in the same moment.
		await session.exited;
		return {written: session.written(), screen: session.screen()};
	};
	let seen = await stopped();
	// A console that stands still for longer than the daemon waits for it is killed with it, as on a machine that stalls; not twice.
	if (!seen.screen.includes('vks was stopped here')) {
		await stage().engine.docker(['start', 'vpn']);
		await stage().connected();
		seen = await stopped();
	}
	// The alternate screen was left, and the cursor is there again.
	expect(seen.written).toMatch(/\x1b\[\?1049l/);
	expect(seen.written.lastIndexOf('\x1b[?25h')).toBeGreaterThan(seen.written.lastIndexOf('\x1b[?25l'));
	expect(seen.screen).toContain('vks was stopped here');
});
