/** On the host's own network nobody closes the way they came by. */
import {expect, test} from 'vitest';
import {hostRefusal, otherLinkRefusal} from '../../../src/cli/host-use.ts';
import {parseConfig} from '../../../src/config/parse.ts';
import {sshSession} from '../../../src/kernel/ssh-session.ts';
import {fakeKernel} from '../../fakes/fake-kernel.ts';
import {putUplink} from '../../helpers/controller-rig.ts';
import {ip, nic} from '../../helpers/situations.ts';

const files = (of: Readonly<Record<string, string>>) => (path: string): string | null => of[path] ?? null;
const managed = (management: string) => {
	const config = parseConfig({env: {VKS_MANAGEMENT: management}, file: null});
	if (!config.ok) throw new Error(JSON.stringify(config.error));
	return config.value;
};
const said = 'PATH=/bin\0SSH_CONNECTION=192.168.1.10 50022 192.168.1.2 22\0TERM=xterm\0';

test('a session is found in our own environment, and behind sudo in that of who started us', () => {
	expect(sshSession(10, files({'/proc/10/environ': said}))).toEqual({client: '192.168.1.10', port: 22, server: '192.168.1.2'});
	const behind = {'/proc/10/environ': 'PATH=/bin\0', '/proc/10/stat': '10 (a) b (c) S 9 1 1', '/proc/9/stat': '9 (sudo) S 8 1 1', '/proc/8/environ': said};
	expect(sshSession(10, files(behind))).toEqual({client: '192.168.1.10', port: 22, server: '192.168.1.2'});
});

test.each([
	['at the machine itself', {'/proc/10/environ': 'PATH=/bin\0', '/proc/10/stat': '10 (vks) S 1 1 1'}],
	['a variable that only ends so', {'/proc/10/environ': 'OLD_SSH_CONNECTION=192.168.1.10 1 192.168.1.2 22\0'}],
	['what is no connection', {'/proc/10/environ': 'SSH_CONNECTION=nobody\0'}],
	['ancestors in a ring', {'/proc/10/stat': '10 (a) S 10 1 1'}],
	['nothing can be read', {}],
])('no session: %s', (_what, of) => {
	expect(sshSession(10, files(of))).toBeNull();
});

test('who came by SSH is refused until the way they came stays open, and is told the words to write', () => {
	const session = sshSession(10, files({'/proc/10/environ': said}));
	const refusal = hostRefusal(managed(''), session);
	expect(refusal).toMatchObject({code: 'host-namespace', what: expect.stringContaining('Nothing was changed')});
	const words = /VKS_MANAGEMENT="([^"]+)"/.exec(refusal?.next ?? '')?.[1] ?? '';
	expect(words).toBe('tcp 22 from 192.168.1.10');
	expect(hostRefusal(managed(words), session)).toBeNull();
	expect(hostRefusal(managed('tcp 22 from 192.168.1.0/24'), session)).toBeNull();
	for (const other of ['tcp 2222 from 192.168.1.10', 'tcp 22 from 192.168.2.0/24']) expect(hostRefusal(managed(other), session), other).not.toBeNull();
	expect(hostRefusal(managed(''), null)).toBeNull();
});

test('by IPv6 too, a link-local one without its interface', () => {
	const from = (address: string) => sshSession(10, files({'/proc/10/environ': `SSH_CONNECTION=${address} 50022 fe80::2 22\0`}));
	expect(hostRefusal(managed('tcp 22 from fe80::/64'), from('fe80::1%eth0'))).toBeNull();
	expect(hostRefusal(managed('tcp 22 from 192.168.1.10'), from('fe80::1%eth0'))?.next).toContain('"tcp 22 from fe80::1"');
});

test('who came by another link than the uplink would not be let in by it', () => {
	const kernel = fakeKernel();
	putUplink(kernel);
	kernel.putLink({name: 'eth1', up: true, kind: 'veth', addresses: [{address: ip('192.168.1.2'), prefixLength: 24, scope: 'global'}]});
	const config = managed('tcp 22 from 192.168.1.10');
	const session = sshSession(10, files({'/proc/10/environ': said}));
	expect(otherLinkRefusal(kernel, config, session)?.what).toMatch(/^You are logged in by eth1 \(192\.168\.1\.2\), .*which is eth0:.*Nothing was changed\.$/);
	expect(otherLinkRefusal(kernel, {...config, uplink: nic('eth1')}, session)).toBeNull();
	kernel.putLink({name: 'eth0', addresses: [{address: ip('192.168.1.2'), prefixLength: 24, scope: 'global'}]});
	kernel.dropLink('eth1');
	expect(otherLinkRefusal(kernel, config, session)).toBeNull();
	expect(otherLinkRefusal(kernel, config, null)).toBeNull();
});
