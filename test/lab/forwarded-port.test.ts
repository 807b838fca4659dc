/** A port that the provider forwards: asked for through the tunnel, open there alone for as long as it is granted. Needs root. */
import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import type {NamespaceRole} from '../../lab/description.ts';
import type {Lab} from '../../lab/lab.ts';
import {serverPlan} from '../../lab/plan.ts';
import {startPortGateway, type PortGateway} from '../../lab/port-gateways.ts';
import {waitUntil} from '../../lab/processes.ts';
import {nodeExecutable} from '../../lab/program.ts';
import {raiseLab} from '../../lab/raise.ts';
import type {Witness} from '../../lab/witness/witness.ts';
import {isConnected, startDaemon, switchOver, type Daemon} from '../helpers/daemon.ts';
import {expectNothingOutside} from '../helpers/leak-scene.ts';

const ports = [40_000, 40_001, 41_000, 42_000];
/** Answers with who is seen, and writes down each that arrives. */
const application = (log: string): string => `const {appendFileSync} = require('node:fs');
const seen = (how, port, address) => appendFileSync(${JSON.stringify(log)}, how + ' ' + port + ' ' + address + '\\n');
for (const port of ${JSON.stringify(ports)}) {
	require('node:net').createServer(socket => { socket.on('error', () => {}); seen('tcp', port, socket.remoteAddress); socket.end(socket.remoteAddress); }).listen(port, '0.0.0.0');
	const udp = require('node:dgram').createSocket('udp4');
	udp.on('message', (message, from) => { seen('udp', port, from.address); udp.send(from.address, from.port, from.address); });
	udp.bind(port, '0.0.0.0');
}`;
/** Prints whom the other side sees, or nothing when the time is over; calls again until it is told. */
const caller = (how: 'tcp' | 'udp', address: string, port: number, seconds: number): readonly string[] => [nodeExecutable(), '-e', `
const end = text => { process.stdout.write(text); process.exit(0); };
setTimeout(() => end(''), ${seconds * 1000});
${how === 'tcp'
		? `const call = () => require('node:net').connect(${port}, '${address}').on('data', data => end(String(data))).on('error', () => setTimeout(call, 100)); call();`
		: `const udp = require('node:dgram').createSocket('udp4').on('message', data => end(String(data))); const call = () => udp.send('?', ${port}, '${address}', () => setTimeout(call, 200)); call();`}`];
/** Calls without listening. */
const knocker = (how: 'tcp' | 'udp', address: string, port: number): readonly string[] => ['bash', '-c', `while :; do echo > /dev/${how}/${address}/${port}; sleep 0.2; done`];

describe('a forwarded port', () => {
	let lab: Lab;
	let witness: Witness;
	let start: Awaited<ReturnType<Witness['mark']>>;
	let daemon: Daemon;
	const gateways = new Map<'s1' | 's2', PortGateway>();
	const environment: Record<string, string> = {};
	const file = (name: string): string => join(lab.description.folders.state, name);
	const textOf = (name: string): string => (existsSync(file(name)) ? readFileSync(file(name), 'utf8') : '');

	const call = async (from: NamespaceRole, how: 'tcp' | 'udp', address: string, port: number, seconds = 60): Promise<string> =>
		(await lab.exec(from, caller(how, address, port, seconds), {mustSucceed: true})).stdout;
	const refusals = async (): Promise<number> => {
		const {stdout} = await lab.exec('client', ['nft', '-j', 'list', 'counter', 'inet', 'vks', 'c_refuse-in'], {mustSucceed: true});
		return Number(/"packets": ?(\d+)/.exec(stdout)?.[1] ?? Number.NaN);
	};
	/** It came as far as the policy, which refused it, and no further. */
	const isRefused = async (from: NamespaceRole, address: string, port: number): Promise<void> => {
		for (const how of ['tcp', 'udp'] as const) {
			const [counted, arrived] = [await refusals(), textOf('arrived')];
			const calling = lab.spawn(from, knocker(how, address, port));
			expect(await waitUntil(async () => (await refusals()) > counted), `${how} from ${from} to ${address}:${port}`).toBe(true);
			// It would repeat itself until it is let in.
			await calling.stop('SIGKILL');
			expect(textOf('arrived')).toBe(arrived);
		}
	};
	const gateway = async (server: 's1' | 's2', how: Parameters<typeof startPortGateway>[2]): Promise<void> => {
		await gateways.get(server)?.stop();
		gateways.set(server, await startPortGateway(lab, server, how));
	};
	const isOpen = (port: number) => daemon.until(`port ${port} was forwarded`, snapshot => isConnected(snapshot) && snapshot.forwardedPort.kind === 'open' && snapshot.forwardedPort.port === port);
	const isTold = async (port: number): Promise<void> => {
		await waitUntil(() => textOf('hook').trimEnd().split('\n').at(-1) === `${port} ${port}`);
		expect(textOf('hook').trimEnd().split('\n').at(-1)).toBe(`${port} ${port}`);
		expect(textOf('port')).toBe(port === 0 ? '' : `${port}\n`);
	};

	beforeAll(async () => {
		lab = await raiseLab();
		const {internet} = lab.description.addresses;
		expect(internet.ipv4).toBe('203.0.113.80');
		Object.assign(environment, {
			VKS_SERVER: 'se-sto-1', VKS_PORT_FORWARD: 'nat-pmp', VKS_PORT_FILE: file('port'),
			VKS_PORT_HOOK: JSON.stringify(['/bin/sh', '-c', `echo "$1 $VKS_PORT" >> ${file('hook')}`, 'hook', '{port}']),
		});
		lab.spawn('client', [nodeExecutable(), '-e', application(file('arrived'))]);
		await gateway('s1', {firstPort: 40_000, refuse: 2});
		witness = await lab.observe();
		start = await witness.mark();
		daemon = await startDaemon(lab, {environment});
		await daemon.until('it was connected', isConnected);
	});
	afterAll(async () => {
		await witness.stop().catch(() => undefined);
		await lab.down();
	});

	test('that the gateway refuses is none: the cause is told, and nothing is let in from the server either', async () => {
		const {problems} = await daemon.until('the refusal was told', ({forwardedPort}) => forwardedPort.kind === 'refused' && forwardedPort.cause === 'the gateway gives this account or server no port');
		expect(problems.map(({code, stillBlocking}) => [code, stillBlocking])).toContainEqual(['port-forward', true]);
		expect([textOf('port'), textOf('hook')]).toEqual(['', '']);
		await isRefused('s1', '10.64.1.2', 40_000);
	});

	test('that is granted brings TCP and UDP from the internet to an application, by the tunnel alone; a file and a program are told', async () => {
		await gateway('s1', {firstPort: 40_000, lifetime: 10});
		await isOpen(40_000);
		await isTold(40_000);
		const {exit} = serverPlan('s1');
		// The answer names who was seen: the caller itself, and no server in between.
		expect(await call('internet', 'tcp', exit.ipv4, 40_000)).toBe('203.0.113.80');
		expect(await call('internet', 'udp', exit.ipv4, 40_000)).toBe('203.0.113.80');
		expect(textOf('arrived').trimEnd().split('\n').slice(0, 2).sort()).toEqual(['tcp 40000 203.0.113.80', 'udp 40000 203.0.113.80']);
		await isRefused('s1', '10.64.1.2', 40_001);
		await isRefused('lan', '172.30.7.2', 40_000);
		expect(daemon.journal().map(({text}) => text)).toContainEqual(expect.stringMatching(/^Port 40000 is forwarded to /));
	});

	test('is asked for again before its time is over: a gateway that forgot it gives another, which is told, and the old one is closed', async () => {
		await gateway('s1', {firstPort: 41_000, lifetime: 10});
		await isOpen(41_000);
		await isTold(41_000);
		expect(await call('internet', 'tcp', serverPlan('s1').exit.ipv4, 41_000)).toBe('203.0.113.80');
		await isRefused('s1', '10.64.1.2', 40_000);
	});

	test('is another one after a switch, which is told', async () => {
		await gateway('s2', {firstPort: 42_000, lifetime: 6});
		await switchOver(daemon, 'ch-zrh-1');
		await isOpen(42_000);
		await isTold(42_000);
		expect(await call('internet', 'udp', serverPlan('s2').exit.ipv4, 42_000)).toBe('203.0.113.80');
	});

	test('is closed by the kernel when its time is over, with vks killed', async () => {
		await daemon.kill();
		const held = async (): Promise<string> => (await lab.exec('client', ['nft', 'list', 'set', 'inet', 'vks', 'lease-granted-tcp'])).stdout;
		expect(await waitUntil(async () => !(await held()).includes('elements'))).toBe(true);
		await isRefused('s2', '10.64.2.2', 42_000);
		daemon = await startDaemon(lab, {environment});
		await isOpen(41_000);
		await isTold(41_000);
	});

	test('is closed by a lockdown, with file and program told; and nothing ever left outside the tunnel', async () => {
		expect(await daemon.command({do: 'lockdown', reason: 'test'})).toMatchObject({ok: true});
		await isTold(0);
		await daemon.until('no port was forwarded', ({forwardedPort}) => forwardedPort?.kind === 'waiting');
		const arrived = textOf('arrived');
		expect(await call('internet', 'tcp', serverPlan('s1').exit.ipv4, 41_000, 1)).toBe('');
		expect(textOf('arrived')).toBe(arrived);
		const {stdout} = await lab.exec('client', ['nft', 'list', 'table', 'inet', 'vks'], {mustSucceed: true});
		expect(stdout).not.toContain('comment "granted-');
		expectNothingOutside(await witness.since(start));
	});
});
