/** What vks runs in, as each home says of itself, and what is smaller there. */
import {expect, test} from 'vitest';
import {homeWords, readHome, type HomeReads} from '../../../src/kernel/home.ts';

const initial = '         0          0 4294967295\n';
const reads = (change: Partial<HomeReads> & {readonly files?: Readonly<Record<string, string>>; readonly there?: readonly string[]; readonly locked?: readonly string[]}): HomeReads => ({
	text: path => ({'/proc/self/uid_map': initial, ...change.files})[path] ?? null,
	exists: path => change.there?.includes(path) ?? false,
	writable: path => !(change.locked?.includes(path) ?? false),
	opens: path => !(change.locked?.includes(path) ?? false),
	isHost: () => false,
	environment: {},
	...change,
});
const sysctl = '/proc/sys/net/ipv4/conf/all/src_valid_mark';

test.each([
	['Docker', {there: ['/.dockerenv']}, 'docker', null],
	['Podman', {there: ['/run/.containerenv']}, 'podman', null],
	['rootless Podman', {there: ['/run/.containerenv'], files: {'/proc/self/uid_map': '         0       1000          1\n         1     100000      65536\n'}}, 'podman', 1000],
	['rootless Docker', {there: ['/.dockerenv'], files: {'/proc/self/uid_map': '0 1000 1\n1 100000 65536\n'}}, 'docker', 1000],
	['LXC with systemd', {files: {'/run/systemd/container': 'lxc\n'}}, 'lxc', null],
	['LXC without systemd, unprivileged', {files: {'/proc/1/environ': 'TERM=linux\0container=lxc\0', '/proc/self/uid_map': '0 100000 65536\n'}}, 'lxc', 100_000],
	['Docker in LXC', {there: ['/.dockerenv'], files: {'/run/systemd/container': 'lxc'}}, 'docker', null],
	['systemd-nspawn', {files: {'/run/systemd/container': 'systemd-nspawn'}}, 'nspawn', null],
	['what its own environment says', {environment: {container: 'podman'}}, 'podman', null],
	['a container nobody knows', {files: {'/run/systemd/container': 'rkt'}}, 'other', null],
	['a name that is one of every object', {files: {'/run/systemd/container': 'constructor'}}, 'other', null],
	['a variable that only ends so', {files: {'/proc/1/environ': 'mycontainer=lxc\0'}}, 'namespace', null],
	['Kubernetes without marks', {environment: {KUBERNETES_SERVICE_HOST: '10.0.0.1'}}, 'other', null],
	['the host', {isHost: () => true}, 'host', null],
	['a namespace', {}, 'namespace', null],
	['unshare -U without a map', {files: {'/proc/self/uid_map': ''}}, 'namespace', null],
	['a namespace in which root is nobody', {files: {'/proc/self/uid_map': '1000 1000 1\n'}}, 'namespace', 65_534],
] as const)('%s', (_what, change, kind, rootIs) => {
	expect(readHome(reads(change))).toMatchObject({kind, rootIs});
});

test('where nothing is smaller, it is only named', () => {
	expect(homeWords(readHome(reads({isHost: () => true})))).toEqual(['the host\'s own network']);
});

test('what is smaller is said with what would make it whole there', () => {
	const words = (change: Parameters<typeof reads>[0]): string => homeWords(readHome(reads(change))).join('\n');
	const lxc = words({files: {'/run/systemd/container': 'lxc', '/proc/self/uid_map': '0 100000 65536\n'}, locked: ['/dev/net/tun']});
	for (const part of ['an LXC container, in a user namespace: root here is uid 100000 outside', 'net.core.rmem_max', 'dev0: /dev/net/tun (Proxmox)']) expect(lxc).toContain(part);
	expect(lxc).not.toContain('sysctls cannot');
	const docker = words({there: ['/.dockerenv'], locked: [sysctl, '/dev/net/tun']});
	for (const part of ['a Docker container', 'by --sysctl net.ipv4.conf.all.src_valid_mark=1', '--device /dev/net/tun gives it']) expect(docker).toContain(part);
	expect(words({files: {'/run/systemd/container': 'lxc'}, locked: [sysctl]})).toContain('lxc.sysctl.net.ipv4.conf.all.src_valid_mark = 1');
});

test('a device that the cgroup forbids is not there, although its file may be written', () => {
	const asked: string[] = [];
	const home = readHome(reads({
		writable: () => true,
		opens: path => {
			asked.push(path);
			return false;
		},
	}));
	expect([home.hasTun, home.sysctlsWritable, asked]).toEqual([false, true, ['/dev/net/tun']]);
});
