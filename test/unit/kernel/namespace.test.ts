/** The host's own network is not closed by accident. */
import {expect, test} from 'vitest';
import {isHostNetwork} from '../../../src/kernel/namespace.ts';

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
	expect(isHostNetwork(at(links))).toBe(expected);
});
