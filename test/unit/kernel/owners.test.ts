import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, onTestFinished, test} from 'vitest';
import type {LocalFlow} from '../../../src/kernel/kernel.ts';
import {parseContainer, parsePasswd, processName} from '../../../src/kernel/owners/parse-owner.ts';
import {parseSocket, portRequest, senderOf, type DiagSocket} from '../../../src/kernel/owners/sock-diag.ts';
import {userNames} from '../../../src/kernel/owners/users.ts';

const id = 'ab12cd34ef56'.padEnd(64, '0');

test('a passwd file names its uids: the first name counts, and lines of other kinds are none', () => {
	const names = parsePasswd('root:x:0:0::/root:/bin/sh\nradarr:x:1000:1000::/:\nsecond:x:1000::::\n+nis:x:5::::\n#no:x:6::::\nbroken\n:x:7::::\nfar:x:4294967296::::\n');
	expect([...names]).toEqual([[0, 'root'], [1000, 'radarr']]);
});

test('a name cannot speak to the terminal', () => {
	expect(processName('\u001B[2Jradarr\u202E\n', '')).toBe('?[2Jradarr?');
	expect(processName('\n', '')).toBeNull();
	expect([...parsePasswd('a\u0007b:x:1:1').values()]).toEqual(['a?b']);
});

test.each([
	['the whole name, where the kernel cut it', 'qbittorrent-nox\n', '/usr/bin/qbittorrent-nox-static', 'qbittorrent-nox-static'],
	['both, where they differ', 'MainThread\n', '/usr/bin/node (deleted)', 'MainThread (node)'],
	['its own name, where the file is not ours to see', 'Radarr\n', '', 'Radarr'],
])('a process is called by %s', (_, comm, executable, name) => {
	expect(processName(comm, executable)).toBe(name);
});

test.each([
	['docker by systemd', `0::/system.slice/docker-${id}.scope\n`, 'docker ab12cd34ef56'],
	['docker by cgroupfs, version 1', `12:pids:/docker/${id}\n0::/docker/${id}\n`, 'docker ab12cd34ef56'],
	['podman', `0::/machine.slice/libpod-${id}.scope/container\n`, 'podman ab12cd34ef56'],
	['containerd in a pod', `0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-${id}.scope\n`, 'containerd ab12cd34ef56'],
	['cri-o', `0::/kubepods.slice/crio-${id}.scope\n`, 'cri-o ab12cd34ef56'],
	['an engine that says no name', `0::/kubepods/burstable/pod1/${id}\n`, 'container ab12cd34ef56'],
	['a neighbour, seen from another control group', `0::/../${id}\n`, 'container ab12cd34ef56'],
	['lxc', '0::/lxc.payload.media-1/user.slice\n', 'lxc media-1'],
	['old lxc', '3:memory:/lxc/media-1\n', 'lxc media-1'],
	['our own control group', '0::/\n', null],
	['a service', '0::/system.slice/ssh.service\n', null],
	['nothing', '', null],
])('the container of a control group: %s', (_, text, container) => {
	expect(parseContainer(text)).toBe(container);
});

test('names are read again when the file changes, and none is given when it is gone', () => {
	const folder = mkdtempSync(join(tmpdir(), 'vks-users-'));
	onTestFinished(() => rmSync(folder, {recursive: true}));
	const path = join(folder, 'passwd');
	let now = 0;
	const userOf = userNames({path, monotonic: () => now});
	expect(userOf(1000)).toBeNull();
	writeFileSync(path, 'radarr:x:1000:1000::/:\n');
	expect(userOf(1000)).toBeNull();
	now = 5000;
	expect(userOf(1000)).toBe('radarr');
	writeFileSync(path, 'sonarr-instead:x:1000:1000::/:\n');
	now = 10_000;
	expect(userOf(1000)).toBe('sonarr-instead');
	rmSync(path);
	now = 15_000;
	expect(userOf(1000)).toBeNull();
});

describe('which socket sent it', () => {
	const flow: LocalFlow = {protocol: 'udp', source: '10.0.0.2', sourcePort: 4000, destination: '192.0.2.1', destinationPort: 53, uid: 1000};
	const socket: DiagSocket = {state: 7, source: '0.0.0.0', sourcePort: 4000, destination: '0.0.0.0', destinationPort: 0, uid: 1000, inode: 11};
	const connected: DiagSocket = {...socket, state: 1, source: '10.0.0.2', destination: '192.0.2.1', destinationPort: 53, inode: 12};

	test.each<[string, readonly DiagSocket[], number | null]>([
		['the only one', [socket], 11],
		['the one with that peer, before one without any', [socket, connected], 12],
		['none with another peer', [{...connected, destination: '192.0.2.9'}], null],
		['none of another uid', [{...socket, uid: 0}], null],
		['none at another address', [{...socket, source: '10.9.9.9'}], null],
		['none that nobody has open', [{...socket, inode: 0}], null],
		['none of two that would fit', [socket, {...socket, inode: 13}], null],
		['none at all', [], null],
	])('%s', (_, sockets, inode) => {
		expect(senderOf(flow, sockets)?.inode ?? null).toBe(inode);
	});

	test('of what was redirected, whose destination is not known: the one that is connected, whoever has it', () => {
		expect(senderOf({...flow, destination: null, destinationPort: null, uid: null}, [socket, {...connected, uid: 7}])).toMatchObject({inode: 12, uid: 7});
	});

	test('a server that listens on the port is not taken for the sender', () => {
		expect(senderOf({...flow, protocol: 'tcp'}, [{...socket, state: 10}])).toBeNull();
	});

	test('a torn answer is none, and the question bears the port in network order', () => {
		expect(parseSocket(Buffer.alloc(71, 2))).toBeNull();
		expect(portRequest(2, 'tcp', 0x1234).subarray(8, 10)).toEqual(Buffer.from([0x12, 0x34]));
	});
});
