/** Metrics and health check over HTTP, on loopback and on a unix socket. */
import {statSync} from 'node:fs';
import {createServer} from 'node:http';
import {Agent, request, type IncomingHttpHeaders, type RequestOptions} from 'node:http';
import {connect, type AddressInfo} from 'node:net';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import type {ListenPlace} from '../../../src/config/config.ts';
import {parseMetrics} from '../../../src/config/parse-readers.ts';
import type {Snapshot} from '../../../src/control/schema.ts';
import {serveMetrics} from '../../../src/metrics/serve.ts';
import {fakeController, type FakeController} from '../../fakes/fake-controller.ts';
import {noonMs, sampleSnapshot} from '../../fakes/snapshot.ts';
import {temporaryFolder} from '../control/harness.ts';

const {proof, state} = sampleSnapshot();

const socketPlace = (): Extract<ListenPlace, {kind: 'unix'}> => ({kind: 'unix', path: join(temporaryFolder(), 'm.sock')});

/** A port that was free a moment ago: VKS_METRICS takes no 0. */
async function freePort(host: string): Promise<number> {
	const server = createServer();
	await new Promise<void>(resolve => server.listen(0, host, resolve));
	const {port} = server.address() as AddressInfo;
	await new Promise(resolve => server.close(resolve));
	return port;
}

async function serving(place: ListenPlace, snapshot: () => Snapshot = sampleSnapshot): Promise<FakeController> {
	const controller = fakeController({snapshot});
	const served = await serveMetrics({place, controller, now: () => noonMs});
	if (!served.ok) throw new Error(served.error.what);
	onTestFinished(() => served.value.close());
	return controller;
}

interface Got {
	readonly status: number | undefined;
	readonly text: string;
	readonly headers: IncomingHttpHeaders;
}

const ask = (options: RequestOptions): Promise<Got> =>
	new Promise((resolve, reject) => {
		const asked = request({agent: false, ...options}, response => {
			let text = '';
			response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk)).on('end', () => resolve({status: response.statusCode, text, headers: response.headers}));
		});
		asked.on('error', reject).end();
	});

test.each(['127.0.0.1', '::1'])('at %s, and at no other address', async host => {
	const port = await freePort(host);
	const place = parseMetrics(host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`);
	if (!place.ok || place.value === null) throw new Error('no place');
	await serving(place.value);
	const {status, text, headers} = await ask({host, port, path: '/metrics'});
	expect([status, headers['content-type']]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
	expect(text).toContain('\nvks_proof{state="proven"} 1\n');
	await expect(ask({host: host === '::1' ? '127.0.0.1' : '127.0.0.3', port, path: '/metrics'})).rejects.toThrow('ECONNREFUSED');
});

test('on a unix socket of its owner, which is gone afterwards', async () => {
	const place = socketPlace();
	const controller = fakeController();
	const served = await serveMetrics({place, controller, now: () => noonMs});
	if (!served.ok) throw new Error(served.error.what);
	expect(statSync(place.path).mode & 0o777).toBe(0o600);
	expect((await ask({socketPath: place.path, path: '/metrics?x=1'})).status).toBe(200);
	expect(await ask({socketPath: place.path, path: '/healthz', method: 'HEAD'})).toMatchObject({status: 200, text: ''});
	expect(await ask({socketPath: place.path, path: '/'})).toMatchObject({status: 404});
	expect(await ask({socketPath: place.path, path: '/metrics', method: 'POST'})).toMatchObject({status: 405, headers: {allow: 'GET, HEAD'}});
	expect(controller.listeners()).toBe(1);
	await served.value.close();
	expect([statSync(place.path, {throwIfNoEntry: false}), controller.listeners()]).toEqual([undefined, 0]);
});

test.each([
	['connected', proof, 200, 'healthy'],
	['degraded', proof, 200, 'healthy'],
	['switching', proof, 503, 'no-tunnel'],
	['blocked', proof, 503, 'no-tunnel'],
	['lockdown', proof, 503, 'no-tunnel'],
	['connected', {...proof, kind: 'drifted'}, 503, 'not-enforced'],
	['connected', {...proof, kind: 'unknown'}, 503, 'not-enforced'],
	['connected', {...proof, kind: 'failed-to-block'}, 503, 'not-enforced'],
	['connected', {...proof, checkedAtMs: noonMs - 4000}, 503, 'not-enforced'],
	['connected', {...proof, checkedAtMs: null}, 503, 'not-enforced'],
] as const)('health of %s with %j', async (kind, read, status, judgement) => {
	const place = socketPlace();
	await serving(place, () => sampleSnapshot({state: {...state, kind}, proof: {...read, detail: [], covers: []}}));
	const got = await ask({socketPath: place.path, path: '/healthz'});
	expect([got.status, JSON.parse(got.text)]).toMatchObject([status, {version: 1, healthy: status === 200, judgement, state: kind}]);
	expect(got.text, 'names no server').not.toContain('lab-one');
});

test('switches are followed as they come', async () => {
	const place = socketPlace();
	const controller = await serving(place);
	const list = [{atMs: noonMs, from: 'a', to: 'b', reason: 'asked', tookMs: 1}];
	controller.publish({type: 'snapshot', snapshot: sampleSnapshot({reconnects: {count: 1, lastReason: null, list}})});
	expect((await ask({socketPath: place.path, path: '/metrics'})).text).toContain('\nvks_switches_total 1\n');
});

test('a place that is taken is a problem, and the daemon goes on', async () => {
	const port = await freePort('127.0.0.1');
	const other = createServer();
	await new Promise<void>(resolve => other.listen(port, '127.0.0.1', resolve));
	onTestFinished(() => void other.close());
	const place = parseMetrics(`127.0.0.1:${port}`);
	if (!place.ok || place.value === null) throw new Error('no place');
	expect(await serveMetrics({place: place.value, controller: fakeController(), now: () => noonMs})).toMatchObject({ok: false, error: {what: `Metrics and health check are not served at 127.0.0.1:${port}: EADDRINUSE.`, stillBlocking: true}});
	expect(await serveMetrics({place: {kind: 'unix', path: '/nowhere/at/all.sock'}, controller: fakeController(), now: () => noonMs})).toMatchObject({ok: false, error: {code: 'socket-busy'}});
});

test('who opens connections and says nothing, or what is no HTTP, harms nobody', async () => {
	const place = socketPlace();
	await serving(place);
	const silent = connect(place.path);
	const loud = connect(place.path);
	onTestFinished(() => void [silent, loud].map(socket => socket.destroy()));
	silent.on('error', () => undefined);
	const closed = new Promise<void>(resolve => loud.on('error', () => undefined).on('close', () => resolve()).resume());
	loud.write(`GET /${'x'.repeat(20_000)}`);
	await closed;
	expect((await ask({socketPath: place.path, path: '/metrics'})).status).toBe(200);
});

test('who asks often makes nothing anew for a second, until something new is said', async () => {
	let [taken, nowMs] = [0, noonMs];
	const controller = fakeController({
		snapshot: () => {
			taken += 1;
			return sampleSnapshot({seq: taken});
		},
	});
	const place = socketPlace();
	const served = await serveMetrics({place, controller, now: () => nowMs});
	if (!served.ok) throw new Error(served.error.what);
	onTestFinished(() => served.value.close());
	const atStart = taken;
	const text = async (): Promise<string> => (await ask({socketPath: place.path, path: '/metrics'})).text;
	const first = await text();
	nowMs += 999;
	expect([await text(), (await ask({socketPath: place.path, path: '/healthz'})).status, taken - atStart]).toEqual([first, 200, 1]);
	controller.publish({type: 'snapshot', snapshot: sampleSnapshot({reconnects: {count: 1, lastReason: null, list: [{atMs: noonMs, from: 'a', to: 'b', reason: 'asked', tookMs: 1}]}})});
	expect([(await text()).includes('\nvks_switches_total 1\n'), taken - atStart]).toEqual([true, 2]);
	nowMs += 1000;
	await text();
	expect(taken - atStart).toBe(3);
	nowMs -= 5000;
	await text();
	expect(taken - atStart, 'after the clock was set back').toBe(4);
});

test('one connection is closed after its hundredth request', async () => {
	const place = socketPlace();
	await serving(place);
	const agent = new Agent({keepAlive: true, maxSockets: 1});
	onTestFinished(() => agent.destroy());
	const closes: (string | undefined)[] = [];
	for (let count = 0; count < 101; count += 1) closes.push((await ask({agent, socketPath: place.path, path: '/'})).headers.connection);
	expect([closes.indexOf('close'), closes.lastIndexOf('close'), closes.length]).toEqual([99, 99, 101]);
});
