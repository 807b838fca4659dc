/** The notifier on a clock of the test's, and the post to a listener on loopback. */
import {createServer, type IncomingMessage} from 'node:http';
import type {AddressInfo} from 'node:net';
import {expect, onTestFinished, test} from 'vitest';
import type {Snapshot} from '../../../src/control/schema.ts';
import {mostMessages} from '../../../src/notify/outbox.ts';
import {startNotifier, type Notifier, type NotifierDeps} from '../../../src/notify/notifier.ts';
import {post, type Post, type Unsent} from '../../../src/notify/post.ts';
import {fail, ok, type Result} from '../../../src/result.ts';
import {fakeController, type FakeController} from '../../fakes/fake-controller.ts';
import {manualClock, type ManualClock} from '../../fakes/manual-clock.ts';
import {noonMs, sampleSnapshot} from '../../fakes/snapshot.ts';
import {configFrom, ip} from '../../helpers/situations.ts';

const {state} = sampleSnapshot();
const blocked = (atMs: number): Snapshot => sampleSnapshot({atMs, tunnel: null, state: {...state, kind: 'blocked', cause: 'no-handshake', detail: ''}});

const later = (why: string): Result<never, Unsent> => fail({why, refused: false});
const never = (why: string): Result<never, Unsent> => fail({why, refused: true});

interface Rig {
	readonly clock: ManualClock;
	readonly controller: FakeController;
	readonly posts: readonly Post[];
	readonly asked: readonly unknown[];
	readonly lines: readonly string[];
	readonly notifier: Notifier;
	become(snapshot: Snapshot): void;
	answer(next: Result<void, Unsent>): void;
	seconds(count: number): Promise<void>;
}

function rig(url: string, more: Partial<NotifierDeps> = {}): Rig {
	const clock = manualClock(noonMs);
	const posts: Post[] = [];
	const asked: unknown[] = [];
	const lines: string[] = [];
	let now = sampleSnapshot();
	let result: Result<void, Unsent> = ok(undefined);
	const controller = fakeController({snapshot: () => now});
	const notifier = startNotifier({
		controller, clock, config: configFrom({}), wish: {url, format: 'json'}, token: () => 'tk_canary',
		write: (_kind, level, text) => void lines.push(`${level} ${text}`),
		resolve: (host, resolvers, from) => {
			asked.push([host, resolvers, from]);
			return Promise.resolve(ip('192.0.2.7'));
		},
		post: message => {
			posts.push(message);
			return Promise.resolve(result);
		},
		...more,
	});
	onTestFinished(() => notifier.close());
	return {
		clock, controller, posts, asked, lines, notifier,
		become(snapshot) {
			now = snapshot;
			controller.publish({type: 'snapshot', snapshot});
		},
		answer(next) {
			result = next;
		},
		async seconds(count) {
			for (let second = 0; second < count; second += 1) {
				clock.tick();
				// Until what was sent is answered.
				await new Promise(resolve => setImmediate(resolve));
			}
		},
	};
}

const kindsIn = ({body}: Post): readonly string[] => (JSON.parse(body) as {changes: {kind: string}[]}).changes.map(({kind}) => kind);

test('what happens without a tunnel waits for one, with its time, and is asked and sent by that tunnel', async () => {
	const {posts, asked, become, seconds} = rig('https://hooks.example.net/secret-path');
	await seconds(5);
	expect(posts.map(kindsIn)).toEqual([['connected']]);
	become(blocked(noonMs + 5000));
	await seconds(120);
	expect(posts).toHaveLength(1);
	become(sampleSnapshot({atMs: noonMs + 125_000}));
	await seconds(60);
	expect(posts.slice(1).map(kindsIn)).toEqual([['blocked'], ['connected']]);
	expect(JSON.parse(posts[1]?.body ?? '')).toMatchObject({changes: [{at: new Date(noonMs + 5000).toISOString()}]});
	expect(asked[0]).toEqual(['hooks.example.net', ['10.8.0.1'], '10.8.0.2']);
	expect(posts[0]).toMatchObject({address: '192.0.2.7', from: '10.8.0.2', headers: {authorization: 'Bearer tk_canary'}});
});

test('loopback is told at once, blocked or not, and nobody is asked for its address', async () => {
	const {posts, asked, become, seconds} = rig('http://127.0.0.1:9/x');
	become(blocked(noonMs));
	await seconds(5);
	expect(posts.map(kindsIn)).toEqual([['connected', 'blocked']]);
	expect([posts[0]?.address, posts[0]?.from, asked]).toEqual(['127.0.0.1', undefined, []]);
});

test('what fails is said once, without the path, tried again ever more rarely, and nothing is lost', async () => {
	const {posts, lines, answer, become, seconds} = rig('https://hooks.example.net/secret-path');
	answer(later('it answered with status 500'));
	await seconds(300);
	expect(posts.length).toBeGreaterThan(3);
	expect(posts.length).toBeLessThan(8);
	expect(lines).toEqual(['warn A notification could not be sent to https://hooks.example.net: it answered with status 500. It is tried again; what it says is kept.']);
	become(blocked(noonMs + 300_000));
	become(sampleSnapshot({atMs: noonMs + 301_000}));
	answer(ok(undefined));
	const before = posts.length;
	await seconds(700);
	expect(posts.slice(before).map(kindsIn)).toEqual([['connected'], ['blocked', 'connected']]);
	expect(lines[1]).toBe('info Notifications go to https://hooks.example.net again.');
	expect(lines.join()).not.toMatch(/secret-path|canary/);
});

test('a name that the tunnel\'s resolver does not know, and no look-up elsewhere', async () => {
	const {posts, lines, seconds} = rig('http://ntfy/topic', {resolve: () => Promise.resolve(null)});
	await seconds(10);
	expect([posts, lines]).toEqual([[], ['warn A notification could not be sent to http://ntfy: the tunnel\'s resolver does not know the name. It is tried again; what it says is kept.']]);
});

test('a fight is told, and nothing after the end', async () => {
	const {controller, notifier, posts, seconds} = rig('http://127.0.0.1:9/x');
	controller.publish({type: 'journal', entries: [{seq: 1, atMs: noonMs, kind: 'tamper', level: 'warn', text: 'Something fights us: the ruleset'}]});
	await seconds(5);
	expect(posts.map(kindsIn)).toEqual([['connected', 'fight']]);
	notifier.close();
	controller.publish({type: 'snapshot', snapshot: blocked(noonMs)});
	await seconds(60);
	expect([posts.length, controller.listeners()]).toEqual([1, 0]);
});

test('a message that is refused is left out, said once, and those behind it go', async () => {
	const {posts, lines, answer, become, seconds} = rig('https://hooks.example.net/secret-path');
	answer(never('it answered with status 413'));
	await seconds(40);
	become(sampleSnapshot({atMs: noonMs, proof: {...sampleSnapshot().proof, kind: 'drifted', detail: []}}));
	await seconds(40);
	expect(posts.map(kindsIn)).toEqual([['connected'], ['proof-lost']]);
	answer(ok(undefined));
	become(sampleSnapshot({atMs: noonMs + 80_000}));
	await seconds(40);
	expect(posts.slice(2).map(kindsIn)).toEqual([['proof-regained']]);
	expect(lines).toEqual(['warn A notification was refused by https://hooks.example.net: it answered with status 413. It is left out; later ones are sent.']);
});

test('what happens while one is on its way is not lost, also where the outbox is full', async () => {
	const posts: Post[] = [];
	const held: (() => void)[] = [];
	const {become, seconds} = rig('http://127.0.0.1:9/x', {
		post: message => new Promise(resolve => {
			posts.push(message);
			held.push(() => resolve(ok(undefined)));
		}),
	});
	await seconds(5);
	for (let round = 0; round < mostMessages + 5; round += 1) {
		become(round % 2 === 0 ? blocked(noonMs + round) : sampleSnapshot({atMs: noonMs + round}));
		await seconds(31);
	}
	for (let round = 0; round < mostMessages + 5; round += 1) {
		held.shift()?.();
		await seconds(5);
	}
	const told = posts.map(({body}) => JSON.parse(body) as {changes: unknown[]; skipped: number}).reduce((sum, {changes, skipped}) => sum + changes.length + skipped, 0);
	expect(told).toBe(1 + mostMessages + 5);
});

const tunnelWith = (addresses: readonly string[]): Snapshot => {
	const {tunnel, ...rest} = sampleSnapshot();
	return {...rest, tunnel: tunnel && {...tunnel, addresses: [...addresses]}};
};

test.each([
	['http://[2001:db8::7]/', ['10.8.0.2/32'], 6],
	['http://192.0.2.9/', ['fd00::2/128'], 4],
	['http://hooks.example.net/', ['fd00::2/128'], 4],
] as const)('%s is not sent unbound where the tunnel has %j only', async (url, addresses, family) => {
	const {posts, asked, lines, become, seconds} = rig(url);
	become(tunnelWith(addresses));
	await seconds(10);
	expect([posts, asked]).toEqual([[], []]);
	expect(lines).toEqual([expect.stringContaining(`the tunnel has no IPv${family} address to send it from`)]);
});

test.each(['127.0.0.1', '0.0.0.0', '10.8.0.2', '192.168.1.7', '10.9.0.5', '::ffff:192.168.1.7'])('a resolver that answers with %s is not believed', async answer => {
	const {posts, lines, seconds} = rig('https://hooks.example.net/x', {config: configFrom({NETWORK: '192.168.1.0/24', VKS_LAN: 'in 10.9.0.5'}), resolve: () => Promise.resolve(ip(answer))});
	await seconds(10);
	expect([posts, lines]).toEqual([[], [expect.stringContaining('gave an address of this machine, or of a network around it')]]);
});

test('an address that nothing opens is never sent to', async () => {
	const {posts, asked, seconds} = rig('http://192.168.1.10/x');
	await seconds(60);
	expect([posts, asked]).toEqual([[], []]);
});

async function listener(status: number, onRequest: (request: IncomingMessage, body: string) => void): Promise<number> {
	const server = createServer((request, response) => {
		let body = '';
		request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk)).on('end', () => {
			onRequest(request, body);
			response.writeHead(status, {location: 'http://127.0.0.1:1/'}).flushHeaders();
			if (status !== 204) response.write('x'.repeat(100_000));
		});
	});
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
	});
	return (server.address() as AddressInfo).port;
}

test.each([[200, ok(undefined)], [204, ok(undefined)], [302, later('it answered with status 302')], [401, later('it answered with status 401')], [403, later('it answered with status 403')], [408, later('it answered with status 408')], [429, later('it answered with status 429')], [503, later('it answered with status 503')], [400, never('it answered with status 400')], [413, never('it answered with status 413')]] as const)('status %s, whatever else is said and whether it ends', async (status, expected) => {
	const got: unknown[] = [];
	const port = await listener(status, ({method, url, headers}, body) => got.push([method, url, headers['authorization'], headers.host, body]));
	const sending = post({url: new URL(`http://hooks.example.net:${port}/p?q=1`), address: ip('127.0.0.1'), from: ip('127.0.0.1'), headers: {authorization: 'Bearer x'}, body: 'é', signal: new AbortController().signal});
	expect(await sending).toEqual(expected);
	expect(got).toEqual([['POST', '/p?q=1', 'Bearer x', `hooks.example.net:${port}`, 'é']]);
});

test('nobody there is a reason in one word', async () => {
	expect(await post({url: new URL('http://hooks.example.net:1/secret'), address: ip('127.0.0.1'), from: undefined, headers: {}, body: '', signal: new AbortController().signal})).toEqual(later('ECONNREFUSED'));
});
