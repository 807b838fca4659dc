/** When and by which way a provider is asked, on the fake kernel. */
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, describe, expect, test, vi} from 'vitest';
import type {Snapshot} from '../../../src/control/schema.ts';
import type {Problem} from '../../../src/problem.ts';
import {fail, ok} from '../../../src/result.ts';
import {createCatalogue} from '../../../src/servers/catalogue.ts';
import {nordlynxAccount} from '../../../src/servers/nordvpn/provider.ts';
import {parseMullvadRelays} from '../../../src/servers/mullvad/relay-list.ts';
import type {AskApi, Listing, Provider} from '../../../src/servers/provider.ts';
import type {ProviderSource} from '../../../src/servers/provider-source.ts';
import {fakeKernel} from '../../fakes/fake-kernel.ts';
import {makeRig, putUplink, type Rig} from '../../helpers/controller-rig.ts';
import {ip} from '../../helpers/situations.ts';

const rigs: Rig[] = [];
afterEach(async () => {
	for (const rig of rigs.splice(0)) {
		rig.kernel.setFault(null);
		await rig.dispose();
	}
});

const key = 'AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM=';
const parsed = parseMullvadRelays(readFileSync(join(import.meta.dirname, '../../fixtures/catalogues/mullvad.json'), 'utf8'));
const listing: Listing = {...(parsed.ok ? parsed.value : {relays: [], skipped: []}), account: nordlynxAccount(key)};
const refusedToken: Problem = {code: 'credentials', severity: 'error', what: 'api.example.net does not accept the access token (401).', stillBlocking: true, next: 'Make a new one.'};

function sourceOf(ask: Provider['ask']): ProviderSource {
	const provider: Provider = {name: 'nordvpn', host: 'api.example.net', question: '', answersWish: true, ask};
	const cache = {read: () => null, write: () => ok(undefined)};
	const catalogue = createCatalogue({provider, account: null, wish: {countries: [], cities: [], groups: []}, cache, randomTop: 0, random: () => 0, nowMs: () => rigs[0]?.clock.now() ?? 0});
	return {catalogue, host: provider.host, addresses: [ip('203.0.113.60'), ip('203.0.113.61')], uid: 0};
}

const asks = async (api: AskApi) => {
	const answer = await api('/v1');
	return answer.ok ? ok(listing) : answer;
};

async function begin(ask: Provider['ask'], options: Parameters<typeof makeRig>[0] = {}): Promise<Rig> {
	const rig = makeRig({settings: {VKS_PROVIDER: 'nordvpn'}, ...options, provider: sourceOf(ask)});
	rigs.push(rig);
	expect(await rig.controller.start()).toMatchObject({ok: true});
	return rig;
}

const becomes = (rig: Rig, good: (snapshot: Snapshot) => boolean) => vi.waitFor(() => {
	rig.clock.tick();
	expect(good(rig.controller.snapshot()), JSON.stringify(rig.controller.snapshot().state)).toBe(true);
}, {timeout: 4000, interval: 5});
const openNow = ({kernel}: Rig): readonly string[] => ['inet vks', 'netdev vks'].flatMap(table => [...JSON.stringify([...(kernel.tables().get(table)?.chains.values() ?? [])]).matchAll(/ip daddr (203\.0\.113\.\d+)\/32 tcp dport 443/g)].map(([, address]) => address ?? ''));
const everOpened = ({kernel}: Rig): readonly string[] => kernel.scripts.flatMap(script => [...script.matchAll(/add rule inet vks output .*ip daddr (203\.0\.113\.\d+)\/32 tcp dport 443/g)].map(([, address]) => address ?? ''));

describe('with nothing to connect to', () => {
	test('one address after the other is opened and closed, and what came of it is told', async () => {
		const rig = await begin(asks);
		await becomes(rig, ({state}) => state.kind === 'blocked' && state.nextAttemptAtMs !== null);
		expect([...new Set(everOpened(rig))]).toEqual(['203.0.113.60', '203.0.113.61']);
		expect(openNow(rig)).toEqual([]);
		const {state, problems} = rig.controller.snapshot();
		expect(state).toMatchObject({cause: 'no-server', detail: expect.stringContaining('203.0.113.61:443 could not be reached') as string});
		expect(problems.some(({code, next}) => code === 'no-server' && next !== '')).toBe(true);
	});

	test('the answer is dialled, by the account that came with it', async () => {
		const rig = await begin(async () => ok(listing));
		await becomes(rig, ({state}) => state.kind === 'connected');
		expect(rig.controller.snapshot()).toMatchObject({state: {server: 'se-mma-wg-001'}, servers: [{id: 'se-mma-wg-001'}, {id: 'ch-zrh-wg-001'}], problems: []});
		expect(JSON.stringify([rig.controller.snapshot(), rig.lines()])).not.toContain(key);
	});

	test('a refused token is a cause of its own, and not asked again at once; a reconnect asks again', async () => {
		let asked = 0;
		const rig = await begin(async () => {
			asked++;
			return fail(refusedToken);
		});
		await becomes(rig, ({state}) => state.cause === 'credentials');
		expect(rig.controller.snapshot().state.detail).toContain('Make a new one.');
		expect(asked).toBe(1);
		await rig.controller.submit({do: 'reconnect'});
		rig.clock.tick();
		await vi.waitFor(() => expect(asked).toBe(2));
	});

	test('a question that hangs keeps neither proof nor clock, and a lockdown ends it', async () => {
		const kernel = fakeKernel({fault: ({operation}) => (operation === 'connect' ? 'hang' : null)});
		const rig = await begin(asks, {kernel});
		await becomes(rig, ({state}) => state.kind === 'bootstrapping');
		await vi.waitFor(() => expect(openNow(rig)).toEqual(['203.0.113.60', '203.0.113.60']));
		const before = rig.controller.snapshot().proof.checkedAtMs ?? 0;
		await becomes(rig, ({proof}) => proof.kind === 'proven' && (proof.checkedAtMs ?? 0) > before + 3000);
		await rig.controller.submit({do: 'lockdown', reason: 'a trial'});
		expect(openNow(rig)).toEqual([]);
		expect(rig.controller.snapshot().state.kind).toBe('lockdown');
		for (let second = 0; second < 5; second++) rig.clock.tick();
		expect(openNow(rig)).toEqual([]);
	});

	test('without an uplink, and in lockdown, nobody is asked', async () => {
		let asked = 0;
		const kernel = fakeKernel();
		const rig = makeRig({kernel, settings: {VKS_PROVIDER: 'nordvpn'}, provider: sourceOf(async () => {
			asked++;
			return ok(listing);
		})});
		rigs.push(rig);
		putUplink(kernel, false);
		await rig.controller.start();
		for (let second = 0; second < 5; second++) rig.clock.tick();
		expect([asked, rig.controller.snapshot().state.kind]).toEqual([0, 'blocked']);
		await rig.controller.submit({do: 'lockdown', reason: 'a trial'});
		putUplink(kernel);
		for (let second = 0; second < 5; second++) rig.clock.tick();
		expect([asked, rig.controller.snapshot().state.kind]).toEqual([0, 'lockdown']);
		await rig.controller.submit({do: 'lift', word: 'lift'});
		await becomes(rig, ({state}) => state.kind === 'connected');
		expect(asked).toBe(1);
	});

	test('an answer with nothing that is wished for is blocked, and says where to look', async () => {
		const rig = await begin(async () => ok({...listing, relays: []}));
		await becomes(rig, ({state}) => state.cause === 'no-server' && state.detail.includes('VKS_COUNTRY'));
	});

	test('a stop while it is asked ends in blocked and closed', async () => {
		const kernel = fakeKernel({fault: ({operation}) => (operation === 'connect' ? 'hang' : null)});
		const rig = await begin(asks, {kernel});
		await vi.waitFor(() => expect(openNow(rig)).not.toEqual([]));
		expect(await rig.controller.stop()).toBe(true);
		expect(openNow(rig)).toEqual([]);
	});
});

test('while a tunnel stands, no pinhole is opened for an old list', async () => {
	let asked = 0;
	const rig = await begin(async api => (++asked === 1 ? ok(listing) : asks(api)));
	await becomes(rig, ({state}) => state.kind === 'connected');
	rig.clock.pass(25 * 60 * 60 * 1000);
	await vi.waitFor(() => {
		rig.clock.tick();
		expect(asked).toBe(2);
	});
	await becomes(rig, ({state, problems}) => state.kind === 'connected' && problems.some(({code}) => code === 'no-server'));
	expect(everOpened(rig)).toEqual([]);
});
