/** What `VKS_LAN` opens between real hosts, and what it does not. Needs root. */
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import type {NamespaceRole} from '../../lab/description.ts';
import {waitUntil} from '../../lab/processes.ts';
import {nodeExecutable, repositoryFolder} from '../../lab/program.ts';
import {endScene, raiseScene, type Scene} from '../helpers/leak-scene.ts';

const lanHost = '172.30.7.10';
const peerHost = '172.30.7.3';
const client = '172.30.7.2';

describe('VKS_LAN', () => {
	let scene: Scene;

	const user = ['setpriv', '--reuid', '65534', '--clear-groups'];
	/** Whether an HTTP request to the host is answered; a port that is refused or silent is not. */
	const answers = async (from: NamespaceRole, host: string, port: number): Promise<boolean> => {
		const {exitCode} = await scene.lab.exec(from, [...(from === 'client' ? user : []), 'curl', '-s', '-o', '/dev/null', '-m', '1', `http://${host}:${port}/`]);
		return exitCode === 0;
	};
	const pings = async (from: NamespaceRole, host: string): Promise<boolean> =>
		(await scene.lab.exec(from, [nodeExecutable(), '--disable-warning=ExperimentalWarning', join(repositoryFolder, 'test/helpers/ping-once.ts'), host])).exitCode === 0;

	beforeAll(async () => {
		scene = await raiseScene({}, {environment: {VKS_LAN: `out ${lanHost} tcp 80; in ${peerHost} tcp 9000-9001; in 172.30.7.0/24 icmp`}});
		const {lab} = scene;
		await lab.serve('peer');
		const listen = 'for (const port of [9000, 9002]) require("node:http").createServer((_, answer) => answer.end("here\\n")).listen(port)';
		lab.spawn('client', [nodeExecutable(), '-e', listen]);
		// From inside, over loopback: that nobody answers below is the policy's doing.
		expect(await waitUntil(async () => (await answers('client', client, 9000)) && (await answers('client', client, 9002)))).toBe(true);
		expect(await waitUntil(() => answers('peer', lanHost, 80))).toBe(true);
		expect(await waitUntil(() => answers('lan', peerHost, 80))).toBe(true);
		expect(await waitUntil(() => pings('peer', lanHost))).toBe(true);
	});
	afterAll(() => endScene(scene));

	test('out: that host and port, and neither another port, host nor ping', async () => {
		expect(await waitUntil(() => answers('client', lanHost, 80))).toBe(true);
		expect(await answers('client', lanHost, 7)).toBe(false);
		expect(await answers('client', peerHost, 80)).toBe(false);
		expect(await pings('client', lanHost)).toBe(false);
	});

	test('in: that host and those ports, and neither another port nor another host', async () => {
		expect(await waitUntil(() => answers('peer', client, 9000))).toBe(true);
		expect(await answers('peer', client, 9002)).toBe(false);
		expect(await answers('lan', client, 9000)).toBe(false);
	});

	test('icmp: they may ping us', async () => {
		expect(await waitUntil(() => pings('peer', client))).toBe(true);
		expect(await waitUntil(() => pings('lan', client))).toBe(true);
	});

	test('in a lockdown nothing of it is open, and after it all is', async () => {
		await scene.daemon.command({do: 'lockdown', reason: 'a test'});
		expect([await answers('client', lanHost, 80), await answers('peer', client, 9000), await pings('lan', client)]).toEqual([false, false, false]);
		await scene.daemon.command({do: 'lift', word: 'lift'});
		await scene.daemon.until('it was connected again', ({state}) => state.kind === 'connected');
		for (const open of [() => answers('client', lanHost, 80), () => answers('peer', client, 9000), () => pings('lan', client)]) expect(await waitUntil(open)).toBe(true);
	});
});
