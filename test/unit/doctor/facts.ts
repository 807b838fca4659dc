/** Facts of a machine where nothing is wrong, for tests to change. */
import {containerOf, type Container} from '../../../src/doctor/docker-schema.ts';
import type {Facts} from '../../../src/doctor/facts.ts';
import type {Link} from '../../../src/kernel/kernel.ts';
import type {Problem} from '../../../src/problem.ts';
import {fail, ok} from '../../../src/result.ts';
import {noonMs, sampleSnapshot} from '../../fakes/snapshot.ts';
import {configFrom, nic} from '../../helpers/situations.ts';

export const link = (name: string, change: Partial<Link> = {}): Link =>
	({index: 2, name: nic(name), up: true, loopback: false, kind: 'veth', mtu: 1500, addresses: [{address: '172.17.0.2', prefixLength: 16, scope: 'global'}] as unknown as Link['addresses'], ...change});

export const trouble = (code: Problem['code'], what = 'It is wrong.'): Problem => ({code, severity: 'error', what, stillBlocking: true, next: 'Mend it.'});

/** A daemon that never was. */
export const noDaemon = fail(trouble('no-daemon', 'No daemon answers at /run/vks/control.sock: ENOENT.'));

export const withSysctls = (values: Readonly<Record<string, string>>): Facts['sysctl'] => key => values[key] ?? null;

export const ownId = 'a'.repeat(64);

export function container(name: string, change: {id?: string; running?: boolean; startedAt?: string; mode?: string; privileged?: boolean; capAdd?: string[]; capDrop?: string[]; ports?: string[]} = {}): Container {
	const {id = name.padEnd(64, '0'), running = true, startedAt = '2026-03-01T11:00:00Z', mode = `container:${ownId}`, privileged = false, capAdd = [], capDrop = ['ALL'], ports = []} = change;
	return containerOf({Id: id, Name: `/${name}`, State: {Running: running, StartedAt: startedAt}, HostConfig: {NetworkMode: mode, Privileged: privileged, CapAdd: capAdd, CapDrop: capDrop, PortBindings: Object.fromEntries(ports.map(port => [port, [{HostPort: port.split('/')[0] ?? ''}]]))}});
}

export const own = (change: Parameters<typeof container>[1] = {}): Container => container('vpn', {id: ownId, mode: 'bridge', startedAt: '2026-03-01T10:00:00Z', ...change});

export function goodFacts(change: Partial<Facts> = {}): Facts {
	return {
		nowMs: noonMs,
		builtMs: noonMs - 30 * 86_400_000,
		capabilities: 0x3fffffffffn,
		hostNetwork: false,
		tun: 'ready',
		release: '6.18.5',
		programs: {nft: true, wg: true, 'wireguard-go': true, openvpn: true},
		kernel: ok({links: [link('eth0'), link('wg0', {kind: 'wireguard', mtu: 1420})], tables: ['vks']}),
		legacyTables: [],
		sysctl: withSysctls({'net/ipv4/conf/all/rp_filter': '1', 'net/ipv4/conf/all/src_valid_mark': '1'}),
		sysctlsWritable: false,
		config: ok(configFrom({})),
		secretProblems: [],
		servers: ok([{id: 'lab-one', kind: 'wireguard', problem: null}]),
		resolvConf: {path: '/etc/resolv.conf', nameservers: ['10.8.0.1'], writable: true, refused: null, keptFromBefore: false},
		stateEnds: null,
		stateFolder: null,
		daemon: ok(sampleSnapshot()),
		docker: ok({own: own(), others: [container('qbittorrent')]}),
		...change,
	};
}
