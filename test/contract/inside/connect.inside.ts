/** TCP connections of our own on the real kernel: with the mark, to its end, and never for longer than they are wanted. */
import {once} from 'node:events';
import {createServer} from 'node:net';
import {expect, onTestFinished, test} from 'vitest';
import {parseIp} from '../../../src/net/address.ts';
import {parsePort} from '../../../src/net/port.ts';
import {eventually} from '../../helpers/eventually.ts';
import {valueOf} from '../expect-result.ts';
import {withBench} from '../with-bench.ts';
import {realBench} from './real-bench.ts';

const bench = withBench(() => realBench('libnftables'));

async function echo(): Promise<number> {
	// Ours end with a reset.
	const server = createServer(socket => socket.on('error', () => undefined).pipe(socket));
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	onTestFinished(() => void server.close());
	const address = server.address();
	return typeof address === 'object' && address !== null ? address.port : 0;
}

const wishFor = (port: number) => {
	const [address, parsed] = [parseIp('127.0.0.1'), parsePort(port)];
	if (address === null || parsed === null) throw new Error('no such place');
	return {address, port: parsed, source: null};
};

test('only what bears the mark passes, and bytes go both ways', async () => {
	const port = await echo();
	valueOf(await bench().kernel.firewall.run(`add table inet vkst\nadd chain inet vkst output { type filter hook output priority 0; }\nadd rule inet vkst output tcp dport ${port} meta mark != 0xca6c reject\n`));
	const bare = await bench().kernel.connect({...wishFor(port), mark: null}, AbortSignal.timeout(2000));
	expect(bare.ok).toBe(false);
	const socket = valueOf(await bench().kernel.connect({...wishFor(port), mark: 0xca6c}, AbortSignal.timeout(5000)));
	onTestFinished(() => void socket.destroy());
	socket.write('hello');
	const [bytes] = await once(socket, 'data') as [Buffer];
	expect(bytes.toString()).toBe('hello');
});

test('what is closed is reset at once: nothing of it is left for a pinhole that is closed behind it', async () => {
	const ended: Promise<string>[] = [];
	const server = createServer(socket => void ended.push(new Promise(resolve => socket.once('error', error => resolve('code' in error ? String(error.code) : error.message)).once('end', () => resolve('an ordinary end')).resume())));
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	onTestFinished(() => void server.close());
	const address = server.address();
	const socket = valueOf(await bench().kernel.connect({...wishFor(typeof address === 'object' && address !== null ? address.port : 0), mark: 0xca6c}, AbortSignal.timeout(5000)));
	await eventually(() => expect(ended).toHaveLength(1));
	socket.destroy();
	expect(await ended[0]).toBe('ECONNRESET');
});

test('where nobody answers, it ends when it is told to', async () => {
	const port = await echo();
	valueOf(await bench().kernel.firewall.run(`add table inet vkst\nadd chain inet vkst input { type filter hook input priority 0; }\nadd rule inet vkst input tcp dport ${port} drop\n`));
	const abort = new AbortController();
	const asked = bench().kernel.connect({...wishFor(port), mark: 0xca6c}, abort.signal);
	abort.abort();
	expect(await asked).toMatchObject({ok: false, error: {what: expect.stringContaining('nobody answered in time')}});
});
