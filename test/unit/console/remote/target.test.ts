import fc from 'fast-check';
import {expect, test} from 'vitest';
import {commandFor} from '../../../../src/console/remote/command.ts';
import {nameOf, parseTarget, parseWay, wayText, type Way} from '../../../../src/console/remote/target.ts';

const wayOf = (text: string): Way => {
	const way = parseWay(text);
	if (!way.ok) throw new Error(way.error);
	return way.value;
};
const argvOf = (text: string, view = false): readonly string[] => {
	const way = wayOf(text);
	return way.kind === 'socket' ? [] : commandFor(way, {view});
};
const ssh = ['ssh', '-T', '-a', '-x', '-o', 'BatchMode=yes', '-o', 'ConnectTimeout=10', '-o', 'ServerAliveInterval=5', '-o', 'ServerAliveCountMax=2', '-o', 'ClearAllForwardings=yes', '-o', 'RemoteCommand=none'];

test.each([
	['ssh://root@box/vpn', [...ssh, '-l', 'root', '--', 'box', 'docker', 'exec', '-i', 'vpn', 'vks', 'connect-stdio', '--json'], 'vpn@box'],
	['ssh://box:2222/podman:vpn', [...ssh, '-p', '2222', '--', 'box', 'podman', 'exec', '-i', 'vpn', 'vks', 'connect-stdio', '--json'], 'vpn@box'],
	['ssh://root@[2001:db8::1]/vpn', [...ssh, '-l', 'root', '--', '2001:db8::1', 'docker', 'exec', '-i', 'vpn', 'vks', 'connect-stdio', '--json'], 'vpn@2001:db8::1'],
	['ssh://box', [...ssh, '--', 'box', 'vks', 'connect-stdio', '--json'], 'box'],
	['docker:vpn', ['docker', 'exec', '-i', 'vpn', 'vks', 'connect-stdio', '--json'], 'vpn'],
	['podman:my.vpn-1', ['podman', 'exec', '-i', 'my.vpn-1', 'vks', 'connect-stdio', '--json'], 'my.vpn-1'],
])('%s is reached by %j', (text, argv, name) => {
	expect(argvOf(text)).toEqual(argv);
	expect(argvOf(text, true)).toEqual([...argv, '--view']);
	expect(nameOf(wayOf(text))).toBe(name);
	expect(wayText(wayOf(text))).toBe(text);
});

test('a path is a socket of this machine', () => {
	expect(wayOf('/run/vks/view.sock')).toEqual({kind: 'socket', path: '/run/vks/view.sock'});
});

test.each([
	['ssh://-oProxyCommand=x/vpn', '"-oProxyCommand=x" is not a host'], ['ssh://root@-box/vpn', 'is not a host'], ['ssh://-l@box/vpn', '"-l" is not a user'],
	['ssh://box/-it', 'is not a container'], ['ssh://box/vpn;reboot', 'is not a container'], ['ssh://box/$(id)', 'is not a container'], ['ssh://box/a b', 'is not a container'],
	['ssh://box/vpn/more', 'is not a container'], ['ssh://b ox/vpn', 'is not a host'], ['ssh://box;id/vpn', 'is not a host'], ['ssh://a@b@box/vpn', 'is not ssh://'], ['ssh:///vpn', 'is not a host'],
	['ssh://box:0/vpn', '0 is not a port'], ['ssh://box:65536/vpn', 'is not a port'], ['ssh://box:ssh/vpn', 'is not ssh://'], ['ssh://@box/vpn', '"" is not a user'],
	['docker:-it', 'is not a container'], ['docker:', 'is not a container'], ['lxc:vpn', '"lxc" is not a container engine: docker or podman'], ['ssh://box/lxc:vpn', 'is not a container engine'],
	['vpn', 'is not a way to a daemon'], ['', 'is not a way to a daemon'], ['ssh://box/vpn\n-x', 'is not a container'],
])('%j is refused', (text, why) => {
	expect(parseWay(text)).toMatchObject({ok: false, error: expect.stringContaining(why)});
});

test('a target is NAME=WAY', () => {
	expect(parseTarget('home=docker:vpn')).toEqual({ok: true, value: {name: 'home', way: wayOf('docker:vpn')}});
	for (const text of ['=docker:vpn', '-x=docker:vpn', 'a b=docker:vpn', 'home', 'home=']) expect(parseTarget(text).ok, text).toBe(false);
});

test('whatever is accepted, no argument of ours is an option of somebody\'s choice, and no word means anything to a shell', () => {
	const part = fc.oneof(fc.string({maxLength: 12}), fc.constantFrom('ssh://', 'root@', 'box', ':22', '/', 'vpn', '-', '--', 'docker:', 'podman:', '[', ']', '::1', '%', '$', '`', ';', ' ', '\n'));
	fc.assert(fc.property(fc.array(part, {maxLength: 8}).map(parts => parts.join('')), text => {
		const way = parseWay(text);
		if (!way.ok || way.value.kind === 'socket') return;
		const argv = commandFor(way.value, {view: true});
		const own = new Set([...ssh, '-p', '-l', '--', '-i', '--json', '--view']);
		for (const word of argv) {
			if (own.has(word)) continue;
			expect(word).toMatch(/^[A-Za-z0-9_:][A-Za-z0-9_:.%-]*$/);
		}
		expect(parseWay(wayText(way.value))).toEqual(way);
	}), {numRuns: 2000});
});
