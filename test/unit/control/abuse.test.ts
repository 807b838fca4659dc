/** What a client may do wrong, and that nobody else notices. */
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {connectControl} from '../../../src/control/client.ts';
import type {Command, Outcome, Reply} from '../../../src/control/schema.ts';
import {done, fakeController, fakeHistory} from '../../fakes/fake-controller.ts';
import {sampleSnapshot} from '../../fakes/snapshot.ts';
import {openClient, rawClient, startServer, until} from './harness.ts';

const refused = (reply: Reply): boolean => reply.type === 'refused';
const outcome = (reply: Reply): boolean => reply.type === 'outcome';
const reconnect = (id: number): string => `${JSON.stringify({type: 'command', id, command: {do: 'reconnect'}})}\n`;

test.each([
	['not json at all', null],
	['{"type":"command","id":3,"command":{"do":"open-everything"}}', 3],
	['{"type":"command","id":4,"command":{"do":"lift","word":"please"}}', 4],
	['{"type":"command","id":5,"command":{"do":"reconnect","force":true}}', 5],
	['{"type":"subscribe","id":-1,"topics":["snapshot"]}', null],
	['{"id":{"toString":"x"},"__proto__":{"type":"command"}}', null],
	['null', null],
	['', null],
])('%s is refused with its id, and the next request is served', async (line, id) => {
	const controller = fakeController();
	const client = rawClient((await startServer({controller})).controlPath);
	client.socket.write(`${line}\n${reconnect(9)}`);
	expect(await client.reply(refused)).toMatchObject({id, problem: {code: 'bad-request'}});
	expect(await client.reply(outcome)).toMatchObject({id: 9});
	expect(controller.commands).toEqual([{do: 'reconnect'}]);
});

test('an oversized line is refused and the connection closed, while others are served', async () => {
	const server = await startServer();
	const other = await openClient(server.controlPath);
	const client = rawClient(server.controlPath);
	client.socket.write('x'.repeat(200_000));
	expect(await client.reply(refused)).toMatchObject({id: null, problem: {what: expect.stringContaining('65536')}});
	await client.closed;
	expect(await other.command({do: 'reconnect'})).toMatchObject({ok: true});
});

test('too many bad lines close the connection', async () => {
	const server = await startServer();
	const client = rawClient(server.controlPath);
	client.socket.write('?\n'.repeat(10_000));
	await client.closed;
	expect(client.replies.filter(refused).length).toBe(9);
	expect(server.clients()).toBe(0);
});

test('arbitrary bytes bring nobody down', async () => {
	const controller = fakeController();
	const server = await startServer({controller});
	await fc.assert(
		fc.asyncProperty(fc.uint8Array({minLength: 1, maxLength: 2000}), async garbage => {
			const client = rawClient(server.controlPath);
			client.socket.end(Buffer.concat([garbage, Buffer.from('\n')]));
			await client.closed;
		}),
		{numRuns: 40},
	);
	expect(controller.commands).toEqual([]);
	expect(await (await openClient(server.controlPath)).command({do: 'reconnect'})).toMatchObject({ok: true});
});

test('a flood of requests is answered, all of it, and a lockdown of somebody else is not kept waiting', async () => {
	const controller = fakeController();
	const server = await startServer({controller, limits: {commands: 100_000}});
	const flood = rawClient(server.controlPath);
	const other = await openClient(server.controlPath);
	const total = 20_000;
	flood.socket.write(Array.from({length: total}, (_, id) => reconnect(id)).join(''));
	expect(await other.command({do: 'lockdown', reason: ''})).toMatchObject({ok: true});
	// It came later, and most of the others had to wait for it.
	const place = controller.commands.findIndex(command => command.do === 'lockdown');
	expect(place).toBeGreaterThanOrEqual(0);
	expect(place).toBeLessThan(total / 2);
	await until(() => flood.replies.length === total + 1);
});

test('a client may have so many commands under way, and still lock down', async () => {
	const submit = (command: Command): Promise<Outcome> => (command.do === 'lockdown' ? Promise.resolve(done()) : new Promise(() => undefined));
	const client = rawClient((await startServer({controller: fakeController({submit}), limits: {commands: 3}})).controlPath);
	client.socket.write([1, 2, 3, 4].map(reconnect).join(''));
	expect(await client.reply(refused)).toMatchObject({id: 4, problem: {code: 'busy'}});
	client.socket.write('{"type":"command","id":5,"command":{"do":"lockdown","reason":""}}\n');
	expect(await client.reply(outcome)).toMatchObject({id: 5, outcome: {ok: true}});
});

test('a reader that lags gets the newest snapshot and not all between; the others miss none', async () => {
	const controller = fakeController();
	const server = await startServer({controller, limits: {conflateBytes: 100_000}});
	const slow = rawClient(server.controlPath);
	slow.socket.write('{"type":"subscribe","id":1,"topics":["snapshot"]}\n');
	await slow.reply(reply => reply.type === 'snapshot');
	slow.socket.pause();
	const quick = await openClient(server.controlPath);
	const seen: number[] = [];
	await quick.subscribe(['snapshot'], update => update.type === 'snapshot' && seen.push(update.snapshot.seq));
	const total = 400;
	for (let seq = 100; seq < 100 + total; seq++) {
		controller.publish({type: 'snapshot', snapshot: sampleSnapshot({seq})});
		if (seq % 20 === 0) await until(() => seen.at(-1) === seq);
	}
	await until(() => seen.length === total + 1);
	slow.socket.resume();
	const newest = await slow.reply(reply => reply.type === 'snapshot' && reply.snapshot.seq === 100 + total - 1);
	expect(newest.type).toBe('snapshot');
	expect(slow.replies.length).toBeLessThan(total);
});

test('a reader that stopped reading is cut off', async () => {
	const controller = fakeController();
	const server = await startServer({controller, limits: {cutOffBytes: 300_000}});
	const stuck = rawClient(server.controlPath);
	stuck.socket.write('{"type":"subscribe","id":1,"topics":["journal"]}\n');
	await stuck.reply(reply => reply.type === 'journal');
	stuck.socket.pause();
	const entries = [{seq: 1, atMs: 1, kind: 'daemon', level: 'info', text: 'x'.repeat(50_000)}] as const;
	for (let count = 0; count < 40; count++) controller.publish({type: 'journal', entries});
	await until(() => server.clients() === 0);
});

test('a client that asks without reading the answers is made to wait', async () => {
	const controller = fakeController();
	const server = await startServer({controller, limits: {pauseBytes: 50_000, cutOffBytes: 5_000_000}});
	const client = rawClient(server.controlPath);
	await client.reply(reply => reply.type === 'hello');
	client.socket.pause();
	const total = 20_000;
	client.socket.write(Array.from({length: total}, (_, id) => `${JSON.stringify({type: 'explain', id, query: {protocol: 'tcp', destination: '192.0.2.1', port: 443, uid: null}})}\n`).join(''));
	await until(() => controller.queries.length > 100);
	await new Promise(resolve => setTimeout(resolve, 100));
	expect(controller.queries.length).toBeLessThan(total / 2);
	client.socket.resume();
	await until(() => client.replies.length === total + 1);
});

test('a client that vanishes in the middle of a command leaves the command and the daemon running', async () => {
	const finish: Array<() => void> = [];
	const submit = (): Promise<Outcome> => new Promise(resolve => finish.push(() => resolve(done())));
	const server = await startServer({controller: fakeController({submit})});
	const client = rawClient(server.controlPath);
	client.socket.write(reconnect(1));
	await until(() => finish.length === 1);
	client.socket.destroy();
	for (const end of finish) end();
	await until(() => server.clients() === 0);
	expect((await connectControl(server.controlPath)).ok).toBe(true);
});

test('a client that only closed its writing side still gets its answer', async () => {
	const client = rawClient((await startServer()).controlPath);
	client.socket.end(reconnect(1));
	expect(await client.reply(outcome)).toMatchObject({id: 1});
	await client.closed;
});

test('of 50 clients that follow, 32 are served and 18 are told why not; viewers do not count against the operator', async () => {
	const server = await startServer();
	const clients = Array.from({length: 50}, () => rawClient(server.viewPath));
	for (const client of clients) client.socket.write('{"type":"subscribe","id":1,"topics":["snapshot"]}\n');
	await Promise.all(clients.map(client => client.reply(reply => reply.type === 'snapshot' || refused(reply))));
	const turnedAway = clients.filter(client => client.replies.some(refused));
	expect(turnedAway.length).toBe(18);
	expect(turnedAway[0]?.replies.find(refused)).toMatchObject({id: null, problem: {code: 'busy'}});
	expect(await (await openClient(server.controlPath)).command({do: 'lockdown', reason: ''})).toMatchObject({ok: true});
});

test('connections that do nothing make room for one that does', async () => {
	const server = await startServer({limits: {clients: 3}});
	const idle = Array.from({length: 3}, () => rawClient(server.controlPath));
	await Promise.all(idle.map(client => client.reply(reply => reply.type === 'hello')));
	expect(await (await openClient(server.controlPath)).command({do: 'lockdown', reason: ''})).toMatchObject({ok: true});
	expect(server.clients()).toBe(3);
});

test('who asks for hundreds of moments at once gets all of them, and the daemon never holds more than a few for it', async () => {
	const history = fakeHistory();
	let made = 0;
	const server = await startServer({history: {...history, moment: query => {
		made += 1;
		const kept = history.moment(query);
		return kept === null ? null : {...kept, moment: {...kept.moment, why: 'x'.repeat(200_000)}};
	}}});
	const client = rawClient(server.viewPath);
	client.socket.pause();
	const wanted = 300;
	client.socket.write(Array.from({length: wanted}, (_, id) => `${JSON.stringify({type: 'moment', id, query: {from: null, by: -1, changes: false, base: null}})}\n`).join(''));
	// Another client is answered meanwhile, which also gives the first one its turns.
	const other = await openClient(server.controlPath);
	expect(await other.moments()).toMatchObject({ok: true});
	expect(made).toBeLessThan(20);
	client.socket.resume();
	await client.reply(reply => reply.type === 'moment' && reply.id === wanted - 1);
	expect(client.replies.filter(({type}) => type === 'moment')).toHaveLength(wanted);
});
