/** The client against the control server of each version, over real HTTP. */
import {afterEach, describe, expect, test} from 'vitest';
import type {Role} from '../../../../lab/gluetun/auth.ts';
import type {GluetunVersionName} from '../../../../lab/gluetun/versions.ts';
import {parseChoice, selectionFor, type Wanted} from '../../../../src/tunnel/gluetun/choice.ts';
import {gluetunClient, type GluetunClient} from '../../../../src/tunnel/gluetun/client.ts';
import {gluetunProblem, type GluetunFailure} from '../../../../src/tunnel/gluetun/failures.ts';
import type {GluetunQuestion} from '../../../../src/tunnel/gluetun/ask.ts';
import {reconnectGluetun, switchGluetun} from '../../../../src/tunnel/gluetun/orders.ts';
import {fail, type Result} from '../../../../src/result.ts';
import {canaries, startGluetun, type GluetunOptions, type StartedGluetun} from '../../../helpers/gluetun-http.ts';

const started: StartedGluetun[] = [];
const never = new AbortController().signal;
const wanted = (text: string): Wanted => {
	const choice = parseChoice(text);
	if (choice === null) throw new Error(`${text} is no choice`);
	return {name: text, selection: selectionFor(choice)};
};
afterEach(async () => {
	await Promise.all(started.splice(0).map(each => each.stop()));
});

const start = async (options: GluetunOptions = {}): Promise<StartedGluetun> => {
	const gluetun = await startGluetun(options);
	started.push(gluetun);
	return gluetun;
};
const apiKey: readonly Role[] = [{auth: 'apikey', apikey: 'k'.repeat(20), routes: 'all'}];
const withKey = (gluetun: StartedGluetun): GluetunClient => gluetunClient(gluetun.asker({apiKey: 'k'.repeat(20)}));
const plain = (gluetun: StartedGluetun): GluetunClient => gluetunClient(gluetun.asker());
const inShort = <T>(result: Result<T, GluetunFailure>): unknown => (result.ok ? result.value : result.error.kind);

/** Without any role: what everybody may do with each version. */
test.each<[GluetunVersionName, 'wireguard' | 'openvpn', {readonly status: unknown; readonly settings: unknown; readonly ports: unknown; readonly exit: unknown}]>([
	['v3.20.0', 'openvpn', {status: 'running', settings: 'unsupported', ports: [51_234], exit: '198.51.100.77'}],
	['v3.20.0', 'wireguard', {status: 'openvpn-only', settings: 'unsupported', ports: [51_234], exit: '198.51.100.77'}],
	['v3.37.0', 'wireguard', {status: 'running', settings: 'wireguard', ports: [51_234], exit: '198.51.100.77'}],
	['v3.40.4', 'wireguard', {status: 'running', settings: 'unauthorised', ports: [51_234], exit: '198.51.100.77'}],
	['v3.41.0', 'wireguard', {status: 'running', settings: 'unauthorised', ports: [51_234], exit: '198.51.100.77'}],
	['v3.41.3', 'wireguard', {status: 'running', settings: 'unauthorised', ports: [51_234], exit: '198.51.100.77'}],
	['latest', 'wireguard', {status: 'unauthorised', settings: 'unauthorised', ports: 'unauthorised', exit: 'unauthorised'}],
])('%s with %s, without a log-in', async (version, type, expected) => {
	const client = plain(await start({version, type, ports: [51_234]}));
	const settings = await client.settings(never);
	const exit = await client.exit(never);
	expect({
		status: inShort(await client.status(never)),
		settings: settings.ok ? settings.value.type : settings.error.kind,
		ports: inShort(await client.forwardedPorts(never)),
		exit: exit.ok ? exit.value.address : exit.error.kind,
	}).toEqual(expected);
});

test.each<[GluetunVersionName, readonly number[], readonly number[]]>([
	['v3.40.4', [], []],
	['v3.40.4', [5, 6], [5, 6]],
	['v3.41.0', [], []],
	['latest', [5, 6], [5, 6]],
])('%s tells of forwarded ports %j', async (version, ports, expected) => {
	expect(inShort(await withKey(await start({version, ports, roles: apiKey})).forwardedPorts(never))).toEqual(expected);
});

describe.each<GluetunVersionName>(['v3.37.0', 'v3.40.4', 'v3.41.0', 'v3.41.3', 'latest'])('%s', version => {
	test('reconnects: stopped, then running, each looked at', async () => {
		const gluetun = await start({version, roles: apiKey});
		expect(inShort(await reconnectGluetun(withKey(gluetun), never))).toBeUndefined();
		expect(gluetun.starts()).toBe(2);
		expect(gluetun.requests()).toEqual([
			'GET /v1/vpn/status 200', 'GET /v1/vpn/status 200', 'PUT /v1/vpn/status 200', 'GET /v1/vpn/status 200', 'PUT /v1/vpn/status 200', 'GET /v1/vpn/status 200',
		]);
	});

	test('switches, clears what was chosen before, and reads back', async () => {
		const gluetun = await start({version, roles: apiKey});
		const client = withKey(gluetun);
		expect(inShort(await switchGluetun(client, wanted('city:Zurich'), never))).toBeUndefined();
		expect(inShort(await switchGluetun(client, wanted('country:sweden'), never))).toBeUndefined();
		expect(gluetun.settings().selection).toMatchObject({countries: ['sweden'], cities: [], hostnames: []});
		expect(gluetun.starts()).toBe(3);
		// The same again is another server of the same choice.
		expect(inShort(await switchGluetun(client, wanted('country:Sweden'), never))).toBeUndefined();
		expect(gluetun.starts()).toBe(4);
	});

	test('a place that it does not know is refused, and nothing changes', async () => {
		const gluetun = await start({version, roles: apiKey});
		const refused = await switchGluetun(withKey(gluetun), wanted('country:Atlantis'), never);
		expect(inShort(refused)).toBe('rejected');
		expect(gluetun.settings().selection.countries).toBeNull();
		expect(gluetun.starts()).toBe(1);
	});

	test('what has crashed takes no order', async () => {
		const gluetun = await start({version, roles: apiKey});
		gluetun.crash();
		await expect.poll(() => gluetun.loop.status()).toBe('crashed');
		const client = withKey(gluetun);
		const refused = await reconnectGluetun(client, never);
		expect(refused).toEqual({ok: false, error: {kind: 'already', status: 'crashed'}});
		expect(inShort(await client.order('running', never))).toEqual({kind: 'already', status: 'crashed'});
		expect(await switchGluetun(client, wanted('city:Zurich'), never)).toEqual({ok: false, error: {kind: 'already', status: 'crashed'}});
	});
});

const stop = '{"status":"stopped"}';
type Loses = (question: GluetunQuestion, stopTaken: boolean) => boolean;
/** What is asked arrives, and the answer that is named does not. */
const losing = (gluetun: StartedGluetun, account: Parameters<StartedGluetun['asker']>[0], loses: Loses): GluetunClient => {
	const ask = gluetun.asker(account);
	let stopTaken = false;
	return gluetunClient(async (question, signal) => {
		const lost = loses(question, stopTaken);
		const answer = await ask(question, signal);
		stopTaken ||= question.body === stop;
		return lost ? fail('it did not answer in time') : answer;
	});
};

test.each<[string, Loses]>([
	['answer', ({body}) => body === stop],
	['read-back', (() => {
		let lost = false;
		return ({method}, stopTaken) => method === 'GET' && stopTaken && !lost && (lost = true);
	})()],
])('a stop that was taken and whose %s was lost is followed by a start, and told', async (_what, loses) => {
	const gluetun = await start({roles: apiKey});
	const client = losing(gluetun, {apiKey: 'k'.repeat(20)}, loses);
	expect(await reconnectGluetun(client, never)).toEqual({ok: false, error: {kind: 'away', why: 'it did not answer in time'}});
	expect([gluetun.loop.status(), gluetun.starts(), client.mayHaveStopped()]).toEqual(['running', 2, false]);
});

test('the same of OpenVPN by its old route, which names no type once it is stopped', async () => {
	const gluetun = await start({version: 'v3.20.0', type: 'openvpn'});
	expect(inShort(await reconnectGluetun(losing(gluetun, {}, ({body}) => body === stop), never))).toBe('away');
	expect([gluetun.loop.status(), gluetun.starts()]).toEqual(['running', 2]);
});

test('a stop that was refused is followed by nothing', async () => {
	const gluetun = await start({roles: [{auth: 'apikey', apikey: 'k'.repeat(20), routes: ['GET /v1/vpn/status']}]});
	const client = withKey(gluetun);
	expect(inShort(await reconnectGluetun(client, never))).toBe('unauthorised');
	expect([gluetun.requests().filter(each => each.startsWith('PUT')).length, client.mayHaveStopped()]).toEqual([1, false]);
});

test('a start that fails is told as what it ended in', async () => {
	let up = true;
	const gluetun = await start({roles: apiKey, comesUp: () => up});
	up = false;
	expect(await reconnectGluetun(withKey(gluetun), never)).toEqual({ok: false, error: {kind: 'already', status: 'crashed'}});
	expect((await withKey(gluetun).exit(never))).toMatchObject({ok: true, value: {address: null}});
});

test('a Gluetun with OpenVPN routes alone is restarted by them, and one that may be WireGuard is not', async () => {
	const old = await start({version: 'v3.20.0', type: 'openvpn'});
	expect(inShort(await reconnectGluetun(plain(old), never))).toBeUndefined();
	expect(old.starts()).toBe(2);
	const narrow = await start({roles: [{auth: 'apikey', apikey: 'k'.repeat(20), routes: ['GET /v1/openvpn/status', 'PUT /v1/openvpn/status']}]});
	expect(inShort(await reconnectGluetun(withKey(narrow), never))).toBe('openvpn-only');
	expect(narrow.settings().type).toBe('wireguard');
	expect(narrow.starts()).toBe(1);
});

test.each<[string, readonly Role[], Parameters<StartedGluetun['asker']>[0], unknown]>([
	['the key', apiKey, {apiKey: 'k'.repeat(20)}, 'running'],
	['another key', apiKey, {apiKey: 'another'}, 'unauthorised'],
	['user and password', [{auth: 'basic', username: 'vks', password: 'p:w"ö', routes: 'all'}], {user: 'vks', password: 'p:w"ö'}, 'running'],
	['another password', [{auth: 'basic', username: 'vks', password: 'p:w"ö', routes: 'all'}], {user: 'vks', password: 'p'}, 'unauthorised'],
	['the key for a role with user and password', [{auth: 'basic', username: 'vks', password: 'p', routes: 'all'}], {apiKey: 'k'}, 'unauthorised'],
	['the key for another route', [{auth: 'apikey', apikey: 'k', routes: ['GET /v1/version']}], {apiKey: 'k'}, 'unauthorised'],
	['nothing, where nothing is needed', [{auth: 'none', routes: ['GET /v1/vpn/status']}], {}, 'running'],
])('with %s', async (_name, roles, account, expected) => {
	expect(inShort(await gluetunClient((await start({roles})).asker(account)).status(never))).toBe(expected);
});

test('nothing of its secrets is in an answer or a problem', async () => {
	const gluetun = await start({roles: apiKey});
	const settings = await withKey(gluetun).settings(never);
	expect(settings).toMatchObject({ok: true, value: {type: 'wireguard'}});
	const refused = await switchGluetun(withKey(gluetun), wanted('country:Atlantis'), never);
	const told = JSON.stringify([settings, refused, refused.ok ? null : gluetunProblem(refused.error)]);
	expect([...canaries, 'k'.repeat(20)].filter(secret => told.includes(secret))).toEqual([]);
});

test('every failure says that traffic is still blocked, and what to do', () => {
	const failures: readonly GluetunFailure[] = [
		{kind: 'away', why: 'ECONNREFUSED'}, {kind: 'unauthorised', route: 'GET /v1/vpn/status'}, {kind: 'unsupported', route: 'PUT /v1/vpn/settings'},
		{kind: 'unreadable', route: 'GET /v1/vpn/status', status: 200}, {kind: 'openvpn-only'}, {kind: 'rejected', wish: 'Atlantis'}, {kind: 'no-tunnel', status: 'crashed'}, {kind: 'no-tunnel', status: 'stopped'}, {kind: 'no-tunnel', status: 'starting'},
		{kind: 'not-taken', wish: 'stopped', found: 'running'}, {kind: 'already', status: 'crashed'}, {kind: 'already', status: 'starting'}, {kind: 'already', status: 'unknown'},
	];
	const problems = failures.map(each => gluetunProblem(each));
	expect(problems.every(({stillBlocking, what, next}) => stillBlocking === true && what.endsWith('.') && next.endsWith('.'))).toBe(true);
	expect(new Set(problems.map(({what}) => what)).size).toBe(failures.length);
});
