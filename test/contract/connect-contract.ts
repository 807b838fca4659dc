import {once} from 'node:events';
import {describe, expect, onTestFinished, test} from 'vitest';
import type {ConnectWish} from '../../src/kernel/kernel.ts';
import type {InterfaceName} from '../../src/net/interface-name.ts';
import {ip} from '../helpers/situations.ts';
import type {AnsweringHost, Bench} from './bench.ts';
import {valueOf} from './expect-result.ts';
import {withBench} from './with-bench.ts';

/** Longer than a host in the same machine takes, and short, because it is waited for where nobody answers. */
const shortly = (): AbortSignal => AbortSignal.timeout(400);
const inTime = (): AbortSignal => AbortSignal.timeout(10_000);

export function connectContract(makeBench: () => Promise<Bench>): void {
	describe('connections of our own', () => {
		const bench = withBench(makeBench);
		const named = (name: string): InterfaceName => name as InterfaceName;
		const wishTo = ({address, port, source}: AnsweringHost, device: string): ConnectWish & {readonly device: InterfaceName} => ({address, port, source, mark: 0xca6e, device: named(device)});
		/** Two hosts with one address, as resolvers of two tunnels may have, and a link where nobody is. */
		const twins = async (): Promise<AnsweringHost> => {
			for (const name of ['eth0', 'eth1', 'eth2']) bench().addLink(name);
			const [first] = [await bench().answering('eth0'), await bench().answering('eth1')];
			return first;
		};

		test('a port nobody listens on is a problem that names it', async () => {
			const wish: ConnectWish = {address: ip('127.0.0.1'), port: 9 as ConnectWish['port'], mark: 0xca6c, source: null};
			const answer = await bench().kernel.connect(wish, AbortSignal.timeout(5000));
			expect(answer).toMatchObject({ok: false, error: {code: 'no-server'}});
			expect(answer.ok ? '' : answer.error.what).toContain('127.0.0.1:9');
		});

		test('what is bound to a link is asked there, whatever the routes say', async () => {
			const host = await twins();
			const ask = async (device: string): Promise<string | null> => {
				const answer = await bench().kernel.exchange({...wishTo(host, device), payload: Buffer.from('who')}, inTime());
				return answer === null ? null : Buffer.from(answer).toString();
			};
			expect([await ask('eth1'), await ask('eth0'), await ask('eth1')]).toEqual(['eth1: who', 'eth0: who', 'eth1: who']);
		});

		test('a connection bound to a link is made there', async () => {
			const host = await twins();
			for (const device of ['eth1', 'eth0']) {
				const socket = valueOf(await bench().kernel.connect(wishTo(host, device), inTime()));
				onTestFinished(() => void socket.destroy());
				socket.write('who');
				const [bytes] = await once(socket, 'data') as [Buffer];
				expect(bytes.toString()).toBe(`${device}: who`);
			}
		});

		test('where nobody answers on that link, a question ends with its signal and without an answer, and a connection with a problem', async () => {
			const host = await twins();
			expect(await bench().kernel.exchange({...wishTo(host, 'eth2'), payload: Buffer.from('who')}, shortly())).toBeNull();
			expect(await bench().kernel.connect(wishTo(host, 'eth2'), shortly())).toMatchObject({ok: false, error: {code: 'no-server'}});
			const silent = {...wishTo(host, 'eth0'), port: 9 as ConnectWish['port'], payload: Buffer.from('who')};
			expect(await bench().kernel.exchange(silent, shortly())).toBeNull();
		});

		test('a link that is not there is no way for either, and the problem names it', async () => {
			const host = await twins();
			// At once: the signal is one that never comes.
			expect(await bench().kernel.exchange({...wishTo(host, 'nope0'), payload: Buffer.from('who')}, new AbortController().signal)).toBeNull();
			const answer = await bench().kernel.connect(wishTo(host, 'nope0'), new AbortController().signal);
			expect(answer.ok ? '' : answer.error.what).toContain('bound to nope0');
		});
	});
}
