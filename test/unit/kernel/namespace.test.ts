/** The host's own network is not closed by accident. */
import {expect, test} from 'vitest';
import {hasHostBridge, isHostNetwork} from '../../../src/kernel/namespace.ts';

const at = (links: Readonly<Record<string, string>>) => (path: string): string => {
	const target = links[path];
	if (target === undefined) throw new Error(`EACCES ${path}`);
	return target;
};

test.each([
	['the host itself', {'/proc/self/ns/pid': 'pid:[4026531836]', '/proc/self/ns/net': 'net:[1]', '/proc/1/ns/net': 'net:[1]'}, true],
	['a namespace entered from the host', {'/proc/self/ns/pid': 'pid:[4026531836]', '/proc/self/ns/net': 'net:[2]', '/proc/1/ns/net': 'net:[1]'}, false],
	['a container', {'/proc/self/ns/pid': 'pid:[4026532000]', '/proc/self/ns/net': 'net:[2]', '/proc/1/ns/net': 'net:[2]'}, false],
	['the initial network of a newer kernel, PID 1 hidden', {'/proc/self/ns/pid': 'pid:[4026531836]', '/proc/self/ns/net': 'net:[4026531833]'}, true],
	['a container on the host\'s network, newer kernel', {'/proc/self/ns/pid': 'pid:[4026532000]', '/proc/self/ns/net': 'net:[4026531833]', '/proc/1/ns/net': 'net:[4026531833]'}, true],
	['no right to look', {'/proc/self/ns/pid': 'pid:[4026531836]', '/proc/self/ns/net': 'net:[2]'}, false],
] as const)('%s', (_where, links, expected) => {
	expect(isHostNetwork(at(links), () => '')).toBe(expected);
});

const netDev = (...names: readonly string[]): string => ['Inter-|   Receive', ' face |bytes', ...names.map(name => `${name.padStart(6)}: 1 2 3`)].join('\n');

test.each(['docker0', 'br-0123456789ab', 'podman0', 'cni0', 'cni-podman0', 'virbr0', 'lxcbr0', 'lxdbr0', 'vmbr0'])('a network with %s is that of a host', name => {
	expect(hasHostBridge(netDev('lo', 'eth0', name))).toBe(true);
	const container = {'/proc/self/ns/pid': 'pid:[4026532000]', '/proc/self/ns/net': 'net:[2]', '/proc/1/ns/net': 'net:[2]'};
	expect(isHostNetwork(at(container), () => netDev('lo', name))).toBe(true);
});

test.each(['eth0', 'wg0', 'br-lan', 'br0', 'docker', 'docker0x', 'net1', 'veth1', 'tun0'])('%s is no mark of one', name => {
	expect(hasHostBridge(netDev('lo', name))).toBe(false);
});
