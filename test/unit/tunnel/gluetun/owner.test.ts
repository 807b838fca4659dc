/** Gluetun as a tunnel's owner, over real HTTP: what is asked when, and what it had selected before. */
import {afterEach, describe, expect, test} from 'vitest';
import type {Role} from '../../../../lab/gluetun/auth.ts';
import {fail, ok, type Result} from '../../../../src/result.ts';
import {parseOffer} from '../../../../src/tunnel/gluetun/choice.ts';
import {gluetunClient} from '../../../../src/tunnel/gluetun/client.ts';
import {gluetunOwner} from '../../../../src/tunnel/gluetun/owner.ts';
import type {TunnelOwner} from '../../../../src/tunnel/owner.ts';
import type {Problem} from '../../../../src/problem.ts';
import {startGluetun, type GluetunOptions, type StartedGluetun} from '../../../helpers/gluetun-http.ts';

const started: StartedGluetun[] = [];
const {signal} = new AbortController();
const key = 'k'.repeat(20);
const roles: readonly Role[] = [{auth: 'apikey', apikey: key, routes: 'all'}];
const offers = ['zurich=city:Zurich', 'Sweden', 'Atlantis'].flatMap(text => parseOffer(text) ?? []);
afterEach(async () => {
	await Promise.all(started.splice(0).map(each => each.stop()));
});

const start = async (options: GluetunOptions = {roles}, apiKey: string | null = key): Promise<{readonly gluetun: StartedGluetun; readonly owner: TunnelOwner}> => {
	const gluetun = await startGluetun(options);
	started.push(gluetun);
	return {gluetun, owner: gluetunOwner({id: 'gluetun', offers, client: gluetunClient(gluetun.asker({apiKey}))})};
};
const lead = (owner: TunnelOwner, server: string, anew = false, close = async (): Promise<Result<void, Problem>> => ok(undefined)) => owner.lead({server, anew, close, signal});

test('as its owner has it nothing is asked; anew it is stopped and started', async () => {
	const {gluetun, owner} = await start();
	expect(await lead(owner, 'gluetun')).toEqual(ok('left'));
	expect(gluetun.requests()).toEqual([]);
	expect(await lead(owner, 'gluetun', true)).toEqual(ok('ordered'));
	expect(gluetun.starts()).toBe(2);
});

test('another is selected, and then left as it is; what it had before is selected again', async () => {
	const {gluetun, owner} = await start();
	expect(await lead(owner, 'Sweden')).toEqual(ok('ordered'));
	expect(await lead(owner, 'Sweden')).toEqual(ok('left'));
	expect(await lead(owner, 'zurich')).toEqual(ok('ordered'));
	expect(gluetun.settings().selection).toMatchObject({countries: [], cities: ['Zurich']});
	expect(await lead(owner, 'gluetun')).toEqual(ok('ordered'));
	expect(gluetun.settings().selection).toMatchObject({countries: [], cities: []});
	expect(gluetun.starts()).toBe(4);
	const before = gluetun.requests().length;
	expect(await lead(owner, 'gluetun')).toEqual(ok('left'));
	expect(gluetun.requests()).toHaveLength(before);
});

test('the policy first: where that fails nothing is ordered', async () => {
	const {gluetun, owner} = await start();
	const problem: Problem = {code: 'ruleset-refused', severity: 'error', what: '', stillBlocking: true, next: ''};
	const orders: number[] = [];
	const close = async (): Promise<Result<void, Problem>> => {
		orders.push(gluetun.requests().filter(each => each.startsWith('PUT')).length);
		return fail(problem);
	};
	for (const [server, anew] of [['gluetun', true], ['Sweden', false]] as const) expect(await lead(owner, server, anew, close)).toEqual(fail(problem));
	expect(orders).toEqual([0, 0]);
	expect(gluetun.requests().filter(each => each.startsWith('PUT'))).toEqual([]);
	expect(gluetun.starts()).toBe(1);
});

test('a place that it does not know is no reason to lose the selection of before', async () => {
	const {gluetun, owner} = await start();
	expect(await lead(owner, 'Atlantis')).toMatchObject({ok: false, error: {code: 'gluetun', what: expect.stringContaining('refused to select Atlantis')}});
	expect(await lead(owner, 'gluetun')).toEqual(ok('left'));
	expect(gluetun.starts()).toBe(1);
});

describe('before anything is closed for it', () => {
	test('with the key both may be asked for', async () => {
		const {owner} = await start();
		expect(await owner.mayReconnect(signal)).toBeNull();
		expect(await owner.mayChoose('zurich', signal)).toBeNull();
	});

	test('with another key neither, and it is said which route, without the key', async () => {
		const {gluetun, owner} = await start({roles}, 'wrong-key');
		const found = [await owner.mayReconnect(signal), await owner.mayChoose('zurich', signal)];
		expect(found).toMatchObject([{code: 'credentials', what: expect.stringContaining('GET /v1/vpn/status (401)')}, {code: 'credentials', what: expect.stringContaining('GET /v1/vpn/settings (401)')}]);
		expect(JSON.stringify(found)).not.toContain('wrong-key');
		expect(gluetun.starts()).toBe(1);
		// Nothing was ever chosen: to take it as it is nobody is asked.
		expect(await owner.mayChoose('gluetun', signal)).toBeNull();
	});

	test('one that cannot be told is named with its version', async () => {
		const {owner} = await start({version: 'v3.20.0', type: 'openvpn'});
		expect(await owner.mayReconnect(signal)).toBeNull();
		expect(await owner.mayChoose('zurich', signal)).toMatchObject({what: expect.stringMatching(/^Gluetun v3\.20\.0 has no GET \/v1\/vpn\/settings/)});
	});

	test('what has crashed takes no order, and says so where there is no tunnel', async () => {
		const {gluetun, owner} = await start();
		expect(await owner.whyNone(signal)).toBe('ask-again');
		gluetun.crash();
		await expect.poll(() => gluetun.loop.status()).toBe('crashed');
		expect(await owner.mayReconnect(signal)).toMatchObject({what: expect.stringContaining('has crashed')});
		expect(await owner.whyNone(signal)).toMatchObject({code: 'no-tunnel', what: expect.stringContaining('has crashed')});
	});
});

test('what it had before is taken as it is where its settings can no longer be read', async () => {
	const {gluetun, owner} = await start();
	expect(await lead(owner, 'Sweden')).toEqual(ok('ordered'));
	await gluetun.stop();
	expect(await owner.mayChoose('gluetun', signal)).toBeNull();
	expect(await lead(owner, 'gluetun')).toEqual(ok('left'));
	expect(await lead(owner, 'Sweden')).toMatchObject({ok: false, error: {what: expect.stringContaining('ECONNREFUSED')}});
});

test('what vks stopped is started again, whoever wants something else meanwhile', async () => {
	const {gluetun, owner} = await start();
	const meanwhile = new AbortController();
	const asking = owner.lead({server: 'gluetun', anew: true, close: async () => ok(undefined), signal: meanwhile.signal});
	await expect.poll(() => gluetun.requests().some(each => each.startsWith('PUT'))).toBe(true);
	meanwhile.abort();
	await asking;
	await expect.poll(() => gluetun.loop.status()).toBe('running');
});

test('what an order of ours left stopped is started by the next retry; what its owner stops later is left', async () => {
	const gluetun = await startGluetun({roles});
	started.push(gluetun);
	const ask = gluetun.asker({apiKey: key});
	let cut = true;
	const owner = gluetunOwner({id: 'gluetun', offers, client: gluetunClient(async (question, within) => (cut && question.body === '{"status":"running"}' ? fail('ECONNRESET') : ask(question, within)))});
	expect(await lead(owner, 'gluetun', true)).toMatchObject({ok: false, error: {what: expect.stringContaining('ECONNRESET')}});
	expect(gluetun.loop.status()).toBe('stopped');
	// Closed first, as for every order.
	const problem: Problem = {code: 'ruleset-refused', severity: 'error', what: '', stillBlocking: true, next: ''};
	expect(await lead(owner, 'gluetun', false, async () => fail(problem))).toEqual(fail(problem));
	expect(await lead(owner, 'gluetun')).toMatchObject({ok: false});
	cut = false;
	expect(await lead(owner, 'gluetun')).toEqual(ok('ordered'));
	expect([gluetun.loop.status(), gluetun.starts()]).toEqual(['running', 2]);
	expect(await ask({method: 'PUT', path: '/v1/vpn/status', body: '{"status":"stopped"}'}, signal)).toMatchObject({ok: true});
	expect(await lead(owner, 'gluetun')).toEqual(ok('left'));
	expect(gluetun.loop.status()).toBe('stopped');
});
