/**
 * The table of our own, with packets: ports that an engine without DOCKER-USER publishes are closed for who may not, and the host's
 * own processes reach what is named, in both families; then nothing is left of it. Needs root.
 */
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test} from 'vitest';
import type {NamespaceRole} from '../../lab/description.ts';
import type {Lab} from '../../lab/lab.ts';
import {waitUntil} from '../../lab/processes.ts';
import {nodeExecutable} from '../../lab/program.ts';
import {raiseLab} from '../../lab/raise.ts';
import {hardenIn, type Harden} from '../helpers/harden-acts.ts';
import {recordedEngine} from '../helpers/recorded-engine.ts';

describe('without chains of Docker\'s', () => {
	let lab: Lab;
	let harden: Harden;
	let before: string;
	const inClient = (...argv: readonly string[]) => lab.exec('client', argv, {mustSucceed: true});
	const gets = async (role: NamespaceRole, url: string, ...as: readonly string[]): Promise<boolean> =>
		(await lab.exec(role, [...as, 'curl', '--silent', '--globoff', '--max-time', '2', '--output', '/dev/null', url])).exitCode === 0;
	const page = (family: 'ipv4' | 'ipv6', port: number): string => {
		const address = lab.description.addresses.client[family];
		return `http://${family === 'ipv6' ? `[${address}]` : address}:${port}/`;
	};
	const everyWay = async (port = 8080): Promise<string> => {
		const ways = (['peer', 'isp'] as const).flatMap(role => (['ipv4', 'ipv6'] as const).map(family => ({role, family})));
		const got = await Promise.all(ways.map(({role, family}) => gets(role, page(family, port))));
		return ways.filter((_, index) => got[index]).map(({role, family}) => `${role} ${family}`).join(', ');
	};
	const all = 'peer ipv4, peer ipv6, isp ipv4, isp ipv6';

	beforeAll(async () => {
		lab = await raiseLab({});
		await inClient('ip', 'link', 'add', 'docker0', 'type', 'bridge');
		const serve = 'for (const port of [8080, 8081]) require("node:http").createServer((_, answer) => answer.end("x")).listen(port, "::")';
		lab.spawn('client', [nodeExecutable(), '-e', serve], {name: 'published'});
		expect(await waitUntil(() => gets('client', 'http://127.0.0.1:8081/'))).toBe(true);
	});
	afterAll(() => lab.down());
	beforeEach(async () => {
		const folder = mkdtempSync(join(tmpdir(), 'vks-engine-'));
		onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
		await recordedEngine(join(folder, 'docker.sock'));
		harden = hardenIn(lab, join(folder, 'docker.sock'));
		before = await harden.picture();
	});
	afterEach(() => harden.order('--undo'));

	test('a published port is closed for who may not, another one is not; taken back when killed; undone', async () => {
		const {peer} = lab.description.addresses;
		expect(await everyWay()).toBe(all);
		const trial = await harden.applied('--let-in', `${peer.ipv4},${peer.ipv6}`);
		expect(await everyWay()).toBe('peer ipv4, peer ipv6');
		expect(await everyWay(8081)).toBe(all);
		expect(await gets('client', page('ipv4', 8080))).toBe(true);
		process.kill(trial.pid, 'SIGKILL');
		expect(await waitUntil(async () => (await harden.picture()) === before)).toBe(true);
		expect(await everyWay()).toBe(all);

		expect(await harden.order('--apply', '--confirm-within', 'off')).toMatchObject({exitCode: 0});
		expect(await everyWay()).toBe('');
		expect(await harden.order('--apply')).toMatchObject({exitCode: 0, stdout: expect.stringContaining('Nothing to do')});
		expect(await harden.order('--apply', '--open', '8080', '--confirm-within', 'off')).toMatchObject({exitCode: 0});
		expect(await everyWay()).toBe(all);
		expect(await harden.order('--undo')).toMatchObject({exitCode: 0});
		expect(await harden.picture()).toBe(before);
	});

	test('what the host itself sends is refused at once but for what is named; replies, loopback and other links go on', async () => {
		const {internet, resolver, peer} = lab.description.addresses;
		const web = [`http://${internet.ipv4}/`, `http://[${internet.ipv6}]/`];
		const asUser = ['setpriv', '--reuid', '1000', '--clear-groups'];
		const reached = async (...as: readonly string[]): Promise<readonly boolean[]> => Promise.all(web.map(url => gets('client', url, ...as)));
		const asks = async (): Promise<boolean> => (await lab.exec('client', ['dig', '+tries=1', '+time=2', `@${resolver.ipv4}`, 'example.org'])).exitCode === 0;
		expect(await reached()).toEqual([true, true]);
		const letIn = ['--let-in', `${peer.ipv4},${peer.ipv6}`, '--confirm-within', 'off'];

		expect(await harden.order('--apply', '--outbound', 'none', ...letIn)).toMatchObject({exitCode: 0});
		expect([...(await reached()), ...(await reached(...asUser)), await asks()]).toEqual([false, false, false, false, false]);
		// Rejected, not dropped: what is dropped ends curl with 28.
		expect((await lab.exec('client', ['curl', '--silent', '--max-time', '30', web[0] ?? ''])).exitCode).toBe(7);
		expect(await everyWay()).toBe('peer ipv4, peer ipv6');
		expect(await gets('client', 'http://127.0.0.1:8080/')).toBe(true);

		expect(await harden.order('--apply', '--outbound', 'tcp/80@1000', ...letIn)).toMatchObject({exitCode: 0});
		expect([...(await reached()), ...(await reached(...asUser))]).toEqual([false, false, true, true]);
		expect(await harden.order('--apply', '--outbound', `tcp/80=${internet.ipv4},udp/53=${resolver.ipv4}`, ...letIn)).toMatchObject({exitCode: 0});
		expect([...(await reached()), await asks()]).toEqual([true, false, true]);
		expect((await harden.plan()).changes).toEqual([]);
		// The neighbour discovery that a link lives by.
		await inClient('ip', '-6', 'neigh', 'flush', 'dev', 'eth0');
		expect(await everyWay()).toBe('peer ipv4, peer ipv6');

		expect(await harden.order('--undo')).toMatchObject({exitCode: 0});
		expect(await harden.picture()).toBe(before);
		expect(await reached()).toEqual([true, true]);
	});
});
