/**
 * Beside somebody else's tunnel: vks guards it whatever its owner does with it, leaves its routing alone, and has its owner
 * reconnect and switch. Gluetun is a fake of two versions over a real tunnel; the other owner is wg-quick. Needs root.
 */
import {chmodSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, afterEach, beforeAll, describe, expect, test} from 'vitest';
import {clearGluetun, startGluetunIn, type GluetunStart, type LabGluetun} from '../../lab/gluetun.ts';
import type {Lab} from '../../lab/lab.ts';
import type {Flood} from '../../lab/load.ts';
import {waitUntil} from '../../lab/processes.ts';
import {raiseLab} from '../../lab/raise.ts';
import type {Witness} from '../../lab/witness/witness.ts';
import type {Command, Outcome} from '../../src/control/schema.ts';
import {isConnected, startDaemon, type Daemon} from '../helpers/daemon.ts';
import {askExit, expectNothingOutside, sendRawFrames} from '../helpers/leak-scene.ts';
import {wireguardIn} from '../helpers/tunnel-usage.ts';

const isGone = ({state}: ReturnType<Daemon['snapshot']>): boolean => state.kind === 'blocked' && state.cause === 'no-tunnel';
const key = 'a-key-of-gluetun';
const withKey = (apikey: string): GluetunStart => ({roles: [{auth: 'apikey', apikey, routes: 'all'}]});
const exits = {stockholm: '198.51.100.77', zurich: '192.0.2.99'} as const;

describe('beside somebody else\'s tunnel', () => {
	let lab: Lab;
	let witness: Witness;
	let gluetun: LabGluetun | undefined;
	let daemon: Daemon;
	let flood: Flood | undefined;
	let began: Awaited<ReturnType<Witness['mark']>> | undefined;

	beforeAll(async () => {
		lab = await raiseLab();
		witness = await lab.observe();
		gluetun = await startGluetunIn(lab, {version: 'latest', retryMs: 8000, ...withKey(key)});
		expect(await waitUntil(async () => (await ask('GET', '/v1/vpn/status')).includes('running'))).toBe(true);
	});
	afterEach(async () => {
		if (began !== undefined) expectNothingOutside(await witness.since(began));
	});
	afterAll(async () => {
		await flood?.process.stop('SIGKILL');
		await daemon?.kill();
		await gluetun?.stop();
		await lab?.down();
	});
	const ask = async (method: string, path: string, body = ''): Promise<string> =>
		(await lab.exec('client', ['curl', '-s', '-m', '20', '-X', method, '-H', `X-API-Key: ${key}`, '-d', body, `http://127.0.0.1:8000${path}`])).stdout.trim();
	const status = (wanted: 'running' | 'stopped') => ask('PUT', '/v1/vpn/status', `{"status":"${wanted}"}`);
	const flushFirewall = () => lab.exec('client', ['sh', '-c', 'for t in iptables ip6tables; do $t -P OUTPUT ACCEPT; $t -P INPUT ACCEPT; $t -F; done'], {mustSucceed: true});
	const deleteLink = () => lab.exec('client', ['ip', 'link', 'delete', lab.description.interfaces.tunnel], {mustSucceed: true});
	const connectedSince = (atMs: number) => daemon.until('it was connected again', now => isConnected(now) && (now.proof.checkedAtMs ?? 0) > atMs, 60_000);
	/** Carried out, verified, and in a new epoch. */
	const carriedOut = async (command: Command): Promise<Outcome> => {
		const {epoch = 0} = daemon.snapshot().tunnel ?? {};
		const outcome = await daemon.command(command);
		expect(outcome, daemon.log().slice(-3000)).toMatchObject({ok: true});
		expect((await connectedSince(0)).tunnel?.epoch).toBeGreaterThan(epoch);
		return outcome;
	};
	const another = async (start: GluetunStart): Promise<void> => {
		const atMs = Date.now();
		await gluetun?.stop();
		await clearGluetun(lab);
		gluetun = await startGluetunIn(lab, start);
		await connectedSince(atMs);
	};

	test('without vks the witness sees what leaves when Gluetun has stopped and its rules were flushed', async () => {
		await status('stopped');
		await flushFirewall();
		const start = await witness.mark();
		const trial = await lab.flood({seconds: 3});
		const {sent} = await trial.finished();
		await sendRawFrames(lab);
		const {outside} = await witness.since(start);
		expect(sent.udp).toBeGreaterThan(0);
		expect(outside.count, JSON.stringify([sent, outside.samples])).toBeGreaterThan(Math.floor(sent.udp / 2));
		expect(outside.samples.some(({dst}) => dst === lab.description.addresses.internet.ipv4), JSON.stringify(outside.samples)).toBe(true);
		expect(await status('running')).toContain('running');
	});

	test('vks adopts the tunnel, proves itself, and leaves rules and routes as they are', async () => {
		const before = (await lab.exec('client', ['ip', 'rule'])).stdout;
		daemon = await startDaemon(lab, {environment: {VKS_ATTACH: 'gluetun', VKS_DNS: '10.64.1.1;10.64.2.1', VKS_DRILL_EVERY: 'off', VKS_FAILOVER: 'off', VKS_GLUETUN_API_KEY: key, VKS_GLUETUN_SERVERS: 'zurich=city:Zurich; Sweden; Atlantis'}});
		await daemon.until('it was connected', isConnected, 40_000);
		expect((await lab.exec('client', ['ip', 'rule'])).stdout).toBe(before);
		expect(daemon.snapshot().layers.filter(({state}) => state === 'foreign').map(({name}) => name)).toEqual(['routing', 'reverse-path', 'dns']);
		expect(daemon.snapshot()).toMatchObject({tunnel: {driver: 'gluetun'}, state: {server: 'gluetun'}});
		expect(Object.values(exits)).toContain(await askExit(lab));
		began = await witness.mark();
		flood = await lab.flood();
	});

	test('nothing leaks when Gluetun stops and starts, with raw frames in between', async () => {
		await status('stopped');
		await daemon.until('it was gone, and why', now => isGone(now) && now.state.detail.includes('Gluetun\'s connection is stopped'));
		await sendRawFrames(lab);
		const atMs = Date.now();
		await status('running');
		await connectedSince(atMs);
	});

	test('that it crashed is told, it takes no order then, and is taken again when it is back', async () => {
		const atMs = Date.now();
		wireguardIn(lab.description.namespaces.client).forEach(({pid}) => process.kill(pid, 'SIGKILL'));
		await daemon.until('it was said that it crashed', now => isGone(now) && now.state.detail.includes('has crashed'));
		expect(daemon.journal().some(({text}) => text.includes('Gluetun\'s connection has crashed'))).toBe(true);
		// It may have begun to try again by then.
		expect(await daemon.command({do: 'reconnect'})).toMatchObject({ok: false, message: expect.stringMatching(/has crashed, and no order|is starting, and takes no order/), problem: {stillBlocking: true}});
		await connectedSince(atMs);
	});

	test('nothing leaks when it loses its rules and its link', async () => {
		const {epoch = 0} = daemon.snapshot().tunnel ?? {};
		await flushFirewall();
		await deleteLink();
		await daemon.until('it was taken anew', now => isConnected(now) && (now.tunnel?.epoch ?? 0) > epoch);
	});

	describe.each(['latest', 'v3.37.0'] as const)('by the control server of %s', version => {
		beforeAll(async () => {
			if (version !== 'latest') await another({version});
		});

		test('it reconnects, switches where it is told, and says what it does not know', async () => {
			expect((await carriedOut({do: 'reconnect'})).message).toBe('Reconnected.');
			expect((await carriedOut({do: 'switch', server: version === 'latest' ? 'zurich' : 'Sweden'})).message).toMatch(version === 'latest' ? /^Switched to zurich\./ : /^Switched to Sweden\./);
			expect(await askExit(lab)).toBe(version === 'latest' ? exits.zurich : exits.stockholm);
			expect(await ask('GET', '/v1/vpn/settings')).toContain(version === 'latest' ? '"cities":["Zurich"]' : '"countries":["Sweden"]');
			const {state: {server}} = daemon.snapshot();
			expect(await daemon.command({do: 'switch', server: 'Atlantis'})).toMatchObject({ok: false, problem: {code: 'gluetun', what: expect.stringContaining('Atlantis')}});
			await daemon.until('the old one carried again', now => isConnected(now) && now.state.server === server);
		});
	});

	test('with another key every order is refused, with the route, and what carries, carries', async () => {
		// Of any other server it would have to be asked whether it is the one that is selected.
		await carriedOut({do: 'switch', server: 'gluetun'});
		expect(await ask('GET', '/v1/vpn/settings')).toContain('"countries":[]');
		await another({version: 'v3.41.3', ...withKey('another')});
		const {tunnel} = daemon.snapshot();
		expect(await daemon.command({do: 'reconnect'})).toMatchObject({ok: false, problem: {code: 'credentials', what: expect.stringContaining('GET /v1/vpn/status')}});
		expect(await daemon.command({do: 'switch', server: 'zurich'})).toMatchObject({ok: false, problem: {code: 'credentials', what: expect.stringContaining('GET /v1/vpn/settings')}});
		expect(daemon.snapshot()).toMatchObject({state: {kind: 'connected'}, tunnel: {epoch: tunnel?.epoch}});
	});

	test('a tunnel of wg-quick is guarded, connected anew by the operator\'s command, and followed without rules and without link', async () => {
		await daemon.kill();
		await gluetun?.stop();
		gluetun = undefined;
		await clearGluetun(lab);
		const {folders: {state, servers}, interfaces: {tunnel}} = lab.description;
		const [conf, again] = [join(state, 'wg-quick', `${tunnel}.conf`), join(state, 'tunnel-again')];
		mkdirSync(join(state, 'wg-quick'), {mode: 0o700});
		// Nothing that needs resolvconf.
		writeFileSync(conf, readFileSync(join(servers, 'se-sto-1.conf'), 'utf8').replace(/^DNS = .*\n/m, ''), {mode: 0o600});
		writeFileSync(again, `#!/bin/sh\nip link show ${tunnel} >/dev/null 2>&1 && wg-quick down ${conf}\nexec wg-quick up ${conf}\n`);
		chmodSync(again, 0o700);
		daemon = await startDaemon(lab, {environment: {VKS_ATTACH: 'external', VKS_DNS: '10.64.1.1', VKS_DRILL_EVERY: 'off', VKS_RECONNECT_COMMAND: again}});
		await daemon.until('it was waiting for a tunnel', isGone);
		const upAtMs = Date.now();
		await lab.exec('client', ['wg-quick', 'up', conf], {mustSucceed: true});
		expect((await connectedSince(upAtMs)).tunnel).toMatchObject({driver: 'external', server: 'external'});
		expect(await askExit(lab)).toBe(exits.stockholm);

		await lab.exec('client', ['sh', '-c', 'nft list tables | grep wg-quick | while read -r _ family name; do nft delete table "$family" "$name"; done; for f in -4 -6; do ip $f rule flush; ip $f rule add lookup main priority 32766; done']);
		await sendRawFrames(lab);
		await deleteLink();
		await daemon.until('it was gone', isGone);
		// It was told what connects it: a tunnel that is gone is its owner's to bring back, or the operator's to ask for.
		expect((await carriedOut({do: 'reconnect'})).message).toBe('Reconnected.');
		expect(await askExit(lab)).toBe(exits.stockholm);
	});
});
