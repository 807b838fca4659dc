/** A provider's servers, from a token alone: what has to pass before there is a tunnel passes, and nothing else. Needs root. */
import {readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, beforeEach, describe, expect, test} from 'vitest';
import {raiseLab} from '../../lab/raise.ts';
import {apiAddresses, prepareProviders, type Providers} from '../../lab/providers.ts';
import type {Lab} from '../../lab/lab.ts';
import type {Seen, Witness} from '../../lab/witness/witness.ts';
import {isConnected, startDaemon, type Daemon} from '../helpers/daemon.ts';
import {askExit, expectNothingOutside, sendRawFrames} from '../helpers/leak-scene.ts';

describe('with a provider', () => {
	let lab: Lab;
	let witness: Witness;
	let providers: Providers;
	let daemon: Daemon | null = null;

	beforeAll(async () => {
		lab = await raiseLab();
		providers = await prepareProviders(lab);
		witness = await lab.observe();
	});
	afterAll(async () => {
		await daemon?.kill();
		try {
			expect((await witness.stop()).droppedByKernel).toBe(0);
		} finally {
			await lab.down();
		}
	});
	beforeEach(async () => {
		await daemon?.kill();
		daemon = null;
		rmSync(lab.description.folders.daemonState, {recursive: true, force: true});
	});

	const base = (): Readonly<Record<string, string>> => ({...providers.environment, VKS_TUNNEL_FOLDER: '/nonexistent', VKS_DNS: '10.64.1.1', VKS_DRILL_EVERY: 'off', VKS_EXIT_URL: 'off'});
	const nordvpn = (more: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> => ({...base(), VKS_PROVIDER: 'nordvpn', TOKEN: providers.token, COUNTRY: 'Sweden', ...more});
	const start = async (environment: Readonly<Record<string, string>>): Promise<Daemon> => {
		daemon = await startDaemon(lab, {environment});
		return daemon;
	};
	const tuples = ({outside}: Seen): readonly string[] => [...new Set(outside.samples.map(({dst, protocol, port}) => `${protocol} ${dst} ${port}`))].toSorted();
	const api = apiAddresses.nordvpn.map(address => `tcp ${address} 443`);
	/** Its counters outlive it by a while; rules and leases do not. */
	const pinholes = async (): Promise<readonly string[]> => (await lab.exec('client', ['nft', 'list', 'ruleset'])).stdout.split('\n').filter(line => /comment "bootstrap-|set lease-bootstrap/.test(line));

	describe('from a token alone', () => {
		test('it connects: one tuple is let out while it is asked, and nothing after', async () => {
			await providers.start();
			const began = await witness.mark();
			const asked = providers.requests().length;
			const running = await start(nordvpn());
			const {state, catalogue, atMs} = await running.until('it was connected', isConnected);
			expect(state.server).toBe('se1');
			expect(catalogue).toMatchObject({host: 'api.nordvpn.com', skipped: 0});
			expect(atMs - (catalogue?.readAtMs ?? 0)).toBeLessThan(60_000);
			expect(tuples(await witness.since(began))).toEqual(api.slice(0, 1));
			expect(providers.requests().slice(asked).map(({from, at, host, path, status}) => [from, at, host, path, status])).toEqual([
				['203.0.113.1', '203.0.113.60', 'api.nordvpn.com', '/v1/users/services/credentials', 200],
				['203.0.113.1', '203.0.113.60', 'api.nordvpn.com', '/v1/servers/countries', 200],
				['203.0.113.1', '203.0.113.60', 'api.nordvpn.com', '/v1/servers/recommendations', 200],
			]);
			expect(await pinholes()).toEqual([]);
			const connected = await witness.mark();
			expect(await askExit(lab)).toBe('198.51.100.77');
			await sendRawFrames(lab);
			expectNothingOutside(await witness.since(connected));
			expect(running.journal().map(({text}) => text).join('\n')).toContain('api.nordvpn.com named its servers by a pinhole that is closed again: 1 can be chosen.');
		});

		test('while the API hangs nothing else passes, the proof goes on, and a lockdown closes what is open', async () => {
			await providers.start({mode: 'silent'});
			const began = await witness.mark();
			const running = await start(nordvpn());
			await running.until('it was asking', ({state}) => state.kind === 'bootstrapping');
			const flood = await lab.flood({streams: ['udp', 'udp6', 'icmp', 'dns']});
			await running.until('the pinhole stood', ({rules}) => rules.some(({id}) => id === 'bootstrap-1-out'));
			expect(await pinholes()).not.toEqual([]);
			await sendRawFrames(lab);
			const first = running.snapshot();
			await running.until('it was proven thrice more', ({seq, proof}) => proof.kind === 'proven' && seq > first.seq + 2);
			const seen = await witness.since(began);
			expect(tuples(seen)).toEqual(api.slice(0, 1));
			expect(await running.command({do: 'lockdown', reason: 'a trial'})).toMatchObject({ok: true});
			const locked = await witness.mark();
			expect(await pinholes()).toEqual([]);
			await running.until('it was locked down and proven', ({state, proof, seq}) => state.kind === 'lockdown' && proof.kind === 'proven' && seq > first.seq + 4);
			await sendRawFrames(lab);
			await flood.stop();
			expectNothingOutside(await witness.since(locked));
		});

		test('a token that is refused is blocked with that cause and the next step', async () => {
			await providers.start();
			const began = await witness.mark();
			const running = await start(nordvpn({TOKEN: 'ab'.repeat(32)}));
			const {state, problems} = await running.until('it was blocked', ({state: {cause}}) => cause === 'credentials');
			expect(state).toMatchObject({kind: 'blocked', detail: expect.stringMatching(/does not accept the access token \(401\)\. Make a new token/) as string});
			expect(state.nextAttemptAtMs).toBeGreaterThan(Date.now());
			expect(problems.some(({code, stillBlocking}) => code === 'credentials' && stillBlocking === true)).toBe(true);
			expect(tuples(await witness.since(began))).toEqual(api.slice(0, 1));
			expect(await pinholes()).toEqual([]);
		});

		test('an API that is away, or is somebody else, leaves it blocked and closed', async () => {
			const ways = [
				{prepare: () => providers.stop(), says: 'could not be reached'},
				{prepare: () => providers.start({names: ['api.example.net']}), says: 'ERR_TLS_CERT_ALTNAME_INVALID'},
			];
			for (const {prepare, says} of ways) {
				await prepare();
				const began = await witness.mark();
				const running = await start(nordvpn());
				const {state} = await running.until('it was blocked again', ({state: {kind, cause, nextAttemptAtMs}}) => kind === 'blocked' && cause === 'no-server' && nextAttemptAtMs !== null);
				expect(state.detail).toContain(says);
				expect(tuples(await witness.since(began))).toEqual(api);
				expect(await pinholes()).toEqual([]);
				await running.kill();
				daemon = null;
			}
			expect(providers.requests().filter(({status}) => status === 200).every(({host}) => host === 'api.nordvpn.com')).toBe(true);
		});

		test('RANDOM_TOP chooses among the first, and without a country all are there', async () => {
			await providers.start();
			const running = await start(nordvpn({COUNTRY: '', RANDOM_TOP: '2'}));
			const {state, servers} = await running.until('it was connected', isConnected);
			expect(servers.map(({id}) => id).toSorted()).toEqual(['ch2', 'se1']);
			expect(['ch2', 'se1']).toContain(state.server);
		});
	});

	describe('a list that is kept', () => {
		const mullvad = (): Readonly<Record<string, string>> => {
			const file = readFileSync(join(lab.description.folders.servers, 'se-sto-1.conf'), 'utf8');
			return {...base(), VKS_PROVIDER: 'mullvad', VKS_WIREGUARD_PRIVATE_KEY: /PrivateKey = (.+)/.exec(file)?.[1] ?? '', VKS_WIREGUARD_ADDRESSES: '10.64.1.2/32', VKS_CITY: 'Stockholm'};
		};

		test('connects without the API, and is read again through the tunnel once it is old', async () => {
			await providers.start();
			const first = await start(mullvad());
			await first.until('it was connected', isConnected);
			expect(providers.requests().at(-1)).toMatchObject({from: '203.0.113.1', at: '203.0.113.62', host: 'api.mullvad.net', path: '/app/v1/relays'});
			await first.kill();
			await providers.stop();
			const began = await witness.mark();
			const second = await start(mullvad());
			expect((await second.until('it was connected', isConnected)).state.server).toBe('se1-wg-001');
			expectNothingOutside(await witness.since(began));
			await second.kill();
			const path = join(lab.description.folders.daemonState, 'catalogue.json');
			const kept = readFileSync(path, 'utf8');
			writeFileSync(path, kept.replace(/"readAtMs":\d+/, `"readAtMs":${Date.now() - 3 * 86_400_000}`));
			await providers.start();
			const asked = providers.requests().length;
			const third = await start(mullvad());
			await third.until('it was connected', isConnected);
			await third.until('it was read again', () => providers.requests().length > asked);
			expect(providers.requests().at(-1)).toMatchObject({from: '198.51.100.77', at: '203.0.113.62', path: '/app/v1/relays', status: 200});
			expectNothingOutside(await witness.since(began));
		});
	});
});
