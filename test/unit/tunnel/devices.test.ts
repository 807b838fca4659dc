import {expect, test, vi} from 'vitest';
import {linuxDevices} from '../../../src/kernel/devices.ts';
import {parseIp} from '../../../src/net/address.ts';
import {parsed, conf, keys, peerLines} from './conf-helper.ts';
import {absent, done, failed, fakeMachine, linkOf, nameOf, type FakeMachine} from './device-fakes.ts';
import type {DeviceDeps} from '../../../src/kernel/devices-deps.ts';
import type {LinkAddress, TunnelDevice} from '../../../src/kernel/kernel.ts';
import {eventually} from '../../helpers/eventually.ts';

const name = nameOf('vks0');
const settings = parsed(conf({peer: [...peerLines, `PresharedKey = ${keys.presharedKey}`]})).settings('198.51.100.7:51820', 0xca6c);
const inKernel = {'ip link add': done(), 'ip -j': failed('Device "vks0" does not exist.')};

const create = (machine: FakeMachine) => linuxDevices(machine.deps).createWireguard(name);

async function created(machine: FakeMachine): Promise<TunnelDevice> {
	const made = await create(machine);
	if (!made.ok) throw new Error(made.error.what);
	return made.value;
}

const lines = (machine: FakeMachine): readonly string[] => machine.commands.map(({line}) => line);

function address(text: string, prefixLength: number): LinkAddress {
	const ip = parseIp(text);
	if (ip === null) throw new Error(text);
	return {address: ip, prefixLength, scope: 'global'};
}

test('the kernel is asked first, and used when it can', async () => {
	const machine = fakeMachine(inKernel);
	expect((await created(machine)).implementation).toBe('kernel');
	expect(lines(machine)).toEqual(['ip -j -d link show dev vks0', 'ip link add dev vks0 type wireguard']);
});

test.each(['Error: Unknown device type.', 'RTNETLINK answers: Operation not supported'])('wireguard-go follows when the kernel says "%s"', async error => {
	const machine = fakeMachine({'ip link add': failed(error)});
	expect((await created(machine)).implementation).toBe('wireguard-go');
	expect(lines(machine)).toContain('wireguard-go -f vks0');
});

const refused: readonly (readonly [string, Parameters<typeof fakeMachine>[0], Partial<DeviceDeps>, string, string])[] = [
	['no NET_ADMIN', {'ip link add': failed('RTNETLINK answers: Operation not permitted')}, {}, 'no-permission', 'NET_ADMIN'],
	['no /dev/net/tun', {}, {tun: async () => 'missing'}, 'no-tun', '--device /dev/net/tun'],
	['a forbidden /dev/net/tun', {}, {tun: async () => 'refused'}, 'no-tun', '--device /dev/net/tun'],
	['no wireguard-go', {}, {start: async () => ({ok: false, error: 'missing'})}, 'no-wireguard', 'apt-get install wireguard-go wireguard-tools'],
	['no ip', {'ip -j': absent}, {}, 'tunnel-failed', 'apt-get install iproute2'],
	['an interface of someone else', {'ip -j': done(linkOf(null))}, {}, 'tunnel-failed', 'another name'],
	['an interface of another kind', {'ip -j': done(linkOf('veth'))}, {}, 'tunnel-failed', 'another name'],
];

test.each(refused)('%s is a problem that names its remedy', async (_name, answers, replaced, code, next) => {
	const machine = fakeMachine(answers, replaced);
	expect(await create(machine)).toMatchObject({ok: false, error: {code, next: expect.stringContaining(next) as string}});
	expect(lines(machine).filter(line => line.includes(' del '))).toEqual([]);
});

test.each(['tun', 'wireguard'])('a leftover %s of that name is removed first', async kind => {
	const machine = fakeMachine({'ip -j': done(linkOf(kind)), 'ip link add': done()});
	await created(machine);
	expect(lines(machine).slice(0, 3)).toEqual(['ip -j -d link show dev vks0', 'ip link del dev vks0', 'ip link add dev vks0 type wireguard']);
});

test('an orphan that lost its link by a rename is killed; one of another name is not', async () => {
	const orphans = new Set([11, 12]);
	const machine = fakeMachine({}, {});
	const {uapi} = machine.deps;
	const made = await linuxDevices({
		...machine.deps,
		processes: async () => [
			{pid: 11, argv: ['wireguard-go', '-f', 'vks0']},
			{pid: 12, argv: ['wireguard-go', '-f', 'vks01']},
		],
		kill: pid => orphans.delete(pid),
		uapi: async (of, request) => (orphans.has(11) ? {ok: true, value: 'errno=0\n\n'} : uapi(of, request)),
	}).createWireguard(name);
	expect([made.ok, [...orphans]]).toEqual([true, [12]]);
});

test('a process that never serves is killed at the deadline', async () => {
	const machine = fakeMachine({}, {uapi: async () => ({ok: false, error: 'nobody'})});
	expect(await create(machine)).toMatchObject({ok: false, error: {code: 'tunnel-failed', what: expect.stringContaining('within 5 seconds') as string}});
	expect(machine.signals).toEqual(['SIGTERM']);
});

test('a process that ends at once says so without waiting for the deadline', async () => {
	const machine = fakeMachine({}, {uapi: async () => ({ok: false, error: 'nobody'})});
	const made = create(machine);
	machine.endProcess(1);
	expect(await made).toMatchObject({ok: false, error: {what: 'wireguard-go ended (1) before vks0 existed.'}});
});

test.each([
	['runtime: failed to create new OS thread (have 2 already; errno=11); fatal error: newosproc', 'pids_limit'],
	['It is broken.', 'LOG_LEVEL=verbose'],
])('a process that ended says why in its own words: %s', async (words, next) => {
	const machine = fakeMachine({}, {uapi: async () => ({ok: false, error: 'nobody'}), start: async () => ({ok: true, value: {pid: 7, exited: Promise.resolve(2), kill: () => undefined, lastWords: () => words}})});
	expect(await create(machine)).toMatchObject({ok: false, error: {what: `wireguard-go ended (2) before vks0 existed: ${words.replace(/\.$/, '')}.`, next: expect.stringContaining(next) as string}});
});

test('no key is in an argument, for either implementation', async () => {
	for (const machine of [fakeMachine(), fakeMachine(inKernel)]) {
		const device = await created(machine);
		expect(await device.configure(settings)).toEqual({ok: true, value: undefined});
		const argv = lines(machine).join('\n');
		for (const key of [settings.privateKey, keys.presharedKey]) {
			expect(argv).not.toContain(key);
			expect(argv).not.toContain(Buffer.from(key, 'base64').toString('hex'));
		}
	}
});

test('wireguard-go gets all settings in one request, as hexadecimal', async () => {
	const machine = fakeMachine();
	await (await created(machine)).configure(settings);
	const hex = (key: string): string => Buffer.from(key, 'base64').toString('hex');
	expect(machine.requests.at(-1)?.split('\n')).toEqual([
		'set=1',
		`private_key=${hex(keys.privateKey)}`,
		'fwmark=51820',
		'replace_peers=true',
		`public_key=${hex(keys.publicKey)}`,
		`preshared_key=${hex(keys.presharedKey)}`,
		'endpoint=198.51.100.7:51820',
		'persistent_keepalive_interval=0',
		'replace_allowed_ips=true',
		'allowed_ip=0.0.0.0/0',
		'',
		'',
	]);
});

test('what wg says of a configuration is not repeated, because it quotes it', async () => {
	const machine = fakeMachine({...inKernel, 'wg setconf': failed(`Line unrecognized: \`PrivateKey=${keys.privateKey}'`)});
	expect(JSON.stringify(await (await created(machine)).configure(settings))).not.toContain(keys.privateKey);
});

test('a kernel device without the program wg names the package', async () => {
	const device = await created(fakeMachine({...inKernel, wg: absent}));
	for (const result of [await device.configure(settings), await device.facts()]) expect(result).toMatchObject({ok: false, error: {code: 'no-wireguard', next: expect.stringContaining('wireguard-tools') as string}});
});

test.each([
	[true, ['link set dev vks0 addrgenmode none', 'address replace 10.2.0.2/32 dev vks0 noprefixroute', 'address replace fd00::2/128 dev vks0 nodad noprefixroute', 'link set dev vks0 mtu 1380 up', '']],
	[false, ['address replace 10.2.0.2/32 dev vks0 noprefixroute', 'link set dev vks0 mtu 1380 up', '']],
])('the link comes up in one batch (IPv6 in the namespace: %s)', async (ipv6, batch) => {
	const machine = fakeMachine({}, {ipv6: async () => ipv6});
	const device = await created(machine);
	await device.bringUp([address('10.2.0.2', 32), address('fd00::2', 128)], 1380);
	expect(machine.commands.at(-1)).toEqual({line: 'ip -batch -', input: {text: batch.join('\n'), as: 'pipe'}});
});

test('an unasked end is told once, also to a listener that comes too late', async () => {
	const machine = fakeMachine();
	const device = await created(machine);
	const [early, late] = [vi.fn(), vi.fn()];
	device.onExit(early);
	machine.endProcess('SIGKILL');
	await eventually(() => {
		expect(early).toHaveBeenCalledTimes(1);
	});
	device.onExit(late);
	await device.remove();
	expect([early.mock.calls.length, late.mock.calls.length]).toEqual([1, 1]);
	expect(machine.signals).toEqual([]);
});

test('an asked end is not told, and is done once', async () => {
	const machine = fakeMachine();
	const device = await created(machine);
	const listener = vi.fn();
	device.onExit(listener);
	await Promise.all([device.remove(), device.remove()]);
	await device.remove();
	expect(listener).not.toHaveBeenCalled();
	expect(machine.signals).toEqual(['SIGTERM']);
});

test('a process that ignores SIGTERM is killed', async () => {
	const signals: string[] = [];
	const end = Promise.withResolvers<string>();
	const machine = fakeMachine();
	const {start} = machine.deps;
	const made = await linuxDevices({
		...machine.deps,
		start: async (argv, environment) => {
			await start(argv, environment);
			const kill = (signal: string): void => {
				signals.push(signal);
				if (signal === 'SIGKILL') end.resolve(signal);
			};
			return {ok: true, value: {pid: 7, exited: end.promise, kill, lastWords: () => ''}};
		},
	}).createWireguard(name);
	if (made.ok) await made.value.remove();
	expect(signals).toEqual(['SIGTERM', 'SIGKILL']);
});
