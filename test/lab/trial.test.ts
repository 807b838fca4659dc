/** A start that nobody confirms is taken back to the last route, whatever becomes of the daemon; one that was confirmed never. Needs root. */
import {readFileSync, writeFileSync} from 'node:fs';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import type {LabOptions} from '../../lab/description.ts';
import type {Lab} from '../../lab/lab.ts';
import {loginOf} from '../../lab/openvpn.ts';
import {waitUntil, type Running} from '../../lab/processes.ts';
import {raiseLab} from '../../lab/raise.ts';
import {isConnected, startDaemon, type Daemon} from '../helpers/daemon.ts';

const environment = {VKS_SERVER: 'se-sto-1', VKS_MANAGEMENT: 'tcp 8085 from 172.30.7.3'};
/** What vks changes, and what of it other programs would be changed by. */
const pictures = {
	ruleset: ['nft', 'list', 'ruleset'],
	rules: ['sh', '-c', 'ip -4 rule; ip -6 rule'],
	routes: ['ip', 'route', 'show', 'table', 'all'],
	routes6: ['ip', '-6', 'route', 'show', 'table', 'all'],
	links: ['ip', '-d', 'address'],
	sysctls: ['sh', '-c', 'sysctl net.ipv4.conf net.ipv6.conf net.ipv4.ip_forward | sort'],
	processes: ['sh', '-c', 'for p in /proc/[0-9]*; do [ "$(readlink $p/ns/net)" = "$(readlink /proc/self/ns/net)" ] && echo "${p#/proc/} $(cat $p/comm)"; done | grep " vks\\| wireguard\\| openvpn" ; true'],
} as const;
type Picture = Readonly<Record<keyof typeof pictures | 'resolv', string>>;

describe('a start on trial', () => {
	let lab: Lab;
	let before: Picture;
	const picture = async (): Promise<Picture> => {
		const taken = await Promise.all(Object.entries(pictures).map(async ([name, argv]) => [name, steady((await lab.exec('client', argv, {mustSucceed: true})).stdout)] as const));
		return {...Object.fromEntries(taken), resolv: readFileSync(resolv(), 'utf8')} as Picture;
	};
	/** Times run on; and the lab's own DNS proxies are no matter of vks. */
	const steady = (text: string): string => text.replaceAll(/ (expires|valid_lft|preferred_lft) \S+/g, '');
	const resolv = (): string => lab.description.environment['VKS_RESOLV_CONF'] ?? '';
	beforeEach(() => raise({}));
	const raise = async (options: LabOptions): Promise<void> => {
		lab = await raiseLab(options);
		writeFileSync(resolv(), 'nameserver 203.0.113.53\noptions ndots:2\n');
		await oddities();
		before = await picture();
	};
	afterEach(() => lab.down());

	/** What vks removes although it could not have written it. */
	const oddities = async (): Promise<void> => {
		for (const line of [
			'route replace default via 172.30.7.1 dev eth0 metric 50 mtu 1400',
			'route add default via 172.30.7.10 dev eth0 metric 600 proto static src 172.30.7.2',
			'route add 0.0.0.0/1 via 172.30.7.1 dev eth0 metric 7',
			'route add 198.51.100.128/25 nexthop via 172.30.7.1 weight 2 nexthop via 172.30.7.10',
			'route add 10.9.0.0/16 via 172.30.7.1 table 51821',
			'-6 route add default via 2001:db8:30::10 dev eth0 metric 700 pref high',
			'rule add from 192.0.2.55 lookup 77 priority 40', 'rule add fwmark 0x7/0xf iif eth0 lookup 78 priority 250', 'rule add to 10.0.0.0/8 lookup main priority 5000', '-6 rule add from 2001:db8:9::/48 unreachable priority 60',
		]) await lab.exec('client', ['ip', ...line.split(' ')], {mustSucceed: true});
		await lab.exec('client', ['sysctl', '-q', 'net.ipv4.conf.eth0.send_redirects=1', 'net.ipv4.conf.eth0.arp_ignore=0', 'net.ipv4.conf.all.src_valid_mark=0', 'net.ipv4.conf.all.accept_redirects=1', 'net.ipv6.conf.eth0.accept_redirects=1'], {mustSucceed: true});
		await lab.exec('client', ['nft', 'add table inet mine; add chain inet mine in { type filter hook input priority 0; }; add rule inet mine in tcp dport 22 counter accept'], {mustSucceed: true});
	};
	const start = (within: string, more: Readonly<Record<string, string>> = {}): Promise<Daemon> => startDaemon(lab, {environment: {...environment, ...more}, options: ['--confirm-within', within]});
	const connected = async (within: string, more: Readonly<Record<string, string>> = {}): Promise<Daemon> => {
		const daemon = await start(within, more);
		await daemon.until('it was connected', isConnected);
		const during = await picture();
		for (const name of ['ruleset', 'rules', 'routes', 'routes6', 'links', 'sysctls', 'resolv'] as const) expect(during[name], `${name} was changed`).not.toBe(before[name]);
		expect(during.processes).toMatch(/^\d+ vks-revert$/m);
		return daemon;
	};
	const backAgain = async (): Promise<void> => {
		// The watcher ends last.
		expect(await waitUntil(async () => (await picture()).processes === before.processes)).toBe(true);
		expect(await picture()).toEqual(before);
	};
	const vks = (...words: readonly string[]) => {
		const {vks: program} = lab.description.commands;
		return lab.exec('client', [...program.slice(program.indexOf('--') + 1), ...words]);
	};
	const said = (process: Running): string => readFileSync(process.log, 'utf8');

	test('that nobody confirms is taken back, byte for byte, says so once, and ends with a code of its own', async () => {
		const daemon = await connected('25s');
		expect(daemon.snapshot().unconfirmed?.endsAtMs).toBeGreaterThan(daemon.snapshot().atMs);
		expect((await vks('status')).stdout).toMatch(/Not confirmed: everything opens again in 0:\d\d; run `vks confirm`\./);
		expect(await daemon.process.exited).toBe(4);
		await backAgain();
		expect(said(daemon.process).match(/everything that vks changed is taken back: this network is as it was before/g)).toHaveLength(1);
		expect(said(daemon.process)).toMatch(/Nobody confirmed within 0:25, so.*\n.*Traffic is NOT blocked/);
	});

	test.each([['SIGKILL', 'libnftables'], ['SIGKILL', 'nft'], ['SIGTERM', 'libnftables'], ['SIGTERM', 'nft'], ['SIGSTOP', 'libnftables']] as const)('that ends by %s is taken back (%s)', async (signal, backend) => {
		const daemon = await connected('10m', {VKS_FIREWALL_BACKEND: backend});
		const beganAtMs = performance.now();
		process.kill(daemon.process.pid, signal);
		await daemon.process.exited;
		await backAgain();
		console.log(`${signal} (${backend}): as before after ${Math.round(performance.now() - beganAtMs)} ms`);
		expect(said(daemon.process).match(/everything that vks changed is taken back/g)).toHaveLength(1);
	});

	test('whose time ends while it dials a server that is silent is taken back', async () => {
		await lab.blackhole('s1');
		const daemon = await start('20s');
		await daemon.until('it tried', ({state}) => state.kind === 'verifying');
		expect(await daemon.process.exited).toBe(4);
		await backAgain();
	});

	test('over OpenVPN is taken back with its process', async () => {
		await lab.down();
		await raise({openvpn: true});
		const {user, password, passphrase} = loginOf(lab);
		const daemon = await connected('10m', {VKS_SERVER: 'se-ovpn-udp', VKS_OPENVPN_USER: user, VKS_OPENVPN_PASSWORD: password, VKS_OPENVPN_KEY_PASSWORD: passphrase});
		expect((await picture()).processes).toContain('openvpn');
		process.kill(daemon.process.pid, 'SIGKILL');
		await backAgain();
	});

	test('that was confirmed stays, killed or not; and confirming once more is fine', async () => {
		const daemon = await connected('10m');
		const first = await vks('confirm');
		expect([first.exitCode, first.stdout]).toEqual([0, expect.stringMatching(/^Confirmed: what vks changed stays\./)]);
		expect((await vks('confirm')).stdout).toMatch(/^There is nothing to confirm\./);
		expect((await picture()).processes).not.toContain('revert');
		expect((await daemon.until('it says so', ({unconfirmed}) => (unconfirmed ?? null) === null)).state.kind).toBe('connected');
		await daemon.kill();
		expect((await picture()).ruleset).toContain('table inet vks');
	});

	test('that is locked down stays so, also when the daemon dies in that moment', async () => {
		const daemon = await connected('10m');
		const isOpen = async (): Promise<boolean> => (await lab.exec('client', ['nft', 'list', 'chain', 'inet', 'vks', 'output'])).stdout.includes('comment "tunnel-out');
		expect(await isOpen()).toBe(true);
		const outcome = daemon.command({do: 'lockdown', reason: 'a trial'}).catch(() => null);
		expect(await waitUntil(async () => !(await isOpen()))).toBe(true);
		process.kill(daemon.process.pid, 'SIGKILL');
		expect((await outcome)?.message ?? 'That confirms this start').toContain('That confirms this start');
		await daemon.process.exited;
		expect(await waitUntil(async () => !(await picture()).processes.includes('revert'))).toBe(true);
		expect((await picture()).ruleset).toContain('table inet vks');
	});

	test('in whose watcher somebody else is killed is taken back by the daemon itself', async () => {
		const daemon = await connected('25s');
		const [, pid = ''] = /^(\d+) vks-revert$/m.exec((await picture()).processes) ?? [];
		// 0 would be our own process group.
		expect(pid).not.toBe('');
		process.kill(Number(pid), 'SIGKILL');
		expect(await daemon.process.exited).toBe(4);
		await backAgain();
	});

	test('that fails before it is up is taken back; beside tables of an earlier vks there is nothing to confirm', async () => {
		const failed = startDaemon(lab, {environment: {...environment, VKS_OPENVPN_PASSWORD_FILE: '/absent'}, options: ['--confirm-within', '10m']});
		await expect(failed).rejects.toThrow(/everything that vks changed is taken back/);
		await backAgain();
		const daemon = await startDaemon(lab, {environment});
		await daemon.until('it was connected', isConnected);
		await daemon.stop();
		const again = await start('5s');
		expect(again.log()).toContain('there is nothing to confirm');
		expect(again.snapshot().unconfirmed ?? null).toBeNull();
		await again.stop();
	});
});
