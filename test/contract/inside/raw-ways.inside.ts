/** The ways in which a process with NET_RAW puts frames on a link, against the egress hook and the held queues. */
import {constants} from 'node:os';
import {describe, expect, onTestFinished, test} from 'vitest';
import {firewallKeeper} from '../../../src/controller/firewall-keeper.ts';
import {compile} from '../../../src/policy/compile.ts';
import {configurations, nic} from '../../helpers/situations.ts';
import {openXdpSender, type XdpSender} from '../../helpers/xdp-frame.ts';
import {valueOf} from '../expect-result.ts';
import {withBench} from '../with-bench.ts';
import {sendRawFrame} from './raw-frame.ts';
import {ip, nft, realBench, succeeds} from './real-bench.ts';
import {handedOver, received} from './received.ts';

const [EBUSY, EINVAL] = [constants.errno.EBUSY, constants.errno.EINVAL];
const bench = withBench(() => realBench('libnftables'));
const links = () => valueOf(bench().kernel.network.links());
const indexOf = (name: string): number => links().find(link => link.name === name)?.index ?? 0;
const dropAll = (device: string): boolean => nft(`add table netdev vkst\nadd chain netdev vkst egress { type filter hook egress device "${device}" priority 0; policy drop; }\n`);
const hold = () => bench().kernel.xdp.hold(links().filter(({name}) => name.startsWith('eth')));

/** What a sender puts on a link of the pair and what arrives at its other end. */
async function arriving(peer: string, send: () => void): Promise<number> {
	const before = received(peer);
	send();
	await handedOver(peer, before);
	return received(peer) - before;
}

function sendXdp(index: number, options: Parameters<typeof openXdpSender>[1] = {}): XdpSender['errno'] {
	const sender = openXdpSender(index, options);
	if (sender.errno === 0) sender.send();
	sender.close();
	return sender.errno;
}

test('AF_PACKET meets the egress hook, with the queueing discipline and without', async () => {
	bench().addLink('eth0');
	const ways = [() => sendRawFrame(indexOf('eth0')), () => sendRawFrame(indexOf('eth0'), {bypass: true})];
	for (const way of ways) expect(await arriving('p0-eth0', way)).toBe(1);
	expect(dropAll('eth0')).toBe(true);
	for (const way of ways) expect(await arriving('p0-eth0', way)).toBe(0);
});

test('AF_XDP passes the egress hook, and not the held queues', async () => {
	bench().addLink('eth0');
	expect(dropAll('eth0')).toBe(true);
	expect(await arriving('p0-eth0', () => expect(sendXdp(indexOf('eth0'))).toBe(0))).toBe(1);
	await expect.poll(hold).toEqual({kind: 'held', queues: 1});
	// Any mode, copy mode, with wake-up: all are the same queue.
	for (const flags of [0, 2, 8, 10]) expect(await arriving('p0-eth0', () => expect(sendXdp(indexOf('eth0'), {flags})).toBe(EBUSY))).toBe(0);
	expect(sendXdp(indexOf('eth0'), {queue: 1})).toBe(EINVAL);
	// A link that is down can be bound before it is up.
	ip('link set eth0 down');
	expect(sendXdp(indexOf('eth0'))).toBe(EBUSY);
	ip('link set eth0 up');
	expect(sendXdp(indexOf('eth0'))).toBe(EBUSY);
});

test('every queue of a link that has several is held', async () => {
	expect(ip('link add eth4 numtxqueues 4 numrxqueues 2 type veth peer name p4')).toBe(true);
	onTestFinished(() => void ip('link del eth4'));
	const last = openXdpSender(indexOf('eth4'), {queue: 3});
	expect(last.errno).toBe(0);
	expect(hold()).toEqual({kind: 'taken', queues: ['queue 3 of eth4']});
	last.close();
	await expect.poll(hold).toEqual({kind: 'held', queues: 4});
	expect([0, 1, 2, 3].map(queue => sendXdp(indexOf('eth4'), {queue}))).toEqual([EBUSY, EBUSY, EBUSY, EBUSY]);
	expect(sendXdp(indexOf('eth4'), {queue: 4})).toBe(EINVAL);
});

test('what goes over a child of the link meets the hook of the link', async () => {
	bench().addLink('eth0');
	expect(ip('link add link eth0 name mv0 type macvlan')).toBe(true);
	ip('link set mv0 up');
	const ways = [() => sendRawFrame(indexOf('mv0')), () => sendRawFrame(indexOf('mv0'), {bypass: true}), () => void sendXdp(indexOf('mv0'))];
	for (const way of ways) expect(await arriving('p0-eth0', way)).toBe(1);
	expect(dropAll('eth0')).toBe(true);
	for (const way of ways) expect(await arriving('p0-eth0', way)).toBe(0);
});

test('holding the queues changes nothing for ordinary packets', async () => {
	bench().addLink('eth0');
	expect(hold()).toEqual({kind: 'held', queues: 1});
	expect(await arriving('p0-eth0', () => sendRawFrame(indexOf('eth0')))).toBe(1);
	expect(await arriving('eth0', () => sendRawFrame(indexOf('p0-eth0')))).toBe(1);
});

describe('a link that comes later', () => {
	/** Plugged in as an engine does: made under another name, renamed, set up. */
	const plug = (name: string, peer: string): void => {
		for (const line of [`link add tmp0 type veth peer name ${peer}`, `link set tmp0 name ${name}`, `link set ${name} up`, `link set ${peer} up`]) expect(ip(line)).toBe(true);
		onTestFinished(() => void ip(`link del ${peer}`));
	};
	const passing = (name: string, peer: string): Promise<number> => arriving(peer, () => sendRawFrame(indexOf(name)));
	const ruleset = () => compile(configurations.minimal, {kind: 'blocked', tunnels: [], uplink: nic('eth0'), outside: [nic('eth0')]});

	test.each(['eth1', 'eth31', 'net1'])('meets the backstop with its first frame when it is called %s, daemon or not', async name => {
		bench().addLink('eth0');
		plug(name, 'p1');
		expect(await passing(name, 'p1')).toBe(1);
		ip('link del p1');
		valueOf(await firewallKeeper(bench().kernel.firewall).enforce(ruleset()));
		plug(name, 'p1');
		expect(await passing(name, 'p1')).toBe(0);
	});

	test('meets it after a rename to such a name, and not under any other', async () => {
		bench().addLink('eth0');
		valueOf(await firewallKeeper(bench().kernel.firewall).enforce(ruleset()));
		bench().renameLink('eth0', 'eth9');
		expect(await passing('eth9', 'p0-eth0')).toBe(0);
		bench().renameLink('eth9', 'other');
		expect(await passing('other', 'p0-eth0')).toBe(1);
	});

	test('meets the entrypoint\'s backstop, as the links do that are there', async () => {
		bench().addLink('eth0');
		bench().renameLink('eth0', 'odd');
		expect(await passing('odd', 'p0-eth0')).toBe(1);
		expect(succeeds('container/entrypoint', ['true'])).toBe(true);
		plug('eth31', 'p1');
		expect([await passing('odd', 'p0-eth0'), await passing('eth31', 'p1')]).toEqual([0, 0]);
		const keeper = firewallKeeper(bench().kernel.firewall);
		const outside = [nic('odd'), nic('eth31')];
		valueOf(await keeper.enforce(compile(configurations.minimal, {kind: 'blocked', tunnels: [], uplink: nic('odd'), outside})));
		valueOf(await keeper.release());
		expect(['inet', 'netdev'].map(family => nft(`list table ${family} vks_boot\n`))).toEqual([false, false]);
		expect([await passing('odd', 'p0-eth0'), await passing('eth31', 'p1')]).toEqual([0, 0]);
	});
});
