/** The audit of who is beside a VPN container, with a real engine: what each fault lets out is seen outside, and mended it is not. */
import {readFileSync, realpathSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {run, type Ran} from '../../lab/commands.ts';
import {images} from '../../lab/engine/images.ts';
import {waitUntil} from '../../lab/processes.ts';
import {repositoryFolder} from '../../lab/program.ts';
import type {Mark} from '../../lab/witness/witness.ts';
import {reportSchema} from '../../src/audit/report-schema.ts';
import {auditOn} from '../helpers/audit-acts.ts';
import {shows} from '../helpers/console-stage.ts';
import {labEnvironment, standFor} from '../helpers/engine-acts.ts';
import {engineStage, type Page} from '../helpers/engine-stage.ts';
import {openTerminal} from '../helpers/terminal.ts';

const stage = engineStage();

const start = (name: string, ...argv: readonly string[]): Promise<Ran> => stage().engine.docker(['run', '--detach', '--name', name, ...argv]);
const remove = (...names: readonly string[]): Promise<Ran> => stage().engine.docker(['rm', '--force', ...names]);
const gluetun = 'qmcgaw/gluetun:v3';

/** A network with a name that is a VPN's, and a firewall that lets nothing new out. Its own program goes on asking in vain. */
async function startGuard(): Promise<void> {
	await standFor(stage().engine, gluetun);
	await start('gluetun', '--cap-add', 'NET_ADMIN', '--env', 'PORT=8081', '--publish', '127.0.0.1:8080:8080', gluetun);
	const closed = 'table inet guard { chain out { type filter hook output priority 0; policy drop; oifname "lo" accept; ct state established,related tcp sport { 8080, 8081 } accept; }; }';
	await stage().lab.exec('client', ['nsenter', `--net=/proc/${await stage().pidOf('gluetun')}/ns/net`, 'nft', '-f', '-'], {input: closed, mustSucceed: true});
}

const sees = async (since: Mark): Promise<boolean> => waitUntil(async () => (await stage().witness.since(since)).outside.count > 10);
/** Meanwhile the application went on sending. */
async function seesNothing(since: Mark): Promise<void> {
	const sent = (await stage().until('it answers', () => true)).sent;
	await stage().until('it went on', page => page.sent > sent + 50);
	expect((await stage().witness.since(since)).outside.count).toBe(0);
}

test('NET_ADMIN beside a VPN: it removes the firewall, and the neighbours\' packets are seen outside', async () => {
	const audit = auditOn(stage());
	await stage().engine.docker(['tag', images.vks, 'tools']);
	onTestFinished(async () => void (await stage().engine.docker(['rmi', 'tools'], {mustSucceed: false})));
	const tearDown = async (): Promise<number> => (await stage().engine.docker(['exec', 'tools', 'nft', 'delete', 'table', 'inet', 'guard'], {mustSucceed: false})).exitCode;
	const raise = async (...argv: readonly string[]): Promise<Mark> => {
		await startGuard();
		await start('application', '--network', 'container:gluetun', '--cap-drop', 'ALL', images.application);
		await start('tools', '--network', 'container:gluetun', '--cap-drop', 'ALL', ...argv, '--entrypoint', 'sleep', 'tools', 'infinity');
		return stage().witness.mark();
	};
	const lower = (): Promise<Ran> => remove('tools', 'application', 'gluetun');
	const without = async (): Promise<void> => {
		const closed = await raise();
		for (const id of ['beside-net-admin', 'beside-net-raw', 'outside-vpn']) expect(await audit.found(id)).toEqual([]);
		expect(await tearDown()).not.toBe(0);
		await seesNothing(closed);
		await lower();
	};

	await without();
	const closed = await raise('--cap-add', 'NET_ADMIN');
	const found = await audit.one('beside-net-admin');
	expect(found).toMatchObject({severity: 'high', proof: 'container tools: CapAdd [NET_ADMIN], CapDrop [ALL]', fix: expect.stringContaining('remove NET_ADMIN from `cap_add`')});
	await seesNothing(closed);
	expect(await tearDown()).toBe(0);
	expect(await sees(closed)).toBe(true);
	await lower();
	// Mended as it says, and built again.
	await without();
	await raise('--cap-add', 'NET_ADMIN');
	expect(await audit.one('beside-net-admin')).toEqual(found);
});

test('NET_RAW beside a VPN: its frames pass the firewall', async () => {
	const audit = auditOn(stage());
	await startGuard();
	const mounts = [repositoryFolder, realpathSync(join(repositoryFolder, 'node_modules'))].flatMap(path => ['--volume', `${path}:${path}:ro`]);
	const other = (...argv: readonly string[]): Promise<Ran> => start('other', '--network', 'container:gluetun', ...mounts, ...argv, images.application);
	const send = async (): Promise<Ran> => {
		const {stdout} = await stage().engine.docker(['exec', 'other', 'cat', '/sys/class/net/eth0/ifindex']);
		return stage().engine.docker(['exec', 'other', 'node', join(repositoryFolder, 'test/helpers/raw-frames.ts'), stdout.trim()], {mustSucceed: false});
	};
	const {stdout: links} = await stage().lab.exec('client', ['ip', '-json', 'link', 'show', 'master', 'docker0', 'type', 'veth']);
	const [, link = ''] = /"ifname":"([^"]+)"/.exec(links) ?? [];
	await stage().lab.exec('client', ['nft', '-f', '-'], {input: `table netdev seen { chain in { type filter hook ingress device "${link}" priority 0; ether type 0x88b5 counter; }; }`, mustSucceed: true});
	onTestFinished(async () => void (await stage().lab.exec('client', ['nft', 'delete', 'table', 'netdev', 'seen'])));
	const frames = async (): Promise<number> => Number(/packets (\d+)/.exec((await stage().lab.exec('client', ['nft', 'list', 'table', 'netdev', 'seen'])).stdout)?.[1] ?? -1);

	const without = async (): Promise<void> => {
		const before = await frames();
		await other('--cap-drop', 'NET_RAW');
		expect(await audit.found('beside-net-raw')).toEqual([]);
		expect((await send()).stderr).toContain('no packet socket');
		expect(await frames()).toBe(before);
		await remove('other');
	};

	await without();
	await other();
	const found = await audit.one('beside-net-raw');
	expect(found).toMatchObject({severity: 'low', proof: 'container other: CapAdd [], CapDrop []', fix: expect.stringContaining('`cap_drop: [NET_RAW]`')});
	expect(await send()).toMatchObject({exitCode: 0, stderr: ''});
	expect(await frames()).toBeGreaterThan(4);
	await remove('other');
	await without();
	await other();
	expect(await audit.one('beside-net-raw')).toEqual(found);
});

test('a peer-to-peer client that is not behind the VPN: its packets are seen outside, and behind it none', async () => {
	const audit = auditOn(stage());
	const client = 'lscr.io/linuxserver/qbittorrent:latest';
	await standFor(stage().engine, client);
	await startGuard();
	const behind = async (): Promise<void> => {
		await start('qbittorrent', '--network', 'container:gluetun', '--cap-drop', 'ALL', client);
		expect(await audit.found('outside-vpn')).toEqual([]);
		await seesNothing(await stage().witness.mark());
		await remove('qbittorrent');
	};
	await behind();
	const began = await stage().witness.mark();
	await start('qbittorrent', '--publish', '127.0.0.1:8082:8080', client);
	const found = await audit.one('outside-vpn');
	expect(found).toMatchObject({severity: 'medium', what: 'Container qbittorrent is a peer-to-peer client beside gluetun, and not behind it.'});
	expect(await sees(began)).toBe(true);
	await remove('qbittorrent');
	await behind();
});

test('who does not wait for vks is refused until there is a tunnel, and who waits is not', async () => {
	await standFor(stage().engine, 'lscr.io/linuxserver/qbittorrent:latest');
	stage().useCompose('qbittorrent.yaml', {services: {vpn: {environment: labEnvironment(stage().lab)}}});
	const path = join(stage().project, 'qbittorrent.yaml');
	const good = readFileSync(path, 'utf8');
	const found = async (): Promise<readonly string[]> => {
		const {stdout} = await run([...stage().lab.description.commands.vks, 'audit', '--json', path], {mustSucceed: false});
		return reportSchema.parse(JSON.parse(stdout)).findings.filter(({id}) => id === 'not-waiting').map(({severity, proof, fix}) => `${severity} ${proof.replace(stage().project, '')} ${fix.includes('condition: service_healthy') ? 'wait' : ''}`);
	};
	/** But for every tenth datagram, which asks another resolver and is always refused. */
	const refusedAtFirst = async (isSlow = false): Promise<boolean> => {
		const began = await stage().witness.mark();
		const isRefused = ({refused, sent}: Page): boolean => refused > sent / 10 + 20;
		// However slow the engine is between the two, the tunnel comes later.
		if (isSlow) {
			onTestFinished(() => stage().lab.restore('s1'));
			await stage().lab.blackhole('s1');
		}
		await stage().compose(['up', '--detach']);
		if (isSlow) {
			await stage().until('it was refused', isRefused);
			await stage().lab.restore('s1');
		}
		const page: Page = await stage().until('it was answered by the tunnel', ({echoes}) => echoes > 10);
		await stage().compose(['down', '--volumes']);
		expect(await stage().leaked(began)).toBe(0);
		return isRefused(page);
	};
	expect(await found()).toEqual([]);
	expect(await refusedAtFirst()).toBe(false);
	writeFileSync(path, good.replace('condition: service_healthy', 'condition: service_started'));
	expect(await found()).toEqual([expect.stringMatching(/^low .*depends_on vpn, service_started wait$/)]);
	expect(await refusedAtFirst(true)).toBe(true);
	writeFileSync(path, good);
	expect(await found()).toEqual([]);
});

test('a console on the host shows what `vks audit` finds there, and one in a container says where to look', async () => {
	await start('web', '--publish', '8080:8080', images.application);
	const [found] = await auditOn(stage()).found('port-published');
	expect(found?.proof).toContain('0.0.0.0:8080 -> 8080/tcp');
	const session = openTerminal([...stage().lab.description.commands.console, '--socket', '/nowhere/control.sock'], {columns: 120, rows: 40, environment: stage().engine.environment});
	await session.until('its first frame', shows('No daemon answers'));
	session.type('b');
	await session.until('what was found', shows('What surrounds the tunnel', 'port-published', 'looked at Docker 20.10', 'the host\'s rules (iptables-nft)', '0.0.0.0:8080'));
	session.type('q');
	session.kill('SIGKILL');

	await start('vpn', '--cap-add', 'NET_ADMIN', '--device', '/dev/net/tun', images.vks);
	const inside = stage().exec('vpn', ['vks-tui']);
	await inside.until('its first frame', shows('BLOCKED'));
	inside.type('b');
	await inside.until('where to look', shows('This console is in a container', 'vks audit'));
});
