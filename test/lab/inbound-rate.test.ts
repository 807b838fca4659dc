/** Floods of new connections to a published port are limited by source and by port. Needs root. */
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import type {NamespaceRole} from '../../lab/description.ts';
import {waitUntil} from '../../lab/processes.ts';
import {nodeExecutable} from '../../lab/program.ts';
import {endScene, raiseScene, type Scene} from '../helpers/leak-scene.ts';

const client = '172.30.7.2';

/** Opens that many connections at once, and says how many the client took before it took none for 700 ms; SYNs are repeated after a second. */
const knock = async (scene: Scene, from: NamespaceRole, count: number): Promise<number> => {
	// What came while the machine stood still is read before it is believed that none came.
	const program = `let open = 0;
const end = setTimeout(() => { const before = open; setTimeout(() => { if (open > before) end.refresh(); else { console.log(open); process.exit(0); } }, 50); }, 700);
for (let i = 0; i < ${count}; i++) require('node:net').connect(8080, '${client}').on('connect', () => { open++; end.refresh(); }).on('error', () => {})`;
	return Number((await scene.lab.exec(from, [nodeExecutable(), '-e', program], {mustSucceed: true})).stdout.trim());
};

const refused = async (scene: Scene): Promise<number> => {
	const {stdout} = await scene.lab.exec('client', ['nft', '-j', 'list', 'counter', 'inet', 'vks', 'c_refuse-flood-published-8080-tcp-any'], {mustSucceed: true});
	return Number(/"packets": ?(\d+)/.exec(stdout)?.[1] ?? Number.NaN);
};

async function raise(environment: Readonly<Record<string, string>>): Promise<Scene> {
	const scene = await raiseScene({}, {environment: {VKS_INBOUND_PORTS: '8080/tcp', ...environment}});
	scene.lab.spawn('client', [nodeExecutable(), '-e', "require('node:net').createServer(socket => socket.on('error', () => {})).listen({port: 8080, backlog: 4096})"]);
	expect(await waitUntil(async () => (await knock(scene, 'client', 1)) === 1)).toBe(true);
	return scene;
}

describe.each(['libnftables', 'nft'])('one source (%s)', backend => {
	let scene: Scene;
	beforeAll(async () => {
		scene = await raise({VKS_INBOUND_RATE: '5', VKS_INBOUND_PORT_RATE: 'off', VKS_FIREWALL_BACKEND: backend});
	});
	afterAll(() => endScene(scene));

	test('is limited when it floods, while another gets through, and the policy stays proven', async () => {
		// As many as may come at once (15), and what is earned while the flood lasts.
		const taken = await knock(scene, 'peer', 200);
		expect(taken).toBeGreaterThanOrEqual(10);
		expect(taken).toBeLessThan(60);
		expect(await refused(scene)).toBeGreaterThan(100);
		expect(await knock(scene, 'lan', 5)).toBe(5);
		const now = Date.now();
		const {proof, tamper} = await scene.daemon.until('it was read back', snapshot => (snapshot.proof.checkedAtMs ?? 0) > now && snapshot.proof.kind !== 'unknown');
		expect([proof.kind, proof.detail, tamper.count]).toEqual(['proven', [], 0]);
		// It is forgiven once it is quiet.
		expect(await waitUntil(async () => (await knock(scene, 'peer', 1)) === 1)).toBe(true);
	});
});

describe('one port', () => {
	let scene: Scene;
	beforeAll(async () => {
		scene = await raise({VKS_INBOUND_RATE: 'off', VKS_INBOUND_PORT_RATE: '5'});
	});
	afterAll(() => endScene(scene));

	test('is limited for all sources together', async () => {
		const taken = await Promise.all([knock(scene, 'peer', 100), knock(scene, 'lan', 100)]);
		const sum = taken.reduce((total, count) => total + count, 0);
		expect(sum).toBeGreaterThanOrEqual(10);
		expect(sum).toBeLessThan(80);
		expect(await refused(scene)).toBeGreaterThan(100);
	});
});

test('without limits the same flood is let in', async () => {
	const scene = await raise({VKS_INBOUND_RATE: 'off', VKS_INBOUND_PORT_RATE: 'off'});
	try {
		expect(await knock(scene, 'peer', 200)).toBe(200);
	} finally {
		await endScene(scene);
	}
});
