/** The WireGuard driver on real packets: a handshake, no key anywhere, and nothing left behind. Needs root. */
import {existsSync, readdirSync, readFileSync, readlinkSync} from 'node:fs';
import {setTimeout as sleep} from 'node:timers/promises';
import {expect, test as plain} from 'vitest';
import {wireguardSocket} from '../../lab/wireguard-socket.ts';
import {raiseNetwork, type Driver, type WireguardNetwork} from '../fixtures/wireguard/network.ts';

const test = plain.extend<{network: WireguardNetwork; withoutIpv6: WireguardNetwork}>({
	network: async ({}, use) => lend(true, use),
	withoutIpv6: async ({}, use) => lend(false, use),
});

async function lend(ipv6: boolean, use: (network: WireguardNetwork) => Promise<void>): Promise<void> {
	const network = await raiseNetwork(ipv6);
	await use(network).finally(() => network.dispose());
}

async function until<T>(read: () => Promise<T> | T, good: (value: T) => boolean): Promise<T> {
	for (let left = 3000; ; left--) {
		const value = await read();
		if (good(value) || left === 0) return value;
		await sleep(20);
	}
}

const processFiles = (file: string): readonly string[] =>
	readdirSync('/proc')
		.filter(name => /^\d+$/.test(name))
		.map(pid => {
			try {
				return readFileSync(`/proc/${pid}/${file}`, 'utf8');
			} catch {
				return '';
			}
		});

const pidsOf = (tunnel: string): readonly number[] =>
	readdirSync('/proc')
		.filter(name => /^\d+$/.test(name))
		.map(Number)
		.filter(pid => {
			try {
				return readFileSync(`/proc/${pid}/cmdline`, 'utf8') === `wireguard-go\0-f\0${tunnel}\0`;
			} catch {
				return false;
			}
		});

interface Facts {
	readonly ok: boolean;
	readonly value: {readonly handshakeAtMs: number | null; readonly rxBytes: number};
}

const factsOf = async (driver: Driver): Promise<Facts> => (await driver.ask('facts')) as Facts;
const withHandshake = (driver: Driver): Promise<Facts> => until(() => factsOf(driver), ({value}) => value.handshakeAtMs !== null && value.rxBytes > 0);

const links = (network: WireguardNetwork): string => network.inClient('ip', '-o', 'link');
const socketOf = (network: WireguardNetwork): string => wireguardSocket(network.tunnel);

test.for(['native', 'userspace'] as const)('a server file becomes a tunnel that shakes hands and receives, with no key in any argument or environment: %s', async (implementation, {network}) => {
	const driver = network.startDriver({implementation});
	expect(await driver.hear()).toEqual({up: expect.stringMatching(implementation === 'native' ? /kernel|wireguard-go/ : /wireguard-go/) as string, mtu: 1400});
	const facts = await withHandshake(driver);
	expect(facts).toMatchObject({ok: true, value: {endpoint: '192.0.2.1:51820', keepaliveSeconds: 1}});
	expect(Math.abs((facts.value.handshakeAtMs ?? 0) - Date.now())).toBeLessThan(10_000);
	expect(facts.value.rxBytes).toBeGreaterThan(0);
	const seen = [...processFiles('cmdline'), ...processFiles('environ')].join('\n');
	for (const secret of network.secrets) expect(seen).not.toContain(secret);

	const addresses = network.inClient('ip', '-o', 'addr', 'show', 'dev', network.tunnel);
	expect(addresses).toContain('10.77.0.2/32');
	expect(addresses).toContain('fd77::2/128');
	expect(addresses).not.toContain('fe80');
	expect(links(network)).toContain('mtu 1400');
	expect(network.inClient('ip', 'route', 'show', 'dev', network.tunnel)).toBe('');
	await driver.ask('down');
	await driver.end();
});

test('what wg says of the device agrees, and wg takes settings without a key in a file or an argument', async ({network}) => {
	const driver = network.startDriver();
	await driver.hear();
	await withHandshake(driver);
	expect(await driver.ask('wg-configure')).toMatchObject({ok: true});
	expect(network.inClient('wg', 'show', network.tunnel, 'fwmark')).toBe('0xca6d');
	// Another test's daemon may have its own there at this moment.
	expect(await until(async () => readdirSync('/dev/shm').filter(name => name.startsWith('vks-')), names => names.length === 0)).toEqual([]);
	const facts = await until(async () => (await driver.ask('wg-facts')) as Facts, ({value}) => value.handshakeAtMs !== null);
	expect(facts).toMatchObject({ok: true, value: {endpoint: '192.0.2.1:51820', keepaliveSeconds: 1}});
	await driver.ask('down');
	await driver.end();
});

test('down leaves nothing, may be asked twice, and is no unasked end', async ({network}) => {
	const driver = network.startDriver();
	await driver.hear();
	expect(pidsOf(network.tunnel).length).toBe(1);
	expect(await driver.ask('down')).toEqual({down: true});
	expect(await driver.ask('down')).toEqual({down: true});
	expect(links(network)).not.toContain(network.tunnel);
	expect(existsSync(socketOf(network))).toBe(false);
	expect(pidsOf(network.tunnel)).toEqual([]);
	await driver.end();
	expect(await driver.hear()).toBeNull();
});

test('the end of wireguard-go is told once, and down then removes its socket', async ({network}) => {
	const driver = network.startDriver();
	await driver.hear();
	for (const pid of pidsOf(network.tunnel)) process.kill(pid, 'SIGKILL');
	expect(await driver.hear()).toEqual({exited: true});
	expect(await driver.ask('facts')).toMatchObject({ok: false, error: {code: 'tunnel-failed'}});
	expect(await driver.ask('down')).toEqual({down: true});
	expect(existsSync(socketOf(network))).toBe(false);
	await driver.end();
});

test.for([
	['as it was', () => undefined],
	['with its link renamed', (network: WireguardNetwork) => network.inClient('ip', 'link', 'set', network.tunnel, 'name', 'renamed0')],
	['with its socket left by a killed process', (network: WireguardNetwork) => pidsOf(network.tunnel).forEach(pid => process.kill(pid, 'SIGKILL'))],
] as const)('the tunnel outlives a killed daemon, and the next daemon takes its place: %s', async ([, disturb], {network}) => {
	const first = network.startDriver();
	await first.hear();
	await withHandshake(first);
	const before = pidsOf(network.tunnel);
	// A pipe to the daemon would end wireguard-go at its next message; what it says last goes to a file without a name.
	for (const pid of before) expect([0, 1, 2].map(fd => readlinkSync(`/proc/${pid}/fd/${fd}`))).toEqual(['/dev/null', '/dev/null', expect.stringMatching(/^\/.*\/vks-[\w-]+ \(deleted\)$/)]);
	first.process.kill('SIGKILL');
	await first.end();
	// Long enough for a process to notice that its parent has gone.
	await sleep(200);
	expect(pidsOf(network.tunnel)).toEqual(before);
	disturb(network);

	const second = network.startDriver();
	expect(await second.hear()).toMatchObject({mtu: 1400});
	await withHandshake(second);
	expect(pidsOf(network.tunnel)).not.toEqual(before);
	expect(pidsOf(network.tunnel).length).toBe(1);
	expect(links(network)).not.toContain('renamed0');
	await second.ask('down');
	await second.end();
});

test('a name that another network namespace serves is refused, and its process left alone', async ({network, withoutIpv6}) => {
	const driver = network.startDriver();
	await driver.hear();
	const other = withoutIpv6.startDriver({name: network.tunnel});
	expect(await other.hear()).toMatchObject({problem: {code: 'tunnel-failed', what: expect.stringContaining('outside this network namespace') as string}});
	expect(await factsOf(driver)).toMatchObject({ok: true});
	await driver.ask('down');
	await Promise.all([driver.end(), other.end()]);
});

test('where IPv6 is switched off, the IPv4 half of a file is used', async ({withoutIpv6: network}) => {
	const driver = network.startDriver();
	expect(await driver.hear()).toMatchObject({mtu: 1400});
	await withHandshake(driver);
	expect(network.inClient('ip', '-o', 'addr', 'show', 'dev', network.tunnel)).not.toContain('inet6');
	await driver.ask('down');
	await driver.end();
});
