/**
 * The table of our own, with packets: ports that an engine without DOCKER-USER publishes are closed for who may not, and the host's
 * own processes reach what is named, in both families; then nothing is left of it. Needs root.
 */
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test} from 'vitest';
import type {Lab} from '../../lab/lab.ts';
import {waitUntil} from '../../lab/processes.ts';
import {nodeExecutable} from '../../lab/program.ts';
import {raiseLab} from '../../lab/raise.ts';
import {gets, urlOf} from '../helpers/gets.ts';
import {hardenIn, type Harden} from '../helpers/harden-acts.ts';
import {recordedEngine} from '../helpers/recorded-engine.ts';

describe('without chains of Docker\'s', () => {
	let lab: Lab;
	let harden: Harden;
	let before: string;
	let engineFolder: string;
	const inClient = (...argv: readonly string[]) => lab.exec('client', argv, {mustSucceed: true});
	const page = (family: 'ipv4' | 'ipv6', port: number): string => urlOf(lab.description.addresses.client[family], port);
	/** What gets in by now; where something must, once more for what a busy machine was late for. What must not is kept. */
	const everyWay = async (expected: string, port = 8080): Promise<string> => {
		const ways = (['peer', 'isp'] as const).flatMap(role => (['ipv4', 'ipv6'] as const).map(family => ({role, family})));
		const got = new Set<string>();
		const found = (): string => ways.map(({role, family}) => `${role} ${family}`).filter(way => got.has(way)).join(', ');
		await waitUntil(async () => {
			await Promise.all(ways.map(async ({role, family}) => (await gets(lab, role, page(family, port))) && got.add(`${role} ${family}`)));
			return found().length >= expected.length;
		});
		return found();
	};
	const all = 'peer ipv4, peer ipv6, isp ipv4, isp ipv6';

	beforeAll(async () => {
		lab = await raiseLab({});
		await inClient('ip', 'link', 'add', 'docker0', 'type', 'bridge');
		const serve = 'for (const port of [8080, 8081]) require("node:http").createServer((_, answer) => answer.end("x")).listen(port, "::")';
		lab.spawn('client', [nodeExecutable(), '-e', serve], {name: 'published'});
		expect(await waitUntil(() => gets(lab, 'client', 'http://127.0.0.1:8081/'))).toBe(true);
	});
	afterAll(() => lab.down());
	beforeEach(async () => {
		engineFolder = mkdtempSync(join(tmpdir(), 'vks-engine-'));
		onTestFinished(() => rmSync(engineFolder, {recursive: true, force: true}));
		await recordedEngine(join(engineFolder, 'docker.sock'));
		harden = hardenIn(lab, join(engineFolder, 'docker.sock'));
		before = await harden.picture();
	});
	afterEach(() => harden.order('--undo'));

	test('a published port is closed for who may not, another one is not; taken back when killed; undone', async () => {
		const {peer} = lab.description.addresses;
		expect(await everyWay(all)).toBe(all);
		const trial = await harden.applied('--let-in', `${peer.ipv4},${peer.ipv6}`);
		expect(await everyWay('peer ipv4, peer ipv6')).toBe('peer ipv4, peer ipv6');
		expect(await everyWay(all, 8081)).toBe(all);
		expect(await waitUntil(() => gets(lab, 'client', page('ipv4', 8080)))).toBe(true);
		process.kill(trial.pid, 'SIGKILL');
		expect(await waitUntil(async () => (await harden.picture()) === before)).toBe(true);
		expect(await everyWay(all)).toBe(all);

		// A neighbour needs no default route of the host.
		const [route = ''] = (await inClient('ip', 'route', 'show', 'default')).stdout.trim().split('\n');
		await inClient('ip', 'route', 'del', 'default');
		onTestFinished(async () => void (await inClient('ip', 'route', 'replace', ...route.trim().split(' '))));
		expect(await everyWay(all)).toBe(all);
		expect(await harden.order('--apply', '--confirm-within', 'off')).toMatchObject({exitCode: 0});
		expect(await everyWay('')).toBe('');
		expect(await harden.order('--apply')).toMatchObject({exitCode: 0, stdout: expect.stringContaining('Nothing to do')});
		expect(await harden.order('--apply', '--open', '8080', '--confirm-within', 'off')).toMatchObject({exitCode: 0});
		expect(await everyWay(all)).toBe(all);
		expect(await harden.order('--undo')).toMatchObject({exitCode: 0});
		expect(await harden.picture()).toBe(before);
	});

	test('what the host itself sends is refused at once but for what is named; replies, loopback and other links go on', async () => {
		const {internet, resolver, peer} = lab.description.addresses;
		const web = [`http://${internet.ipv4}/`, `http://[${internet.ipv6}]/`];
		const asUser = ['setpriv', '--reuid', '1000', '--clear-groups'];
		/** Refused at once or answered, however late. */
		const reached = async (...as: readonly string[]): Promise<readonly boolean[]> =>
			Promise.all(web.map(async url => (await lab.exec('client', [...as, 'curl', '--silent', '--globoff', '--max-time', '60', '--output', '/dev/null', url])).exitCode === 0));
		const asks = async (): Promise<boolean> => (await lab.exec('client', ['dig', '+tries=2', '+time=20', `@${resolver.ipv4}`, 'example.org'])).exitCode === 0;
		expect(await reached()).toEqual([true, true]);
		const letIn = ['--let-in', `${peer.ipv4},${peer.ipv6}`, '--confirm-within', 'off'];

		expect(await harden.order('--apply', '--outbound', 'none', ...letIn)).toMatchObject({exitCode: 0});
		expect([...(await reached()), ...(await reached(...asUser)), await asks()]).toEqual([false, false, false, false, false]);
		// Rejected, not dropped: what is dropped ends curl with 28.
		expect((await lab.exec('client', ['curl', '--silent', '--max-time', '30', web[0] ?? ''])).exitCode).toBe(7);
		expect(await everyWay('peer ipv4, peer ipv6')).toBe('peer ipv4, peer ipv6');
		expect(await waitUntil(() => gets(lab, 'client', 'http://127.0.0.1:8080/'))).toBe(true);

		expect(await harden.order('--apply', '--outbound', 'tcp/80@1000', ...letIn)).toMatchObject({exitCode: 0});
		expect([...(await reached()), ...(await reached(...asUser))]).toEqual([false, false, true, true]);
		expect(await harden.order('--apply', '--outbound', `tcp/80=${internet.ipv4},udp/53=${resolver.ipv4}`, ...letIn)).toMatchObject({exitCode: 0});
		expect([...(await reached()), await asks()]).toEqual([true, false, true]);
		expect((await harden.plan()).changes).toEqual([]);
		// The neighbour discovery that a link lives by.
		await inClient('ip', '-6', 'neigh', 'flush', 'dev', 'eth0');
		expect(await everyWay('peer ipv4, peer ipv6')).toBe('peer ipv4, peer ipv6');

		expect(await harden.order('--undo')).toMatchObject({exitCode: 0});
		expect(await harden.picture()).toBe(before);
		expect(await reached()).toEqual([true, true]);
	});

	test('a login that stands goes on, though nothing tracked it before and its server speaks first; and it is named', async () => {
		const {client, peer} = lab.description.addresses;
		const port = 2222;
		const serve = `require("node:net").createServer(socket => (socket.on("error", () => undefined), setInterval(() => socket.write("x"), 50))).listen(${port}, "::")`;
		// Its last words are how much came; the server may not be there yet.
		const listen = `let count = 0; const dial = () => require("node:net").connect(${port}, "${client.ipv4}").on("data", data => (count += data.length)).on("error", error => (count > 0 ? console.log(error.code) : setTimeout(dial, 50))).on("end", () => console.log("closed")); dial(); setInterval(() => console.log(count), 100)`;
		const server = lab.spawn('client', [nodeExecutable(), '-e', serve], {name: 'login-server'});
		onTestFinished(() => server.stop());
		const logIn = async (name: string): Promise<{readonly count: () => number; readonly lines: () => number}> => {
			const login = lab.spawn('peer', [nodeExecutable(), '-e', listen], {name});
			onTestFinished(() => login.stop());
			const said = (): readonly string[] => readFileSync(login.log, 'utf8').trim().split('\n');
			const count = (): number => Number(said().findLast(line => /^\d+$/.test(line)) ?? 0);
			expect(await waitUntil(() => Promise.resolve(count() > 0))).toBe(true);
			return {count, lines: () => said().length};
		};
		const {count} = await logIn('login');
		const here = hardenIn(lab, join(engineFolder, 'docker.sock'), {SSH_CONNECTION: `${peer.ipv4} 50000 ${client.ipv4} ${port}`});
		onTestFinished(async () => void (await here.order('--undo')));
		expect(await here.order('--apply', '--outbound', 'none', '--confirm-within', 'off')).toMatchObject({exitCode: 0, stdout: expect.stringContaining(`your login from ${peer.ipv4}/32 to port ${port} stays`)});
		const applied = count();
		expect(await waitUntil(() => Promise.resolve(count() > applied + 40))).toBe(true);
		// It is kept with the choices: who logs in otherwise has nothing to do.
		expect((await here.plan()).changes).toEqual([]);
		expect(await here.order('--undo')).toMatchObject({exitCode: 0});
		expect(await here.picture()).toBe(before);

		// That rule is what did it: without, such a login hears nothing any more.
		const other = await logIn('other-login');
		expect(await harden.order('--apply', '--outbound', 'none', '--confirm-within', 'off')).toMatchObject({exitCode: 0});
		const refused = async (): Promise<number> => Number(/counter packets (\d+)/.exec((await inClient('nft', 'list', 'table', 'inet', 'vks_host')).stdout)?.[1] ?? 0);
		expect(await waitUntil(async () => (await refused()) > 2)).toBe(true);
		// It says every tenth of a second how much it heard: two of those after what it may still have had to read.
		const saysMore = async (): Promise<void> => {
			const before = other.lines();
			expect(await waitUntil(() => other.lines() >= before + 3)).toBe(true);
		};
		await saysMore();
		const [heard, since] = [other.count(), await refused()];
		expect(await waitUntil(async () => (await refused()) > since)).toBe(true);
		await saysMore();
		expect(other.count()).toBe(heard);
	});
});
