import {createServer} from 'node:net';
import {describe, expect, test} from 'vitest';
import {parsePort} from '../../src/net/port.ts';
import {arpProbe, echoRequest, udpFrame} from '../../src/verify/frames.ts';
import {bears} from '../../src/verify/recognise.ts';
import {ip, nic} from '../helpers/situations.ts';
import type {Bench} from './bench.ts';
import {valueOf} from './expect-result.ts';
import {withBench} from './with-bench.ts';
import {eventually} from '../helpers/eventually.ts';

const token = Uint8Array.from(Buffer.from('a token no other'));

export function probeContract(makeBench: () => Promise<Bench>): void {
	describe('probes', () => {
		const bench = withBench(makeBench);
		const link = (name: string) => valueOf(bench().kernel.network.links()).find(each => each.name === name);

		test('a link has its own address, loopback has none', () => {
			bench().addLink('eth0');
			const {probes} = bench().kernel;
			expect(probes.hardwareAddress(link('eth0')?.index ?? 0)).toHaveLength(6);
			expect(probes.hardwareAddress(link('lo')?.index ?? 0)).toBeNull();
		});

		test('a tap sees what leaves a link, and on which; not what an egress chain drops, nor what left before it was opened', async () => {
			bench().addLink('eth0');
			const {probes} = bench().kernel;
			await eventually(() => expect(link('eth0')?.up).toBe(true));
			const index = link('eth0')?.index ?? 0;
			const hardware = probes.hardwareAddress(index) ?? new Uint8Array(6);
			const frame = udpFrame(hardware, ip('10.0.0.2'), ip('192.0.2.130'), token);
			probes.sendFrame(index, frame);
			const tap = valueOf(probes.openTap({ignore: [], tunnelMark: 0xca6c}));
			const seen = () => tap.read().frames.filter(({bytes}) => bears(bytes, {token, destination: null, tcpPort: null})).map(({linkIndex}) => linkIndex);
			expect(seen()).toEqual([]);
			expect(probes.sendFrame(index, frame)).toEqual({kind: 'sent'});
			expect(seen()).toEqual([index]);
			valueOf(await bench().kernel.firewall.run('add table netdev vkst\nadd chain netdev vkst egress { type filter hook egress devices = { "eth0" } priority 0; policy drop; }\nadd rule netdev vkst egress ether type arp accept\n'));
			probes.sendFrame(index, frame);
			expect(seen()).toEqual([]);
			probes.sendFrame(index, arpProbe(hardware, ip('10.0.0.1'), token));
			expect(seen()).toEqual([index]);
			tap.close();
			expect(tap.read()).toEqual({frames: [], lost: 0});
		});

		test('a ping comes back to who sent it, by its own bytes, and does not leave where an output chain drops', async () => {
			const echo = valueOf(bench().kernel.probes.openEcho({family: 4, mark: 0xca6c}));
			const answers: string[] = [];
			const ping = () => echo.send(ip('127.0.0.1'), echoRequest(4, token));
			const read = () => answers.push(...echo.read().filter(({message}) => message[0] === 0).map(({from, message}) => `${from} ${Buffer.from(message.subarray(8)).toString()}`));
			expect(ping()).toEqual({kind: 'sent'});
			await eventually(() => {
				read();
				expect(answers).toEqual(['127.0.0.1 a token no other']);
			});
			valueOf(await bench().kernel.firewall.run('add table inet vkst\nadd chain inet vkst output { type filter hook output priority 0; policy drop; }\n'));
			expect(ping()).toEqual({kind: 'refused', why: 'refused'});
			echo.close();
			expect(echo.read()).toEqual([]);
		});

		test('a ping bound to a device comes back by it, and does not leave where an output chain drops', async () => {
			const {probes, firewall} = bench().kernel;
			const echo = valueOf(probes.openEcho({family: 4, device: nic('lo'), source: ip('127.0.0.1')}));
			const answers: string[] = [];
			expect(echo.send(ip('127.0.0.1'), echoRequest(4, token))).toEqual({kind: 'sent'});
			await eventually(() => {
				answers.push(...echo.read().filter(({message}) => message[0] === 0).map(({from, message}) => `${from} ${Buffer.from(message.subarray(8)).toString()}`));
				expect(answers).toEqual(['127.0.0.1 a token no other']);
			});
			valueOf(await firewall.run('add table inet vkst\nadd chain inet vkst output { type filter hook output priority 0; policy drop; }\n'));
			expect(echo.send(ip('127.0.0.1'), echoRequest(4, token))).toEqual({kind: 'refused', why: 'refused'});
			echo.close();
		});

		test('a connection bound to a device is there once it was answered, and cannot begin by a device that is not', async () => {
			const {promise, resolve} = Promise.withResolvers<number>();
			const server = createServer(socket => void socket.on('error', () => undefined)).listen(0, '127.0.0.1', () => {
				const address = server.address();
				resolve(typeof address === 'object' && address !== null ? address.port : 0);
			});
			const port = parsePort(await promise);
			if (port === null) throw new Error('nobody listens');
			const to = {destination: ip('127.0.0.1'), port, source: ip('127.0.0.1')};
			try {
				const flow = bench().kernel.probes.openFlow({...to, device: nic('lo')});
				await eventually(() => expect(flow?.established()).toBe(true));
				flow?.close();
				expect(bench().kernel.probes.openFlow({...to, device: nic('vks-none')})).toBeNull();
			} finally {
				server.close();
			}
		});

		test('a link that is set down is down', async () => {
			bench().addLink('eth0');
			await eventually(() => expect(link('eth0')?.up).toBe(true));
			const name = link('eth0')?.name;
			if (name !== undefined) valueOf(bench().kernel.probes.setDown(name));
			expect(link('eth0')?.up).toBe(false);
		});
	});
}
