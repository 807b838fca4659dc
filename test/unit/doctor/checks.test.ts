/** Each check: what it finds in which facts, by what it is known, and what mends it. */
import {describe, expect, test} from 'vitest';
import type {Snapshot} from '../../../src/control/schema.ts';
import {checks, examine} from '../../../src/doctor/examine.ts';
import type {Facts} from '../../../src/doctor/facts.ts';
import type {Finding} from '../../../src/doctor/finding.ts';
import {stateEnds} from '../../../src/doctor/gather.ts';
import {isOlder} from '../../../src/doctor/kernel-checks.ts';
import {fail, ok} from '../../../src/result.ts';
import {noonMs, sampleSnapshot} from '../../fakes/snapshot.ts';
import {configFrom} from '../../helpers/situations.ts';
import {container, goodFacts, link, noDaemon, own, ownId, trouble, withSysctls} from './facts.ts';

const {state, proof, tunnel, rules} = sampleSnapshot();
const saying = (change: Partial<Snapshot>): Partial<Facts> => ({daemon: ok(sampleSnapshot(change))});
const beside = (...others: ReturnType<typeof container>[]): Partial<Facts> => ({docker: ok({own: own(), others})});
const [rule] = rules;
const counting = (out: number, back: number): Snapshot['rules'] => (rule === undefined ? [] : [{...rule, id: 'endpoint-out-wg0', packets: out}, {...rule, id: 'endpoint-in-wg0', packets: back}]);
const setTo = (settings: Readonly<Record<string, string>>): Partial<Facts> => ({config: ok(configFrom(settings))});
const unfiltered = (detail: string[]): Partial<Snapshot> => ({proof: {...proof, kind: 'drifted', detail}, layers: [{name: 'reverse-path', state: 'missing', detail: 'RP is on. Set it.', repairs: 0}]});

test('where nothing is wrong nothing is found, and everything was looked at', () => {
	expect(examine(goodFacts())).toEqual({findings: [], looked: checks.map(({id}) => id), notLooked: []});
});

type Row = readonly [what: string, facts: Partial<Facts>, found: readonly (readonly [id: string, severity: Finding['severity'], fix: string | RegExp])[]];

const rows: readonly Row[] = [
	['no NET_ADMIN', {daemon: noDaemon, capabilities: 0x2000n}, [['no-daemon', 'high', 'vks run'], ['net-admin', 'high', '--cap-add NET_ADMIN']]],
	['no NET_RAW', {daemon: noDaemon, capabilities: 0x1000n}, [['no-daemon', 'high', 'vks run'], ['net-raw', 'medium', '--cap-add NET_RAW']]],
	['a daemon that could hold no queue', saying({layers: [{name: 'af-xdp', state: 'missing', detail: 'EPERM', repairs: 0}]}), [['net-raw', 'medium', '--cap-add NET_RAW']]],
	['this process has no rights, and a daemon enforces', {capabilities: 0n}, []],
	['the host\'s network, and no daemon', {hostNetwork: true, daemon: noDaemon}, [['no-daemon', 'high', 'vks run'], ['host-namespace', 'high', 'network_mode: host']]],
	['the host\'s network, which a daemon guards', {hostNetwork: true}, []],
	['no tun, with OpenVPN files', {tun: 'missing', servers: ok([{id: 'a', kind: 'openvpn', problem: null}])}, [['no-tun', 'high', '--device /dev/net/tun']]],
	['no tun, with a kernel that has WireGuard', {tun: 'refused'}, []],
	['no tun, and nobody knows what the kernel has', {tun: 'refused', daemon: noDaemon}, [['no-daemon', 'high', 'vks run'], ['no-tun', 'medium', '--device /dev/net/tun']]],
	['no openvpn', {programs: {nft: true, wg: true, 'wireguard-go': true, openvpn: false}, servers: ok([{id: 'a', kind: 'openvpn', problem: null}])}, [['no-openvpn', 'high', 'apt-get install openvpn']]],
	['no wg and no wireguard-go', {programs: {nft: true, wg: false, 'wireguard-go': false, openvpn: true}}, [['no-wg', 'medium', 'wireguard-tools'], ['no-wireguard-go', 'medium', 'wireguard-go']]],
	['no nf_tables', {kernel: fail(trouble('no-nft')), daemon: noDaemon, resolvConf: null}, [['no-daemon', 'high', 'vks run'], ['no-nft', 'high', 'Mend it.']]],
	['an old kernel', {daemon: noDaemon, release: '5.10.0-28-amd64'}, [['no-daemon', 'high', 'vks run'], ['no-egress-hook', 'medium', 'cap_drop: [NET_RAW]'], ['no-table-owner', 'low', 'newer kernel']]],
	['a layer that the daemon cannot have', saying({layers: [{name: 'egress', state: 'unsupported', detail: 'no hook', repairs: 0}]}), [['layer-egress', 'medium', '5.16']]],
	['the older iptables', {legacyTables: ['nat', 'ip6 filter']}, [['iptables-legacy', 'medium', 'iptables-legacy-save']]],
	['reverse-path filtering without the mark', {sysctl: withSysctls({'net/ipv4/conf/all/rp_filter': '2'})}, [['rp-filter', 'high', 'sysctls: [net.ipv4.conf.all.src_valid_mark=1]']]],
	['the same with a daemon, which is one cause', {sysctl: withSysctls({'net/ipv4/conf/all/rp_filter': '1'}), ...saying(unfiltered(['RP is on.']))}, [['rp-filter', 'high', 'src_valid_mark=1']]],
	['the same, and something else', {sysctl: withSysctls({'net/ipv4/conf/all/rp_filter': '1'}), ...saying(unfiltered(['RP is on.', 'missing: refuse-dns']))}, [['not-proven', 'high', 'vks events'], ['rp-filter', 'high', 'src_valid_mark=1']]],
	['a layer that only the daemon sees missing', saying(unfiltered(['RP is on.'])), [['not-proven', 'high', 'vks events'], ['layer-reverse-path', 'high', 'vks status']]],
	['the same on the uplink alone', {sysctl: withSysctls({'net/ipv4/conf/eth0/rp_filter': '1'})}, [['rp-filter', 'high', 'src_valid_mark=1']]],
	['the same where it can be written', {sysctl: withSysctls({'net/ipv4/conf/all/rp_filter': '2'}), sysctlsWritable: true}, []],
	['a gateway that does not forward', setTo({VKS_GATEWAY: 'eth1 172.31.0.0/24; eth1 fd00:9::/64'}), [['no-forwarding', 'high', '--sysctl net.ipv4.ip_forward=1'], ['no-forwarding', 'high', 'net.ipv6.conf.all.forwarding=1']]],
	['no IPv6', {sysctl: withSysctls({'net/ipv6/conf/all/disable_ipv6': '1'})}, [['ipv6-off', 'low', 'VKS_IPV6=block']]],
	['wrong settings', {config: fail([trouble('configuration', 'VKS_DHCP: maybe is neither yes nor no.')])}, [['configuration', 'high', 'Mend it.']]],
	['a secret that cannot be read', {secretProblems: [trouble('configuration', 'VKS_NORDVPN_TOKEN_FILE names a file that does not exist.')]}, [['configuration', 'high', 'Mend it.']]],
	['refused credentials', saying({state: {...state, kind: 'blocked', cause: 'credentials', detail: 'AUTH_FAILED'}}), [['credentials-refused', 'high', 'VKS_OPENVPN_PASSWORD_FILE']]],
	['an empty folder', {servers: fail(trouble('no-server'))}, [['no-server', 'high', 'Mend it.']]],
	['an empty folder beside a provider', {servers: fail(trouble('no-server')), ...setTo({VKS_PROVIDER: 'mullvad'})}, []],
	['one bad file of two', {servers: ok([{id: 'a', kind: 'wireguard', problem: null}, {id: 'b', kind: 'other', problem: trouble('configuration')}])}, [['server-file', 'medium', 'Mend it.']]],
	['only bad files', {servers: ok([{id: 'b', kind: 'other', problem: trouble('configuration')}])}, [['server-file', 'high', 'Mend it.']]],
	['a server that is not there', setTo({VKS_SERVER: 'oslo'}), [['no-such-server', 'high', 'VKS_SERVER=lab-one']]],
	['no daemon, and its tables', {daemon: noDaemon, resolvConf: {path: '/etc/resolv.conf', nameservers: ['10.8.0.1'], writable: true, refused: null, keptFromBefore: true}}, [['no-daemon', 'high', 'docker logs'], ['resolv-conf-left', 'low', 'vks dns restore']]],
	['a daemon that does not answer in time', {daemon: fail(trouble('busy')), resolvConf: null}, [['busy', 'high', 'Mend it.']]],
	['drift', saying({proof: {...proof, kind: 'drifted', detail: ['missing: refuse-dns']}}), [['not-proven', 'high', 'vks events']]],
	['a layer that does not hold, and a problem', saying({layers: [{name: 'routing', state: 'missing', detail: 'a default in main', repairs: 1}], problems: [trouble('conntrack')]}), [['layer-routing', 'high', 'vks status'], ['conntrack', 'high', 'Mend it.']]],
	['a daemon that does not answer is not none', {daemon: fail(trouble('busy', 'The daemon did not answer.')), resolvConf: {path: '/etc/resolv.conf', nameservers: ['10.8.0.1'], writable: true, refused: null, keptFromBefore: true}}, [['busy', 'high', 'Mend it.']]],
	['a resolv.conf that nobody may write', {resolvConf: {path: '/etc/resolv.conf', nameservers: ['127.0.0.11'], writable: false, refused: null, keptFromBefore: false}}, [['resolv-conf-read-only', 'high', 'VKS_RESOLV_CONF']]],
	['a resolv.conf of another user', {resolvConf: {path: '/etc/resolv.conf', nameservers: ['127.0.0.11'], writable: false, refused: {why: 'it belongs to uid 1000', next: 'Run `sudo chown 0 /etc/resolv.conf`.'}, keptFromBefore: false}}, [['resolv-conf-read-only', 'high', 'sudo chown 0']]],
	['a state folder without a volume', {stateEnds: 'root'}, [['state-volume', 'low', '-v vks-state:/var/lib/vks']]],
	['a state folder that is a tmpfs', {stateEnds: 'tmpfs'}, [['state-volume', 'low', 'volumes: [vks-state:/var/lib/vks]']]],
	['a state folder of another user', {stateFolder: {path: '/var/lib/vks', refused: {why: 'it belongs to uid 1000', next: 'Run `sudo chown 0 /var/lib/vks`.'}}}, [['state-folder', 'high', 'sudo chown 0']]],
	['a state folder that is mounted read-only', {stateFolder: {path: '/var/lib/vks', refused: null}}, [['state-folder', 'high', 'Do not mount it read-only']]],
	['a resolv.conf of somebody else', {resolvConf: {path: '/etc/resolv.conf', nameservers: ['10.8.0.1', '9.9.9.9'], writable: true, refused: null, keptFromBefore: true}}, [['resolv-conf-differs', 'high', 'vks events']]],
	['a tunnel that is too large for the uplink', {kernel: ok({links: [link('eth0', {mtu: 1400})], tables: ['vks']})}, [['mtu', 'medium', 'MTU = 1340']]],
	['a clock before the program', {nowMs: Date.UTC(2020, 0, 1)}, [['clock', 'high', 'timedatectl set-ntp true']]],
	['a clock that was set back below the daemon', {nowMs: noonMs - 3 * 86_400_000, ...saying({daemon: {version: '1', pid: 1, startedAtMs: noonMs}})}, [['clock', 'high', 'chronyc']]],
	['a server that never answered', saying({tunnel: tunnel && {...tunnel, handshakeAtMs: null}, rules: counting(12, 0), state: {...state, kind: 'verifying'}}), [['endpoint-silent', 'high', 'UDP to 203.0.113.10:51820']]],
	['one that answered a moment ago', saying({tunnel: tunnel && {...tunnel, handshakeAtMs: null}, rules: counting(12, 3)}), []],
	['blocked for want of a handshake', saying({tunnel: null, state: {...state, kind: 'blocked', cause: 'no-handshake', detail: 'Next attempt in 4 s.'}}), [['endpoint-silent', 'high', 'vks next']]],
	['one that joined a container that is gone', beside(container('web', {mode: `container:${'f'.repeat(64)}`})), [['orphan', 'high', 'docker compose up -d --force-recreate web']]],
	['one that was there before vks was started again', beside(container('web', {startedAt: '2026-03-01T09:00:00Z'})), [['orphan', 'high', 'docker restart web']]],
	['one whose holder stopped', beside(container('web', {mode: 'container:pause'}), container('pause', {running: false, mode: 'bridge'})), [['orphan', 'high', 'docker start pause && docker restart web']]],
	['a neighbour with NET_ADMIN', beside(container('web', {capAdd: ['CAP_NET_ADMIN']})), [['neighbour-net-admin', 'high', 'NET_ADMIN from `cap_add`']]],
	['a privileged neighbour, named', beside(container('web', {mode: 'container:vpn', privileged: true})), [['neighbour-net-admin', 'high', 'privileged: true']]],
	['a neighbour with what Docker gives to all', beside(container('web', {capDrop: []})), [['neighbour-net-raw', 'medium', 'cap_drop: [NET_RAW]']]],
	['the same elsewhere, or stopped', beside(container('web', {capDrop: [], mode: 'bridge'}), container('old', {capDrop: [], running: false})), []],
	['neighbours where a third holds the network', {docker: ok({own: own({mode: 'container:pause'}), others: [container('pause', {mode: 'bridge', capDrop: ['NET_RAW'], startedAt: '2026-03-01T09:00:00Z'}), container('web', {mode: `container:${'pause'.padEnd(64, '0')}`, capAdd: ['ALL']})]})}, [['neighbour-net-admin', 'high', 'web']]],
	['a port that is published and closed', {...setTo({VKS_INBOUND_PORTS: '80/tcp'}), docker: ok({own: own({ports: ['80/tcp', '8080/tcp']}), others: []})}, [['port-not-opened', 'medium', 'VKS_INBOUND_PORTS="80/tcp, 8080/tcp"']]],
	['a port that is open and not published', {...setTo({VKS_INBOUND_PORTS: '80/tcp, 90/udp@tunnel'})}, [['port-not-published', 'low', '127.0.0.1:80:80/tcp']]],
];

test.each(rows)('%s', (_, change, found) => {
	const {findings} = examine(goodFacts(change));
	expect(findings.map(({id, severity}) => [id, severity])).toEqual([...found].map(([id, severity]) => [id, severity]).toSorted((a, b) => order(a[1]) - order(b[1])));
	for (const [id, , fix] of found) expect(findings.filter(finding => finding.id === id).map(finding => finding.fix).join('\n')).toMatch(typeof fix === 'string' ? new RegExp(fix.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')) : fix);
	for (const finding of findings) expect([finding.what, finding.proof, finding.fix].every(text => text !== '')).toBe(true);
});

const order = (severity: string | undefined): number => ['high', 'medium', 'low'].indexOf(severity ?? '');

test('a state folder ends with a container where it lies on its root or in memory', () => {
	expect([stateEnds('docker', '/usr', '/'), stateEnds('docker', '/dev/shm'), stateEnds('podman', '/proc'), stateEnds('host', '/usr'), stateEnds('lxc', '/usr'), stateEnds('docker', '/nowhere')]).toEqual(['root', 'tmpfs', null, null, null, null]);
});

describe('what could not be looked at', () => {
	const notLooked = (change: Partial<Facts>): readonly string[] => examine(goodFacts(change)).notLooked.map(({id}) => id);

	test.each<[string, Partial<Facts>, readonly string[]]>([
		['no socket of the container engine', {docker: null}, ['orphans', 'neighbours', 'ports']],
		['a container engine that does not answer', {docker: fail('ECONNREFUSED')}, ['orphans', 'neighbours', 'ports']],
		['which container this is', {docker: ok({own: null, others: []})}, ['neighbours', 'ports']],
		['no daemon', {daemon: noDaemon}, ['mtu', 'endpoint']],
		['wrong settings', {config: fail([trouble('configuration')]), resolvConf: null}, ['credentials', 'servers', 'state-folder', 'dns', 'ports']],
		['no /proc', {daemon: noDaemon, capabilities: null, release: null, builtMs: null}, ['capabilities', 'kernel', 'mtu', 'clock', 'endpoint']],
	])('%s', (_, change, ids) => expect(notLooked(change)).toEqual(ids));
});

test.each<[string, Facts['kernel'], string]>([
	['its tables stand', ok({links: [], tables: ['vks']}), 'No daemon answers. What a daemon left in the kernel still refuses traffic.'],
	['none stands', ok({links: [], tables: []}), 'No daemon answers, and nothing of vks refuses traffic here.'],
	['nobody can tell', fail(trouble('no-permission')), 'No daemon answers; whether anything of vks refuses traffic here is not known.'],
])('without a daemon, where %s', (_, kernel, what) => {
	expect(examine(goodFacts({daemon: noDaemon, kernel})).findings[0]).toMatchObject({id: 'no-daemon', what});
});

test('attached, the folder and resolv.conf are others\' affair', () => {
	const facts = goodFacts({...setTo({VKS_ATTACH: 'gluetun'}), servers: null, resolvConf: {path: '/etc/resolv.conf', nameservers: ['9.9.9.9'], writable: false, refused: null, keptFromBefore: false}});
	expect(examine(facts).findings).toEqual([]);
});

test.each([['5.15.0', [5, 16], true], ['5.16', [5, 16], false], ['6.9.1-x', [6, 9], false], ['6.8.12-generic', [6, 9], true], ['unknown', [5, 16], null]] as const)('%s older than %j: %s', (release, version, older) => {
	expect(isOlder(release, version)).toBe(older);
});

test('ids and titles are unique', () => {
	expect(new Set(checks.map(({id}) => id)).size).toBe(checks.length);
	expect(new Set(checks.map(({title}) => title)).size).toBe(checks.length);
	expect(ownId).toHaveLength(64);
});
