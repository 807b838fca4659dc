/** What machines read, behind the policy: metrics and health on loopback, notifications through the tunnel; and the doctor. Needs root. */
import {readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import type {Lab} from '../../lab/lab.ts';
import {waitUntil, type Running} from '../../lab/processes.ts';
import {nodeExecutable} from '../../lab/program.ts';
import {raiseLab} from '../../lab/raise.ts';
import {isConnected, startDaemon, type Daemon} from '../helpers/daemon.ts';

const metricsPort = 9586;
const hookPort = 8088;

/** Writes down who posts what. */
const hook = `
import {createServer} from 'node:http';
createServer((request, response) => {
	let body = '';
	request.on('data', part => (body += part)).on('end', () => {
		console.log(JSON.stringify({from: request.socket.remoteAddress, url: request.url, body}));
		response.end();
	});
}).listen(${hookPort}, '0.0.0.0', () => console.log('{}'));`;

interface Examined {
	readonly exitCode: number;
	readonly findings: readonly {readonly id: string; readonly severity: string; readonly what: string; readonly fix: string}[];
}

interface Told {
	readonly from?: string;
	readonly url?: string;
	readonly body?: string;
}

describe('machines that read', () => {
	let lab: Lab;
	let daemon: Daemon;
	let hooked: Running;
	let unhelped: Examined;

	beforeAll(async () => {
		lab = await raiseLab({});
		hooked = lab.spawn('internet', [nodeExecutable(), '--input-type=module', '-e', hook]);
		if (!(await waitUntil(() => told().length > 0))) throw new Error(`nobody listens for notifications: ${readFileSync(hooked.log, 'utf8')}`);
		unhelped = await doctor();
		daemon = await startDaemon(lab, {environment: {VKS_SERVER: 'se-sto-1', VKS_DRILL_EVERY: 'off', VKS_EXIT_URL: 'off', VKS_METRICS: `127.0.0.1:${metricsPort}`, VKS_NOTIFY_URL: `http://hooks.example.net:${hookPort}/secret`}});
		await daemon.until('it was connected', isConnected);
	});
	afterAll(async () => {
		await lab.down();
	});

	const told = (): readonly Told[] => readFileSync(hooked.log, 'utf8').split('\n').filter(line => line.startsWith('{')).map(line => JSON.parse(line) as Told);
	const doctor = async (): Promise<Examined> => {
		const [node = '', program = ''] = lab.description.commands.vks.slice(lab.description.commands.vks.indexOf('--') + 1);
		const {exitCode, stdout, stderr} = await lab.exec('client', [node, program, 'doctor', '--json'], {environment: {VKS_SERVER: 'se-sto-1'}});
		if (stdout === '') throw new Error(`the doctor said nothing: ${stderr}`);
		return {exitCode, findings: (JSON.parse(stdout) as Examined).findings};
	};
	const curl = async (...args: readonly string[]): Promise<string> => (await lab.exec('client', ['curl', '-s', '-m', '5', ...args])).stdout;
	const health = (): Promise<string> => curl('-o', '/dev/null', '-w', '%{http_code}', `http://127.0.0.1:${metricsPort}/healthz`);

	test('the doctor finds no daemon where there is none, and nothing that keeps vks from its work where there is one', async () => {
		expect(unhelped).toMatchObject({exitCode: 1, findings: expect.arrayContaining([expect.objectContaining({id: 'no-daemon', severity: 'high', what: 'No daemon answers, and nothing of vks refuses traffic here.'})]) as unknown});
		const {exitCode, findings} = await doctor();
		expect([exitCode, findings.filter(({severity}) => severity === 'high')]).toEqual([0, []]);
	});

	test('the doctor finds what was broken, and no more of it once what it says was done', async () => {
		const broken = join(lab.description.folders.servers, 'broken.conf');
		writeFileSync(broken, '[Interface]\nPrivateKey = none\n', {mode: 0o600});
		await lab.exec('client', ['ip', 'link', 'set', lab.uplink(), 'mtu', '1400']);
		const {findings} = await doctor();
		expect(findings.map(({id}) => id)).toEqual(expect.arrayContaining(['server-file', 'mtu']));
		expect(findings.find(({id}) => id === 'mtu')?.fix).toContain('MTU = 1340');
		rmSync(broken);
		await lab.exec('client', ['ip', 'link', 'set', lab.uplink(), 'mtu', '1500']);
		expect((await doctor()).findings.filter(({id}) => id === 'server-file' || id === 'mtu')).toEqual([]);
	});

	test('get metrics and the health of what is connected, on loopback alone', async () => {
		let text = '';
		const lines = ['vks_proof{state="proven"} 1', 'vks_tunnel_connected 1', 'vks_healthy 1', 'vks_lockdown 0'];
		// A proof that a busy machine let grow old is none.
		await waitUntil(async () => {
			text = await curl(`http://127.0.0.1:${metricsPort}/metrics`);
			return lines.every(line => text.split('\n').includes(line));
		});
		expect(text.split('\n')).toEqual(expect.arrayContaining(lines));
		expect(text).not.toContain('se-sto-1');
		expect(await waitUntil(async () => (await health()) === '200')).toBe(true);
		const {exitCode} = await lab.exec('lan', ['curl', '-s', '-m', '1', `http://${lab.description.addresses.client.ipv4}:${metricsPort}/metrics`]);
		expect(exitCode).not.toBe(0);
	});

	test('are told of a lockdown, and of its end', async () => {
		await daemon.command({do: 'lockdown', reason: 'test'});
		expect(await waitUntil(async () => (await health()) === '503')).toBe(true);
		expect(await waitUntil(async () => (await curl(`http://127.0.0.1:${metricsPort}/metrics`)).includes('\nvks_lockdown 1\n'))).toBe(true);
		await daemon.command({do: 'lift', word: 'lift'});
		await daemon.until('it was connected again', isConnected);
		expect(await waitUntil(async () => (await health()) === '200')).toBe(true);
	});

	test('are told of it through the tunnel, when there is one again', async () => {
		const changes = (): readonly {readonly kind: string; readonly at: string}[] => told().flatMap(({body}) => (body === undefined ? [] : (JSON.parse(body) as {changes: {kind: string; at: string}[]}).changes));
		expect(await waitUntil(() => changes().some(({kind}) => kind === 'lockdown')), readFileSync(hooked.log, 'utf8')).toBe(true);
		const [exit] = lab.description.servers;
		const posts = told().filter(({body}) => body !== undefined);
		expect(posts.map(({from, url}) => [from, url])).toEqual(posts.map(() => [exit?.exit.ipv4, '/secret']));
		const locked = changes().find(({kind}) => kind === 'lockdown');
		expect(Date.parse(locked?.at ?? ''), 'with the time it happened').toBeLessThan(daemon.snapshot().state.sinceMs);
		expect(`${daemon.log()}${JSON.stringify([daemon.journal(), daemon.snapshot()])}`).not.toMatch(/hooks\.example\.net.*secret|could not be sent/);
	});
});
