/** Runs inside the isp: delays WireGuard's packets when told to, and sends the witness's sentinels. */
import {createSocket} from 'node:dgram';
import {rmSync} from 'node:fs';
import {createServer} from 'node:net';
import {z} from 'zod';
import {sentinelPort} from './agent-client.ts';
import {startRelays} from './relay.ts';

const requestSchema = z.discriminatedUnion('ask', [
	z.object({ask: z.literal('sentinel')}),
	z.object({ask: z.literal('delay'), delayMs: z.number().min(0).max(10_000), jitterMs: z.number().min(0).max(10_000)}),
]);

export async function main(path: string): Promise<void> {
	const relays = await startRelays();
	const sentinel = createSocket('udp4');
	sentinel.on('error', () => undefined);
	const answer = (line: string): Promise<string> => {
		const request = requestSchema.parse(JSON.parse(line));
		if (request.ask === 'delay') {
			relays.setDelay(request);
			return Promise.resolve('ok\n');
		}
		return new Promise(resolve => sentinel.send('mark', sentinelPort, '127.0.0.1', () => resolve('ok\n')));
	};
	const server = createServer({allowHalfOpen: true}, socket => {
		socket.on('error', () => undefined);
		socket.once('data', data => void answer(data.toString()).then(
			text => socket.end(text),
			(error: unknown) => socket.end(`${String(error)}\n`),
		));
	});
	rmSync(path, {force: true});
	server.listen(path);
	process.once('SIGTERM', () => process.exit(0));
}

if (import.meta.main) await main(process.argv[2] ?? '');
