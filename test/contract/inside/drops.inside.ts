/** Refused packets, overruns and the backstop on the real kernel. */
import {spawn} from 'node:child_process';
import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {expect, onTestFinished, test, vi} from 'vitest';
import {firewallKeeper} from '../../../src/controller/firewall-keeper.ts';
import type {KernelEvent} from '../../../src/kernel/kernel.ts';
import {compile} from '../../../src/policy/compile.ts';
import {configFrom, nic} from '../../helpers/situations.ts';
import {valueOf} from '../expect-result.ts';
import {withBench} from '../with-bench.ts';
import {sendRawFrame} from './raw-frame.ts';
import {ip, nft, realBench, succeeds} from './real-bench.ts';
import {handedOver, received} from './received.ts';
import {otherUid} from './socket-holder.ts';
import {eventually} from '../../helpers/eventually.ts';

const bench = withBench(() => realBench('libnftables'));

const watch = async () => {
	const abort = new AbortController();
	onTestFinished(() => abort.abort());
	const events: KernelEvent[] = [];
	expect(await bench().kernel.watch(event => events.push(event), {nflogGroup: 78, signal: abort.signal})).toEqual([]);
	const drops = () => events.filter(event => event.kind === 'drops');
	return {events, records: () => drops().flatMap(({records}) => records), lost: () => drops().reduce((sum, {lost}) => sum + lost, 0)};
};

async function send(count: number, port: number): Promise<void> {
	const socket = createSocket('udp4');
	socket.on('error', () => undefined);
	for (let sent = 0; sent < count; sent++) await new Promise(resolve => socket.send('x', port, '192.0.2.1', resolve));
	socket.close();
}

const refuse = 'add table inet vkst\nadd chain inet vkst output { type filter hook output priority 0; }\nadd rule inet vkst output meta l4proto udp log prefix "vks:out:refuse-all" group 78 snaplen 128 drop\n';

async function uplink(): Promise<void> {
	bench().addLink('eth0');
	ip('addr add 10.0.0.2/24 dev eth0');
	ip('neigh add 10.0.0.1 lladdr 02:00:00:00:00:01 dev eth0');
	ip('route add default via 10.0.0.1');
}

test('a refused packet is reported with its rule, interface, ports and sender', async () => {
	await uplink();
	const {records} = await watch();
	valueOf(await bench().kernel.firewall.run(refuse));
	await send(1, 53);
	await eventually(() => expect(records()).toHaveLength(1));
	expect(records()[0]).toMatchObject({ruleId: 'refuse-all', direction: 'out', outInterface: 'eth0', source: '10.0.0.2', destination: '192.0.2.1', protocol: 'udp', destinationPort: 53, uid: 0});
});

test('whose a refused connection is can be told while its socket is open, and not after it', async () => {
	await uplink();
	const {records} = await watch();
	valueOf(await bench().kernel.firewall.run(refuse.replace('l4proto udp', 'l4proto tcp')));
	// A connect that nobody answers keeps its socket until it is ended.
	const child = spawn('setpriv', ['--reuid', String(otherUid), '--clear-groups', 'bash', '-c', 'exec 3<>/dev/tcp/192.0.2.1/80'], {stdio: 'ignore'});
	const ended = once(child, 'exit');
	const flow = await eventually(() => {
		const [record] = records();
		expect(record).toMatchObject({protocol: 'tcp', uid: otherUid, destinationPort: 80});
		return {protocol: 'tcp', source: record?.source ?? '', sourcePort: record?.sourcePort ?? 0, destination: record?.destination ?? '', destinationPort: 80, uid: otherUid} as const;
	});
	expect(bench().kernel.owners.holderOf(flow)).toMatchObject({pid: child.pid, process: 'bash'});
	child.kill('SIGKILL');
	await ended;
	await eventually(() => expect(bench().kernel.owners.holderOf(flow)).toBeNull());
});

test('a thousand refused packets arrive, none lost', async () => {
	await uplink();
	const {records, lost} = await watch();
	valueOf(await bench().kernel.firewall.run(refuse));
	await send(1000, 53);
	await eventually(() => expect(records()).toHaveLength(1000));
	expect(lost()).toBe(0);
});

test('an interface that was renamed is reported by its new name', async () => {
	await uplink();
	const {records} = await watch();
	valueOf(await bench().kernel.firewall.run(refuse));
	bench().renameLink('eth0', 'eth9');
	ip('route add default dev eth9');
	await send(1, 53);
	await eventually(() => expect(records()[0]).toMatchObject({outInterface: 'eth9'}));
});

test('a storm of network changes that overruns the socket is told, and what follows still arrives', async () => {
	bench().addLink('eth0');
	const {events} = await watch();
	// The event loop stands still meanwhile: the socket's 4 MiB fill up.
	const routes = Array.from({length: 60_000}, (_, index) => `route add 10.${index >> 16}.${(index >> 8) & 255}.${index & 255}/32 dev eth0`).join('\n');
	expect(succeeds('ip', ['-batch', '-'], routes)).toBe(true);
	await vi.waitFor(() => expect(events).toContainEqual({kind: 'overrun', source: 'rtnetlink'}), {timeout: 25_000});
	await new Promise(resolve => setTimeout(resolve, 300));
	events.length = 0;
	ip('link set eth0 mtu 1400');
	await eventually(() => expect(events).toContainEqual({kind: 'network-changed', what: 'link'}));
});

test('what hookDevices says is what a raw frame meets, also after a rename', async () => {
	const {firewall} = bench().kernel;
	await uplink();
	const cover = (...devices: string[]) =>
		firewall.run(`add table netdev vkst\nadd chain netdev vkst egress { type filter hook egress devices = { ${devices.map(device => `"${device}"`).join(', ')} } priority 0; policy drop; }\n`);
	/** Ethernet frames of a made-up type that reach the other end of the pair. */
	const passing = async (device: string): Promise<boolean> => {
		const before = received('p0-eth0');
		sendRawFrame(valueOf(bench().kernel.network.links()).find(({name}) => name === device)?.index ?? 0);
		await handedOver('p0-eth0', before);
		return received('p0-eth0') > before;
	};
	ip('link set eth0 arp off');
	expect(await passing('eth0')).toBe(true);
	valueOf(await cover('eth0'));
	expect([valueOf(firewall.hookDevices('vkst', 'egress')), await passing('eth0')]).toEqual([['eth0'], false]);
	bench().renameLink('eth0', 'eth9');
	expect([valueOf(firewall.hookDevices('vkst', 'egress')), await passing('eth9')]).toEqual([[], true]);
	valueOf(await cover('eth9'));
	expect([valueOf(firewall.hookDevices('vkst', 'egress')), await passing('eth9')]).toEqual([['eth9'], false]);
	expect(nft('delete table netdev vkst\n')).toBe(true);
});

test('a frame that is handed over as IPv4 and is not is dropped, although it reads as one to the LAN', async () => {
	await uplink();
	const config = configFrom({NETWORK: '10.0.0.0/24'});
	const ruleset = compile(config, {kind: 'blocked', tunnels: [], uplink: nic('eth0'), outside: [nic('eth0')]});
	const index = valueOf(bench().kernel.network.links()).find(({name}) => name === 'eth0')?.index ?? 0;
	// An IPv4 header from 10.0.0.2 to 10.0.0.9, where another protocol has whatever it likes.
	const toLan = Buffer.from('4500003200004000401100000a0000020a000009' + '00'.repeat(30), 'hex');
	const arrives = async (): Promise<boolean> => {
		const before = received('p0-eth0');
		sendRawFrame(index, {protocol: 0x0800, payload: toLan});
		await handedOver('p0-eth0', before);
		return received('p0-eth0') > before;
	};
	expect(await arrives()).toBe(true);
	const keeper = firewallKeeper(bench().kernel.firewall);
	valueOf(await keeper.enforce(ruleset));
	expect(await arrives()).toBe(false);
	// Without the refusal the LAN's permission takes it.
	const [egress] = ruleset.chains.filter(({name}) => name === 'egress');
	const open = {...ruleset, chains: ruleset.chains.map(chain => (chain === egress ? {...chain, rules: chain.rules.filter(({id}) => !id.startsWith('refuse-disguised'))} : chain))};
	valueOf(await keeper.enforce(open));
	expect(await arrives()).toBe(true);
});
