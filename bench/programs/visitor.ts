/** An application of a user: connects by name, looks names up and takes bytes, and says how long it took. One order a line. */
import {Resolver} from 'node:dns/promises';
import {once} from 'node:events';
import {connect} from 'node:net';
import {createInterface} from 'node:readline';
import {Duplex} from 'node:stream';
import {setTimeout as sleep} from 'node:timers/promises';
import {connect as connectTls} from 'node:tls';
import {z} from 'zod';
import {visitorOrderSchema, type VisitorOrder} from './visitor-orders.ts';

type Told<Order extends VisitorOrder['order']> = Extract<VisitorOrder, {order: Order}>;

const say = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

async function timed(count: number, act: () => Promise<void>): Promise<readonly number[]> {
	const values: number[] = [];
	for (let turn = 0; turn < count; turn++) {
		const beganMs = performance.now();
		await act();
		values.push(performance.now() - beganMs);
	}
	return values;
}

const visit = ({host, port, name, count}: Told<'visit'>): Promise<readonly number[]> => timed(count, async () => {
	const socket = connectTls({host, port, servername: name, rejectUnauthorized: false});
	let answer = '';
	socket.on('data', (part: Buffer) => (answer += part.toString()));
	await once(socket, 'end');
	socket.destroy();
	if (!answer.includes(name)) throw new Error(`${name} did not answer, but: ${answer}`);
});

function askerOf(resolver: string): Resolver {
	const asker = new Resolver({timeout: 1000, tries: 4});
	asker.setServers([resolver]);
	return asker;
}

function ask({resolver, name, count}: Told<'ask'>): Promise<readonly number[]> {
	const asker = askerOf(resolver);
	return timed(count, async () => void await asker.resolve4(name));
}

async function untilAnswered({resolver, name, maxMs}: Told<'until-answered'>): Promise<readonly number[]> {
	const untilMs = performance.now() + maxMs;
	while (performance.now() < untilMs) {
		if (await askerOf(resolver).resolve4(name).then(() => true, () => false)) return [];
		await sleep(50);
	}
	throw new Error(`${resolver} does not answer`);
}

/** What a proxy reads the name from; what follows it is nobody's business, and costs no encryption. */
async function helloFor(name: string): Promise<Buffer> {
	const written: Buffer[] = [];
	const wire = new Duplex({read: () => undefined, write: (chunk: Buffer, _encoding, done) => {
		written.push(chunk);
		done();
	}});
	const socket = connectTls({socket: wire, servername: name}).on('error', () => undefined);
	while (written.length === 0) await sleep(1);
	socket.destroy();
	return Buffer.concat(written);
}

async function fetchFor({host, port, name, warmUpMs, ms}: Told<'fetch'>): Promise<readonly number[]> {
	const hello = await helloFor(name);
	const socket = connect({host, port});
	await once(socket, 'connect');
	socket.on('error', () => undefined).write(hello);
	await once(socket, 'data', {signal: AbortSignal.timeout(10_000)});
	socket.resume();
	await sleep(warmUpMs);
	const [before, beganMs] = [socket.bytesRead, performance.now()];
	await sleep(ms);
	const value = (socket.bytesRead - before) / 1e3 / (performance.now() - beganMs);
	socket.destroy();
	if (value === 0) throw new Error('nothing came in a whole turn');
	return [value];
}

function obey(order: VisitorOrder): Promise<readonly number[]> {
	switch (order.order) {
		case 'visit':
			return visit(order);
		case 'ask':
			return ask(order);
		case 'until-answered':
			return untilAnswered(order);
		case 'fetch':
			return fetchFor(order);
	}
}

say({event: 'ready'});
for await (const line of createInterface({input: process.stdin})) say({values: await obey(z.parse(visitorOrderSchema, JSON.parse(line)))});
