import {expect, test} from 'vitest';
import {parseExplainQuery} from '../../../src/cli/explain-query.ts';
import {done} from '../../fakes/fake-controller.ts';
import {shell} from './harness.ts';

test.each([
	[['reconnect'], {do: 'reconnect'}],
	[['switch', 'lab-two'], {do: 'switch', server: 'lab-two'}],
	[['lockdown'], {do: 'lockdown', reason: 'from the command line'}],
	[['lockdown', '--reason', 'odd traffic'], {do: 'lockdown', reason: 'odd traffic'}],
	[['lockdown', `--reason=${'x'.repeat(900)}`], {do: 'lockdown', reason: 'x'.repeat(500)}],
	[['lift', '--word', 'lift'], {do: 'lift', word: 'lift'}],
	[
		['allow', 'tcp', '192.168.1.20:5432', '--for', '15m', '--reason', 'restore the backup'],
		{do: 'allow', protocol: 'tcp', range: '192.168.1.20', port: 5432, direction: 'out', uid: null, seconds: 900, reason: 'restore the backup', by: 'operator'},
	],
	[
		['allow', 'udp', '[fd00::/64]:443', '--for=1h30m', '--reason', 'a', '--uid', '1000'],
		{do: 'allow', protocol: 'udp', range: 'fd00::/64', port: 443, direction: 'out', uid: 1000, seconds: 5400, reason: 'a', by: 'operator'},
	],
	[
		['allow', 'tcp', '10.1.0.0/16:8080', '--in', '--for', '90s', '--reason', 'a'],
		{do: 'allow', protocol: 'tcp', range: '10.1.0.0/16', port: 8080, direction: 'in', uid: null, seconds: 90, reason: 'a', by: 'operator'},
	],
	[['allow', 'icmp', 'fd00::1', '--for', '24h', '--reason', 'a'], {do: 'allow', protocol: 'icmpv6', range: 'fd00::1', port: null, direction: 'out', uid: null, seconds: 86_400, reason: 'a', by: 'operator'}],
	[['revoke', '3'], {do: 'revoke', id: 3}],
	[['latency'], {do: 'measure', servers: []}],
	[['favourite', 'lab-two'], {do: 'favourite', server: 'lab-two', on: true}],
	[['checklist', '--done', 'updates', '--note', 'all of them'], {do: 'checked', item: 'updates', result: 'done', detail: 'all of them'}],
	[['checklist', '--done', 'access', '--failed'], {do: 'checked', item: 'access', result: 'failed', detail: ''}],
	[['favourite', 'lab-two', '--off'], {do: 'favourite', server: 'lab-two', on: false}],
])('%j sends its command and prints the outcome', async (argv, command) => {
	const {vks, controller} = await shell();
	expect(await vks(...argv)).toEqual({code: 0, out: 'done (3.0 ms)\n', err: ''});
	expect(controller.commands).toEqual([command]);
	expect(JSON.parse((await vks(...argv, '--json')).out)).toEqual({version: 1, ...done()});
});

test.each([
	[['allow', 'tcp', '192.168.1.20', '--for', '15m', '--reason', 'a'], 'tcp needs a port'],
	[['allow', 'icmp', '192.168.1.20:7', '--for', '15m', '--reason', 'a'], 'icmp has no ports'],
	[['allow', 'sctp', '192.168.1.20:7', '--for', '15m', '--reason', 'a'], 'none of tcp'],
	[['allow', 'tcp', 'db.lan:5432', '--for', '15m', '--reason', 'a'], 'names are not looked up'],
	[['allow', 'tcp', '192.168.1.20:0', '--for', '15m', '--reason', 'a'], 'not a port'],
	[['allow', 'tcp', '192.168.1.20:5432', '--reason', 'a'], 'needs --for'],
	[['allow', 'tcp', '192.168.1.20:5432', '--for', '15m'], 'needs --reason'],
	[['allow', 'tcp', '192.168.1.20:5432', '--for', '15m', '--reason', ' '], 'needs --reason'],
	[['allow', 'tcp', '192.168.1.20:5432', '--for', 'ever', '--reason', 'a'], 'takes a time'],
	[['allow', 'tcp', '192.168.1.20:5432', '--for', '0s', '--reason', 'a'], '1s to 24h'],
	[['allow', 'tcp', '192.168.1.20:5432', '--for', '24h1s', '--reason', 'a'], '1s to 24h'],
	[['allow', 'tcp', '192.168.1.20:5432', '--for', '15m', '--reason', 'a', '--uid', 'root'], '--uid takes a number'],
	[['allow', 'tcp', '192.168.1.20:5432', '--for', '15m', '--reason', 'a', '--uid', '1', '--in'], 'what goes out'],
	[['revoke', 'all'], 'not the number'],
	[['checklist', '--note', 'a'], '--done ITEM'],
])('%j is wrong usage, named, and sends nothing', async (argv, said) => {
	const {vks, controller} = await shell();
	expect(await vks(...argv)).toMatchObject({code: 2, err: expect.stringContaining(said) as unknown});
	expect(controller.commands).toEqual([]);
});

test('a command that failed is exit code 1 with the reason and the next step', async () => {
	const problem = {code: 'no-server', severity: 'error', what: 'There is no server lab-nine.', stillBlocking: true, next: 'See `vks servers`.'} as const;
	const {vks} = await shell({submit: () => Promise.resolve({ok: false, message: 'refused', durationMs: 1, problem})});
	const ran = await vks('switch', 'lab-nine');
	expect(ran).toMatchObject({code: 1, out: ''});
	expect(ran.err).toBe('refused\nerror no-server: There is no server lab-nine.\n  Traffic is still blocked. See `vks servers`.\n');
});

test('while a tunnel carries, nobody is told that traffic is blocked', async () => {
	const problem = {code: 'no-server', severity: 'error', what: 'There is no server lab-nine.', stillBlocking: true, next: 'See `vks servers`.'} as const;
	const {vks} = await shell({submit: () => Promise.resolve({ok: false, message: problem.what, durationMs: 1, problem, carries: true})});
	expect((await vks('switch', 'lab-nine')).err).toBe('error no-server: There is no server lab-nine.\n  Nothing passes outside the tunnel. See `vks servers`.\n');
});

test('a lockdown that may be forgotten is carried out, and is said to be on both', async () => {
	const problem = {code: 'state-folder', severity: 'error', what: 'The intent could not be saved.', stillBlocking: true, next: 'Run `sudo chown 0 /var/lib/vks`.'} as const;
	const {vks} = await shell({submit: () => Promise.resolve({ok: true, message: 'Locked down, but a restart forgets it: nothing passes now.', durationMs: 1, problem})});
	expect(await vks('lockdown')).toEqual({code: 0, out: 'Locked down, but a restart forgets it: nothing passes now. (1.0 ms)\n', err: 'error state-folder: The intent could not be saved.\n  Traffic is still blocked. Run `sudo chown 0 /var/lib/vks`.\n'});
});

test('where no daemon runs, an emergency hears that it is not locked down, and what it can do', async () => {
	const {vks, runFolder} = await shell();
	const ran = await vks('lockdown', '--socket', `${runFolder}/nobody.sock`);
	expect(ran).toMatchObject({code: 1, out: ''});
	expect(ran.err).toMatch(/^error no-daemon: Not locked down: no daemon answers at .*nobody\.sock: there is no such socket\. What the last daemon let pass goes on passing\.\n/);
	expect(ran.err).toContain('docker stop -t 0 NAME');
});

test('the viewers\' socket takes no exception, and says which does', async () => {
	const {vks, runFolder, controller} = await shell();
	expect(await vks('allow', 'tcp', '192.168.1.20:5432', '--for', '15m', '--reason', 'a', '--socket', `${runFolder}/view.sock`)).toMatchObject({code: 1, err: expect.stringContaining('control.sock')});
	expect(controller.commands).toEqual([]);
});

test('the viewers\' socket takes no lockdown, and says which does', async () => {
	const {vks, runFolder, controller} = await shell();
	expect(await vks('lockdown', '--socket', `${runFolder}/view.sock`)).toMatchObject({code: 1, err: expect.stringContaining('control.sock')});
	expect(controller.commands).toEqual([]);
});

test.each([
	[['lift'], undefined, 2, []],
	[['lift', '--word', 'LIFT'], undefined, 2, []],
	[['lift'], 'yes', 1, []],
	[['lift'], '', 1, []],
	[['lift'], 'lift', 0, [{do: 'lift', word: 'lift'}]],
])('%j, typing %j, exits with %s', async (argv, typed, code, commands) => {
	const {vks, controller} = await shell(typed === undefined ? {} : {typed});
	expect((await vks(...argv)).code).toBe(code);
	expect(controller.commands).toEqual(commands);
});

test('explain says what, by which rule, why, and what would open it', async () => {
	const {vks, controller} = await shell();
	const {code, out} = await vks('explain', 'tcp', '192.0.2.1:443', '--uid', '1000');
	expect(code).toBe(0);
	expect(out).toMatchInlineSnapshot(`
		"tcp to 192.0.2.1:443 of uid 1000 is refused, and the sender is told
		  rule           refuse-output
		  reason         nothing else leaves
		  setting        default
		  leaves by      no interface
		  would open it  NETWORK=192.0.2.0/24
		  looked at      tunnel-endpoint, refuse-output
		"
	`);
	expect(controller.queries).toEqual([{protocol: 'tcp', destination: '192.0.2.1', port: 443, uid: 1000}]);
	expect(await vks('explain', 'tcp', 'example.com:443')).toMatchObject({code: 2, out: '', err: expect.stringContaining('names')});
});

test.each([
	['tcp', '192.0.2.1:443', {protocol: 'tcp', destination: '192.0.2.1', port: 443}],
	['UDP', '[2001:db8::1]:53', {protocol: 'udp', destination: '2001:db8::1', port: 53}],
	['icmp', '192.0.2.1', {protocol: 'icmp', destination: '192.0.2.1', port: null}],
	['icmp', '::1', {protocol: 'icmpv6', destination: '::1', port: null}],
	['icmpv6', '[::1]', {protocol: 'icmpv6', destination: '::1', port: null}],
])('explain %s %s', (protocol, destination, query) => {
	expect(parseExplainQuery({protocol, destination, uid: null})).toEqual({ok: true, value: {...query, uid: null}});
});

test.each([
	['sctp', '192.0.2.1:443', 'none of tcp'],
	['tcp', '192.0.2.1', 'needs a port: 192.0.2.1:443'],
	['udp', '2001:db8::1', 'needs a port: [2001:db8::1]:443'],
	['tcp', '192.0.2.1:0', 'not a port'],
	['tcp', '192.0.2.1:65536', 'not a port'],
	['tcp', '192.0.2.1:', 'not a port'],
	['tcp', '192.0.2:80', 'not an address'],
	['tcp', '[fe80::1%eth0]:80', 'not an address'],
	['tcp', '[192.0.2.1]:80:80', 'not a port'],
	['icmp', '192.0.2.1:80', 'has no ports'],
	['icmpv6', '192.0.2.1', 'needs an IPv6 address'],
	['tcp', '', 'not an address'],
])('explain %s %s is refused: %s', (protocol, destination, why) => {
	expect(parseExplainQuery({protocol, destination, uid: null})).toEqual({ok: false, error: expect.stringContaining(why)});
});

test('explain takes the whole packet, and says it back', async () => {
	const {vks, controller} = await shell();
	const {code, out} = await vks('explain', 'tcp', '172.30.7.2:8080', '--in', '--from', '192.168.1.20:40000', '--via', 'eth0', '--mark', '0xca6d', '--established');
	expect(code).toBe(0);
	expect(out).toMatchInlineSnapshot(`
		"established tcp from 192.168.1.20:40000 to 172.30.7.2:8080 with mark 0xca6d arriving at eth0 is refused, and the sender is told
		  rule           refuse-output
		  reason         nothing else leaves
		  setting        default
		  interface      no interface
		  would open it  NETWORK=192.0.2.0/24
		  looked at      tunnel-endpoint, refuse-output
		"
	`);
	await vks('explain', 'udp', '198.51.100.10:51820', '--raw', '--mark', '51820');
	expect(controller.queries).toEqual([
		{protocol: 'tcp', destination: '172.30.7.2', port: 8080, uid: null, direction: 'in', source: '192.168.1.20', sourcePort: 40_000, via: 'eth0', mark: 0xca6d, established: true},
		{protocol: 'udp', destination: '198.51.100.10', port: 51_820, uid: null, raw: true, mark: 51_820},
	]);
});

test.each([
	[['tcp', '172.30.7.2:80', '--in'], '--in needs --from'],
	[['tcp', '172.30.7.2:80', '--in', '--raw', '--from', '192.168.1.20'], 'leave out --in'],
	[['tcp', '172.30.7.2:80', '--from', 'lan.example'], '--from "lan.example" is not an address'],
	[['tcp', '172.30.7.2:80', '--from', 'fd00::1'], 'not of one family'],
	[['icmp', '172.30.7.2', '--from', '192.168.1.20:7'], 'has no ports'],
	[['tcp', '172.30.7.2:80', '--via', 'eth 0'], '--via takes the name'],
	[['tcp', '172.30.7.2:80', '--mark', '0x1ca6c0000'], '--mark takes a number'],
])('explain %j is refused: %s', async (words, why) => {
	const {vks} = await shell();
	expect(await vks('explain', ...words)).toMatchObject({code: 2, out: '', err: expect.stringContaining(why)});
});

test.each(['-1', 'root', '4294967295', '1.5', ''])('a uid of %j is refused', uid => {
	expect(parseExplainQuery({protocol: 'icmp', destination: '::1', uid})).toEqual({ok: false, error: expect.stringContaining('--uid')});
});
