/** An exception lets out what it names and nothing else, and ends whoever lives: seen from outside. Needs root. */
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {echoPort, uplinks} from '../../lab/plan.ts';
import {waitUntil, type Running} from '../../lab/processes.ts';
import {nodeExecutable, repositoryFolder} from '../../lab/program.ts';
import type {Seen} from '../../lab/witness/witness.ts';
import type {Command, Outcome} from '../../src/control/schema.ts';
import {isConnected, startDaemon} from '../helpers/daemon.ts';
import {endScene, raiseScene, type Scene} from '../helpers/leak-scene.ts';

const {lan, peer} = uplinks.addresses;
const allowed: Extract<Command, {do: 'allow'}> = {do: 'allow', protocol: 'tcp', range: lan.ipv4, port: echoPort, direction: 'out', uid: null, seconds: 600, reason: 'a trial', by: 'lab'};

/** Sends a byte twenty times a second on one connection, for as long as it lives. */
const talk = 'const socket = require("node:net").connect({host: process.argv[1], port: Number(process.argv[2])}); socket.on("error", () => undefined); setInterval(() => socket.write("x"), 50);';
/** Says what came of one connection within the time given. */
const knock = 'const socket = require("node:net").connect({host: process.argv[1], port: Number(process.argv[2]), timeout: Number(process.argv[3])}); socket.on("connect", () => (console.log("open"), socket.destroy())); socket.on("error", error => console.log(error.code)); socket.on("timeout", () => (console.log("timeout"), socket.destroy()));';
/** Every other way to the same hosts: other ports and hosts, UDP, IPv6. */
const others = `
	const [lan4, lan6, peer4, port] = process.argv.slice(1);
	const {connect} = require("node:net");
	const dgram = require("node:dgram");
	for (const [host, at] of [[lan4, Number(port) + 1], [peer4, port], [lan6, port]]) connect({host, port: Number(at), timeout: 300}).on("error", () => undefined).on("timeout", function () { this.destroy(); });
	for (const [type, host] of [["udp4", lan4], ["udp6", lan6]]) { const socket = dgram.createSocket(type); socket.send("x", Number(port), host, () => socket.close()); }
`;

describe.for(['libnftables', 'nft'])('an exception, with %s', backend => {
	const environment = {VKS_FIREWALL_BACKEND: backend};
	let scene: Scene;
	const talkers: Running[] = [];
	beforeAll(async () => {
		scene = await raiseScene({}, {environment});
	});
	afterAll(async () => {
		for (const talker of talkers) await talker.stop('SIGKILL');
		await scene.daemon.kill();
		await endScene(scene);
	});

	const node = (code: string, ...args: readonly (string | number)[]): readonly string[] => [nodeExecutable(), '-e', code, ...args.map(String)];
	const tries = async (withinMs = 1000): Promise<string> => (await scene.lab.exec('client', node(knock, lan.ipv4, echoPort, withinMs))).stdout.trim();
	/** 0 when it was answered, 1 when not: anything else is no ping. */
	const ping = async (): Promise<number> => (await scene.lab.exec('client', [nodeExecutable(), '--disable-warning=ExperimentalWarning', join(repositoryFolder, 'test/helpers/ping-once.ts'), lan.ipv4])).exitCode;
	const grant = async (change: Partial<typeof allowed> = {}): Promise<Outcome> => {
		const outcome = await scene.daemon.command({...allowed, ...change});
		await scene.daemon.until('it was listed', ({exceptions}) => exceptions.length === 1);
		return outcome;
	};
	const ids = (): readonly number[] => scene.daemon.snapshot().exceptions.map(({id}) => id);
	const seenWhile = async (work: () => Promise<unknown>): Promise<Seen> => {
		const start = await scene.witness.mark();
		await work();
		return scene.witness.since(start);
	};
	const nothing = async (work: () => Promise<unknown>): Promise<void> => expect((await seenWhile(work)).outside).toEqual({count: 0, samples: []});
	/** A connection that runs, and that the witness sees: what it no longer sees afterwards has ended. */
	const startTalking = async (): Promise<void> => {
		talkers.push(scene.lab.spawn('client', node(talk, lan.ipv4, echoPort)));
		await talking();
	};
	const talking = async (): Promise<void> => {
		const start = await scene.witness.mark();
		expect(await waitUntil(async () => (await scene.witness.since(start)).outside.count > 5)).toBe(true);
	};
	/** Long enough for a dozen bytes and the first retransmissions. */
	const silence = (): Promise<void> => nothing(() => sleep(700));
	const stopTalking = async (): Promise<void> => {
		for (const talker of talkers.splice(0)) await talker.stop('SIGKILL');
	};
	const revokeAll = async (): Promise<void> => {
		for (const id of ids()) expect(await scene.daemon.command({do: 'revoke', id})).toMatchObject({ok: true});
		await scene.daemon.until('none was listed', ({exceptions}) => exceptions.length === 0);
	};

	test('of ICMP lets a ping out, and the witness sees it', async () => {
		await nothing(async () => expect(await ping()).toBe(1));
		expect(await grant({protocol: 'icmp', port: null})).toMatchObject({ok: true});
		const {outside} = await seenWhile(async () => expect(await ping()).toBe(0));
		expect(outside.samples.map(({dst, protocol}) => `${protocol} ${dst}`)).toContain(`icmp ${lan.ipv4}`);
		await revokeAll();
		await nothing(async () => expect(await ping()).toBe(1));
	});

	test('lets out its own host, protocol and port, and nothing else', async () => {
		await nothing(async () => expect(await tries()).not.toBe('open'));
		expect(await grant()).toMatchObject({ok: true});
		const seen = await seenWhile(async () => {
			expect(await tries(30_000)).toBe('open');
			await scene.lab.exec('client', node(others, lan.ipv4, lan.ipv6, peer.ipv4, echoPort));
			expect(await ping()).toBe(1);
		});
		expect(seen.outside.count).toBeGreaterThan(3);
		expect([...new Set(seen.outside.samples.map(({dst, protocol, port}) => `${protocol} ${dst} ${port}`))]).toEqual([`tcp ${lan.ipv4} ${echoPort}`]);
		const {exceptions, proof} = await scene.daemon.until('its packets were counted', ({exceptions: [only]}) => (only?.packets ?? 0) > 2);
		expect(exceptions).toHaveLength(1);
		expect(proof.kind).toBe('proven');
	});

	test('is closed by revoke, open connections included', async () => {
		await startTalking();
		await revokeAll();
		await silence();
		await nothing(async () => expect(await tries()).not.toBe('open'));
		await stopTalking();
	});

	test('is closed in lockdown, and open again after the lift', async () => {
		expect(await grant()).toMatchObject({ok: true});
		await startTalking();
		await scene.daemon.command({do: 'lockdown', reason: 'a trial'});
		await silence();
		await stopTalking();
		await scene.daemon.command({do: 'lift', word: 'lift'});
		expect(await tries(30_000)).toBe('open');
		await scene.daemon.until('it was connected', isConnected);
		await revokeAll();
	});

	test('goes on after a restart for what is left of it', async () => {
		const askedAtMs = Date.now();
		expect(await grant()).toMatchObject({ok: true});
		const [before] = scene.daemon.snapshot().exceptions;
		const killedAtMs = Date.now();
		await scene.daemon.kill();
		scene.daemon = await startDaemon(scene.lab, {environment});
		await scene.daemon.until('it was connected', isConnected);
		const [after] = scene.daemon.snapshot().exceptions;
		expect(after).toMatchObject({id: before?.id, reason: 'a trial', by: 'lab'});
		// The kernel's time began between the order and its answer; a new daemon claims no more of it, and at most the second
		// less that a listing rounds off and what it took itself to come up and ask. The clocks may differ by some milliseconds.
		const wholeMs = allowed.seconds * 1000;
		expect(after?.endsAtMs).toBeLessThanOrEqual(killedAtMs + wholeMs + 10);
		expect(after?.endsAtMs).toBeGreaterThanOrEqual(askedAtMs + wholeMs - 1010 - (Date.now() - killedAtMs));
		expect(await tries(30_000)).toBe('open');
		await revokeAll();
	});

	test('ends in the kernel with the daemon killed, open connections included', async () => {
		expect(await grant({seconds: 25})).toMatchObject({ok: true});
		await startTalking();
		await scene.daemon.kill();
		await talking();
		const isOver = async (): Promise<boolean> => !(await scene.lab.exec('client', ['nft', 'list', 'table', 'inet', 'vks'])).stdout.includes('expires');
		expect(await isOver()).toBe(false);
		expect(await waitUntil(isOver)).toBe(true);
		await silence();
		await nothing(async () => expect(await tries()).not.toBe('open'));
		await stopTalking();
		scene.daemon = await startDaemon(scene.lab, {environment});
		await scene.daemon.until('it was connected', isConnected);
		expect(scene.daemon.snapshot().exceptions).toEqual([]);
	});

	test('and the endpoint\'s pinhole has an end of its own when a daemon is killed while it connects', async () => {
		for (const {name} of scene.lab.description.servers) await scene.lab.blackhole(name);
		try {
			void scene.daemon.command({do: 'reconnect'}).catch(() => undefined);
			await scene.daemon.until('it waited for a handshake', ({state}) => state.kind === 'verifying');
			await scene.daemon.kill();
			const {stdout} = await scene.lab.exec('client', ['nft', 'list', 'table', 'inet', 'vks']);
			expect(stdout).toMatch(/elements = \{ udp timeout (1m|59s\d+ms) expires \d+s/);
			expect(stdout.split('\n').filter(line => /endpoint-(out|in)/.test(line) && line.includes(' accept ')).every(line => line.includes('@lease-dial-'))).toBe(true);
			expect(stdout).toContain('comment "endpoint-out');
		} finally {
			for (const {name} of scene.lab.description.servers) await scene.lab.restore(name);
			scene.daemon = await startDaemon(scene.lab, {environment});
		}
		await scene.daemon.until('it was connected', isConnected);
	});
});
