import {statSync} from 'node:fs';
import {dirname} from 'node:path';
import {expect, test} from 'vitest';
import {clientProtocol} from '../../../src/control/client.ts';
import {protocolVersion, replySchema, type Command, type Outcome} from '../../../src/control/schema.ts';
import {done, fakeController, fakeHistory, sampleDrop} from '../../fakes/fake-controller.ts';
import {sampleSnapshot} from '../../fakes/snapshot.ts';
import {openClient, rawClient, startServer, until} from './harness.ts';

test('the client speaks the protocol of the schema', () => {
	expect(clientProtocol).toBe(protocolVersion);
});

test('every reply is as the schema says', async () => {
	const server = await startServer({history: fakeHistory()});
	const client = rawClient(server.controlPath);
	client.socket.write(
		[
			{type: 'subscribe', id: 1, topics: ['snapshot', 'drops', 'journal']},
			{type: 'command', id: 2, command: {do: 'reconnect'}},
			{type: 'explain', id: 3, query: {protocol: 'tcp', destination: '192.0.2.1', port: 443, uid: null}},
			{type: 'nonsense', id: 4},
			{type: 'preview', id: 5, wish: {protocol: 'tcp', range: '192.168.9.20', port: 5432, direction: 'out', uid: null, seconds: 60}},
			{type: 'moments', id: 8},
			{type: 'facts', id: 9},
			{type: 'moment', id: 6, query: {from: null, by: -1, changes: false, base: null}},
			{type: 'moment', id: 7, query: {from: null, by: 1, changes: true, base: 3}},
		]
			.map(request => `${JSON.stringify(request)}\n`)
			.join(''),
	);
	await Promise.all([client.reply(reply => reply.type === 'outcome' && reply.id === 2), client.reply(reply => reply.type === 'moment' && reply.id === 7), client.reply(reply => reply.type === 'facts')]);
	expect(client.replies.map(reply => reply.type).sort()).toEqual(['drops', 'explanation', 'facts', 'hello', 'journal', 'moment', 'moment', 'moments', 'outcome', 'preview', 'refused', 'snapshot', 'subscribed']);
	for (const reply of client.replies) expect(replySchema.parse(reply)).toEqual(reply);
});

test('the sockets and their folder are for the owner only', async () => {
	const server = await startServer();
	const modes = [server.controlPath, server.viewPath, dirname(server.controlPath)].map(path => (statSync(path).mode & 0o777).toString(8));
	expect(modes).toEqual(['600', '600', '700']);
});

test('members of the view group may reach the viewers\' socket and nothing else', async () => {
	const group = process.getgid?.() ?? 0;
	const server = await startServer({viewGroup: group});
	const modes = [server.controlPath, server.viewPath, dirname(server.controlPath)].map(path => (statSync(path).mode & 0o777).toString(8));
	expect(modes).toEqual(['600', '660', '710']);
	expect(statSync(server.viewPath).gid).toBe(group);
});

test('a subscription brings the newest values and then every change', async () => {
	const controller = fakeController();
	const server = await startServer({controller});
	const client = await openClient(server.viewPath);
	const seen: string[] = [];
	await client.subscribe(['snapshot', 'drops'], update => seen.push(update.type === 'snapshot' ? `snapshot ${update.snapshot.seq}` : update.type));
	await until(() => seen.length === 2);
	controller.publish({type: 'snapshot', snapshot: sampleSnapshot({seq: 8})});
	controller.publish({type: 'journal', entries: []});
	controller.publish({type: 'drops', records: [sampleDrop], lost: 0});
	await until(() => seen.length === 4);
	expect(seen).toEqual(['snapshot 7', 'drops', 'snapshot 8', 'drops']);
});

test('who only looks on may look back', async () => {
	const server = await startServer({history: fakeHistory()});
	const client = await openClient(server.viewPath);
	expect(await client.moments()).toMatchObject({ok: true, value: [{id: 3, kind: 'state'}]});
	expect(await client.moment({from: null, by: -1, changes: false, base: null})).toMatchObject({ok: true, value: {moment: {id: 3}, patch: {s: {state: {kind: 'connected'}}}}});
	expect(await client.moment({from: 3, by: 1, changes: false, base: null})).toEqual({ok: true, value: null});
});

test('the viewers\' socket explains but takes no command', async () => {
	const controller = fakeController();
	const client = await openClient((await startServer({controller})).viewPath);
	expect(client.hello.readOnly).toBe(true);
	expect(await client.command({do: 'lift', word: 'lift'})).toMatchObject({ok: false, error: {code: 'no-permission'}});
	expect(await client.explain({protocol: 'icmp', destination: '192.0.2.1', port: null, uid: null})).toMatchObject({ok: true, value: {verdict: 'reject'}});
	expect(await client.preview({protocol: 'tcp', range: '192.168.9.20', port: 5432, direction: 'out', uid: null, seconds: 60})).toMatchObject({ok: true, value: {text: 'tcp to 192.168.9.20:5432'}});
	expect(controller.commands).toEqual([]);
});

test('a lockdown does not wait for the command before it', async () => {
	const finish: Array<() => void> = [];
	const submit = (command: Command): Promise<Outcome> =>
		command.do === 'lockdown' ? Promise.resolve(done('locked')) : new Promise(resolve => finish.push(() => resolve(done('late'))));
	const client = await openClient((await startServer({controller: fakeController({submit})})).controlPath);
	const reconnect = client.command({do: 'reconnect'});
	expect(await client.command({do: 'lockdown', reason: ''})).toMatchObject({ok: true, value: {message: 'locked'}});
	for (const end of finish) end();
	expect(await reconnect).toMatchObject({ok: true, value: {message: 'late'}});
});

test('a controller that throws refuses one request and serves the next', async () => {
	const controller = fakeController({
		submit: () => Promise.reject(new Error('bug in submit')),
		explain: () => {
			throw new Error('bug in explain');
		},
	});
	const client = await openClient((await startServer({controller})).controlPath);
	const query = {protocol: 'tcp', destination: '192.0.2.1', port: 443, uid: null} as const;
	expect(await client.command({do: 'reconnect'})).toMatchObject({ok: false, error: {code: 'internal', what: expect.stringContaining('bug in submit')}});
	expect(await client.explain(query)).toMatchObject({ok: false, error: {code: 'internal', what: expect.stringContaining('bug in explain')}});
	expect(await client.command({do: 'lockdown', reason: ''})).toMatchObject({ok: false, error: {code: 'internal'}});
});

test('closing tells the clients, removes the sockets and leaves the controller alone', async () => {
	const controller = fakeController();
	const server = await startServer({controller});
	const client = await openClient(server.controlPath);
	const waiting = client.command({do: 'reconnect'});
	expect(controller.listeners()).toBe(1);
	await waiting;
	await server.close();
	expect(await client.closed).toMatchObject({code: 'no-daemon'});
	expect(await client.command({do: 'reconnect'})).toMatchObject({ok: false, error: {code: 'no-daemon'}});
	expect(controller.listeners()).toBe(0);
	expect(statSync(server.controlPath, {throwIfNoEntry: false})).toBeUndefined();
});
