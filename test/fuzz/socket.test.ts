/** The control socket itself: real servers in a folder of their own, and clients that send whatever they like, in whatever way. */
import {mkdtempSync, readdirSync, rmSync} from 'node:fs';
import {connect, createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {connectControl} from '../../src/control/client.ts';
import {fakeController} from '../fakes/fake-controller.ts';
import {collectGarbage} from '../helpers/collect-garbage.ts';
import {openClient, startServer, until} from '../unit/control/harness.ts';
import {brokenText} from './mutate.ts';

const requests = ['{"type":"subscribe","id":1,"topics":["snapshot","drops","journal"]}', '{"type":"command","id":2,"command":{"do":"reconnect"}}', '{"type":"explain","id":3,"query":{"protocol":"tcp","destination":"192.0.2.1","port":443,"uid":null}}'];
const lines = brokenText(requests.map(request => `${request}\n`), ['\n', '{"type":"command","id":4,"command":{"do":"lockdown","reason":""}}\n']);
const stream = fc.oneof({weight: 4, arbitrary: lines.map(text => Buffer.from(text))}, {weight: 2, arbitrary: fc.uint8Array({maxLength: 3000}).map(bytes => Buffer.from(bytes))}, {weight: 1, arbitrary: fc.integer({min: 1, max: 400_000}).map(length => Buffer.alloc(length, 'x'))});
/** How a client leaves: it goes on to read, it closes its side, it hangs up, or it stays and reads nothing; one that stays and reads is shown out or not at all. */
const leaving = fc.constantFrom('end', 'half-open', 'destroy', 'silent');
const client = fc.record({chunks: fc.array(stream, {minLength: 1, maxLength: 5}), cut: fc.integer({min: 1, max: 700}), leaving});

const descriptors = (): number => readdirSync('/proc/self/fd').length;

/** Resolves when the client is gone, or for the one that stays, when the server took what it sent. */
function visit(path: string, {chunks, cut, leaving: way}: {readonly chunks: readonly Buffer[]; readonly cut: number; readonly leaving: string}): {readonly done: Promise<void>; readonly leave: () => void} {
	const socket = connect({path, allowHalfOpen: way === 'half-open'});
	socket.on('error', () => undefined);
	const closed = new Promise<void>(resolve => socket.once('close', () => resolve()));
	const [first = Buffer.alloc(0), ...rest] = chunks;
	socket.write(first.subarray(0, cut));
	socket.write(first.subarray(cut));
	for (const chunk of rest) socket.write(chunk);
	if (way === 'silent') {
		socket.pause();
		return {done: Promise.resolve(), leave: () => void socket.destroy()};
	}
	socket.resume();
	if (way === 'destroy') socket.once('connect', () => socket.destroy());
	else if (way !== 'stay') socket.end();
	if (way === 'half-open') socket.once('end', () => socket.destroy());
	return {done: closed, leave: () => void socket.destroy()};
}

test('whatever clients send, and however they leave, the server answers the next one, and keeps nothing of them', async () => {
	const controller = fakeController();
	const server = await startServer({controller, limits: {lingerMs: 50}});
	const before = descriptors();
	await fc.assert(
		fc.asyncProperty(fc.array(client, {minLength: 1, maxLength: 12}), async clients => {
			const visits = clients.map((each, index) => visit(index % 3 === 2 ? server.viewPath : server.controlPath, each));
			await Promise.all(visits.map(({done}) => done));
			const operator = await openClient(server.controlPath);
			expect(await operator.command({do: 'lockdown', reason: 'test'})).toMatchObject({ok: true, value: {ok: true}});
			operator.close();
			for (const {leave} of visits) leave();
			await until(() => server.clients() === 0);
		}),
		{numRuns: 60},
	);
	for (const command of controller.commands) expect(['reconnect', 'lockdown']).toContain(command.do);
	await until(() => descriptors() <= before);
}, 60_000);

test('a client with a line without end is shown out, and nothing of it is kept', async () => {
	const server = await startServer({limits: {lingerMs: 50}});
	const block = Buffer.alloc(1024 * 1024, 'x');
	collectGarbage();
	const before = process.memoryUsage().arrayBuffers;
	// They stay and say no more: whoever waited for the line's end would have all of them, and what they sent.
	const visits = Array.from({length: 20}, () => visit(server.controlPath, {chunks: [block, block, block, block], cut: 100, leaving: 'stay'}));
	await Promise.all(visits.map(({done}) => done));
	await until(() => server.clients() === 0);
	collectGarbage();
	expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024);
});

const hello = '{"type":"hello","protocol":1,"version":"0.1.0","pid":7,"readOnly":false}\n';
const answers = brokenText([
	'{"type":"outcome","id":1,"outcome":{"ok":true,"message":"done","durationMs":3,"problem":null}}\n',
	'{"type":"refused","id":1,"problem":{"code":"busy","severity":"error","what":"It is busy.","stillBlocking":true,"next":"Try again."}}\n',
	'{"type":"explanation","id":1,"explanation":{"verdict":"accept","ruleId":"x","reason":"y","setting":"z","via":null,"wouldOpen":null,"path":[]}}\n',
	'{"type":"subscribed","id":1}\n{"type":"journal","entries":[]}\n',
], ['\n', 'null', '"id":1', hello]);

test('whatever a daemon answers, each call of the client ends in a result that says what there is to say', async () => {
	const folder = mkdtempSync(join(tmpdir(), 'vks-'));
	const path = join(folder, 'control.sock');
	let say = '';
	const daemon = createServer(socket => {
		socket.on('error', () => undefined);
		socket.write(hello);
		socket.once('data', () => socket.end(say));
	});
	await new Promise<void>(resolve => daemon.listen(path, () => resolve()));
	try {
		await fc.assert(
			fc.asyncProperty(answers, fc.constantFrom('command', 'explain', 'subscribe'), async (text, what) => {
				say = text;
				const connected = await connectControl(path);
				if (!connected.ok) throw new Error(connected.error.what);
				const calls = {
					command: () => connected.value.command({do: 'reconnect'}),
					explain: () => connected.value.explain({protocol: 'tcp', destination: '192.0.2.1', port: 443, uid: null}),
					subscribe: () => connected.value.subscribe(['journal'], () => undefined),
				} as const;
				const result = await calls[what as keyof typeof calls]();
				if (!result.ok) expect([typeof result.error.what, typeof result.error.next]).toEqual(['string', 'string']);
				else if (what === 'command') expect(result.value).toMatchObject({message: expect.any(String) as unknown});
				expect(typeof (await connected.value.closed).what).toBe('string');
			}),
			{numRuns: 200},
		);
	} finally {
		daemon.close();
		rmSync(folder, {recursive: true});
	}
});
