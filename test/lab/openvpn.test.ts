/** OpenVPN with real servers: nothing leaves outside the tunnel, whatever happens to it; and it comes back by itself. Needs root and openvpn. */
import {chmodSync, existsSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {loginOf} from '../../lab/openvpn.ts';
import {endpointOf, openvpnPlans} from '../../lab/openvpn-plan.ts';
import type {Lab} from '../../lab/lab.ts';
import {raiseLab} from '../../lab/raise.ts';
import {isConnected, startDaemon, type DaemonOptions} from '../helpers/daemon.ts';
import {anotherEpoch, askExit, askExitOnce, endScene, expectNothingOutside, raiseScene, runTrial, sendRawFrames, type Scene, type Trial} from '../helpers/leak-scene.ts';
import {reportTrials} from '../helpers/leak-report.ts';
import {openvpnIn} from '../helpers/tunnel-usage.ts';

const report = reportTrials();
afterAll(() => report.print());

const credentials = (lab: Lab, server: string): DaemonOptions => ({environment: {VKS_SERVER: server, VKS_OPENVPN_USER: loginOf(lab).user, VKS_OPENVPN_PASSWORD: loginOf(lab).password, VKS_OPENVPN_KEY_PASSWORD: loginOf(lab).passphrase}});

test('the witness sees what goes to another port or by another protocol than OpenVPN\'s endpoints', async () => {
	const lab = await raiseLab();
	try {
		const witness = await lab.observe();
		for (const plan of openvpnPlans) {
			const host = endpointOf(plan).replace(/^(.*:.*)$/, '[$1]');
			for (const [transport, port] of [[plan.transport, plan.port + 1], [plan.transport === 'udp' ? 'tcp' : 'udp', plan.port]] as const) {
				const start = await witness.mark();
				await lab.exec('client', ['bash', '-c', `exec 3<>/dev/${transport}/${host.replace(/[[\]]/g, '')}/${port} && echo x >&3`]);
				const seen = await witness.since(start);
				expect([transport, port, seen.outside.count > 0, seen.endpoint.count]).toEqual([transport, port, true, 0]);
			}
		}
		await witness.stop();
	} finally {
		await lab.down();
	}
});

describe('while streams run through the tunnel', () => {
	let scene: Scene;
	beforeAll(async () => {
		scene = await raiseScene({openvpn: true}, lab => credentials(lab, 'se-ovpn-udp'));
	});
	afterAll(() => endScene(scene));
	const trial = (name: string, what: Trial): Promise<void> => runTrial(scene, report, name, what);
	const ip = (...words: string[]) => scene.lab.exec('client', ['ip', ...words], {mustSucceed: true});
	const killOpenvpn = (): void => openvpnIn(scene.lab.description.namespaces.client).forEach(({pid}) => process.kill(pid, 'SIGKILL'));

	test('the tunnel is what the server gave, as far as the policy takes it', async () => {
		const {tunnel} = scene.daemon.snapshot();
		expect(tunnel).toMatchObject({driver: 'openvpn', implementation: 'openvpn', endpoint: '198.51.100.10:1194', addresses: ['10.65.1.2', 'fd65:1::1000'], resolvers: ['10.65.1.1'], mtu: 1348});
		// Pushed, and not taken: ways to the LAN, to everything, orders for other systems.
		const routes = `${(await ip('-4', 'route', 'show', 'table', 'all')).stdout}\n${(await ip('-6', 'route', 'show', 'table', 'all')).stdout}`.split('\n').filter(line => line.includes(`dev ${tunnel?.interface ?? ''} `) && !line.includes('table local'));
		expect(routes.map(line => line.replaceAll(/ +/g, ' ').trim())).toEqual([expect.stringMatching(/^default dev \S+ table 51820 proto 86/), expect.stringMatching(/^default dev \S+ table 51820 proto 86/)]);
		expect(await askExit(scene.lab)).toBe('198.51.100.77');
	});

	test.for<[string, () => unknown]>([
		['is told to restart', () => openvpnIn(scene.lab.description.namespaces.client).forEach(({pid}) => process.kill(pid, 'SIGUSR1'))],
		['is told to read its configuration again', () => openvpnIn(scene.lab.description.namespaces.client).forEach(({pid}) => process.kill(pid, 'SIGHUP'))],
		['is set down', () => ip('link', 'set', scene.lab.description.interfaces.tunnel, 'down')],
		['is deleted', () => ip('link', 'delete', scene.lab.description.interfaces.tunnel)],
	])('nothing leaks when it %s', ([name, fault]) => trial(`udp: it ${name}`, {fault: async () => fault(), shows: anotherEpoch}));

	test('nothing leaks when the uplink goes down and comes up', () =>
		trial('udp: uplink down and up', {
			fault: async () => {
				await scene.lab.uplinkDown();
				await scene.daemon.until('the outage was seen', ({state}) => state.kind === 'blocked' && state.cause === 'no-uplink');
				await scene.lab.uplinkUp();
			},
		}));

	test('nothing leaks when the server is gone; that is noticed within half a minute, and it comes back with the server', () =>
		trial('udp: server gone, and back', {
			fault: async () => {
				await scene.lab.blackhole('s1');
				try {
					await scene.daemon.until('it was noticed', ({state}) => state.kind !== 'connected' && state.kind !== 'degraded', 30_000);
					const blocked = await scene.daemon.until('the dial came to nothing', ({state}) => state.kind === 'blocked', 30_000);
					expect(blocked.state).toMatchObject({cause: 'no-handshake', detail: expect.stringContaining('se-ovpn-udp did not answer in time.') as string});
				} finally {
					await scene.lab.restore('s1');
				}
			},
			shows: anotherEpoch,
		}));

	test.for(['se-ovpn-tcp', 'ch-ovpn-v6', 'se-sto-1', 'se-ovpn-udp', 'ch-zrh-1', 'se-ovpn-tcp'])('nothing leaks when the server is switched to %s', server =>
		trial(`switched to ${server}`, {
			fault: async () => expect(await scene.daemon.command({do: 'switch', server})).toMatchObject({ok: true}),
			shows: ({state}) => state.server === server,
		}));

	test('nothing of a file is run: one with hooks connects without them, one with a check is refused by name', async () => {
		const marker = join(scene.lab.description.folders.state, 'hook-ran');
		const hook = join(scene.lab.description.folders.state, 'hook');
		writeFileSync(hook, `#!/bin/sh\ntouch ${marker}\n`);
		chmodSync(hook, 0o755);
		const {servers} = scene.lab.description.folders;
		// As an editor of another system leaves it: with a byte order mark, and CRLF, which the lab's files have.
		const plain = readFileSync(join(servers, 'se-ovpn-tcp.ovpn'), 'utf8');
		const hooks = ['script-security 2', `up ${hook}`, `route-up ${hook}`, `ipchange ${hook}`, `down ${hook}`];
		writeFileSync(join(servers, 'xx-hooks.ovpn'), `\uFEFF${hooks.join('\r\n')}\r\n${plain}`, {mode: 0o600});
		writeFileSync(join(servers, 'xx-check.ovpn'), `${plain}tls-verify ${hook}\r\n`, {mode: 0o600});
		const refused = await scene.daemon.command({do: 'switch', server: 'xx-check'});
		expect(refused).toMatchObject({ok: false, problem: {code: 'configuration', stillBlocking: true}});
		expect(refused.message).toMatch(/^xx-check\.ovpn line \d+: tls-verify: it names a program that checks who is there, and vks runs none of a file\.$/);
		await trial('tcp: switched to a file with hooks', {
			fault: async () => expect(await scene.daemon.command({do: 'switch', server: 'xx-hooks'})).toMatchObject({ok: true}),
			shows: ({state}) => state.server === 'xx-hooks',
		});
		expect(scene.daemon.snapshot().servers.find(({id}) => id === 'xx-hooks')?.notes.slice(0, 5)).toEqual(hooks.map((line, index) => `${line.split(' ')[0]} on line ${index + 1} was refused: vks never runs hooks`));
		expect(await scene.daemon.command({do: 'switch', server: 'se-ovpn-tcp'})).toMatchObject({ok: true});
		expect(existsSync(marker)).toBe(false);
		rmSync(join(servers, 'xx-hooks.ovpn'));
		rmSync(join(servers, 'xx-check.ovpn'));
	});

	test('nothing leaks while the controller is killed: OpenVPN goes on, and the next one takes its place', async () => {
		const before = openvpnIn(scene.lab.description.namespaces.client).map(({pid}) => pid);
		await trial('tcp: controller killed', {
			fault: async () => {
				await scene.daemon.kill();
				expect(await askExit(scene.lab)).toBe('198.51.100.77');
				expect(openvpnIn(scene.lab.description.namespaces.client).map(({pid}) => pid)).toEqual(before);
				scene.daemon = await startDaemon(scene.lab, credentials(scene.lab, 'se-ovpn-tcp'));
			},
		});
		const after = openvpnIn(scene.lab.description.namespaces.client).map(({pid}) => pid);
		expect(after).toHaveLength(1);
		expect(after).not.toEqual(before);
	});

	test('nothing leaks while the controller is killed and then OpenVPN: applications are refused', () =>
		trial('tcp: controller killed, then openvpn', {
			fault: async () => {
				await scene.daemon.kill();
				killOpenvpn();
				await sleep(300);
				expect(await askExitOnce(scene.lab)).toBe('');
				scene.daemon = await startDaemon(scene.lab, credentials(scene.lab, 'se-ovpn-tcp'));
			},
		}));

	test.for<[string, (lab: Lab) => Readonly<Record<string, string>>, string]>([
		['wrong', lab => ({VKS_OPENVPN_USER: loginOf(lab).user, VKS_OPENVPN_PASSWORD: 'wrong'}), 'se-ovpn-tcp refused user and password.'],
		['missing', () => ({}), 'se-ovpn-tcp asks for user and password, and there are none.'],
	])('with a password that is %s it is blocked for that reason, and nothing leaks', ([name, environment, detail]) =>
		trial(`tcp: password ${name}`, {
			fault: async () => {
				expect(await scene.daemon.stop()).toBe(0);
				scene.daemon = await startDaemon(scene.lab, {environment: {VKS_SERVER: 'se-ovpn-tcp', ...environment(scene.lab)}});
				const blocked = await scene.daemon.until('it was blocked', ({state}) => state.cause === 'credentials');
				expect(blocked.state).toMatchObject({kind: 'blocked', detail: expect.stringContaining(detail) as string});
				expect(blocked.proof.kind).toBe('proven');
				expect(openvpnIn(scene.lab.description.namespaces.client)).toEqual([]);
				await sendRawFrames(scene.lab);
				expect(await scene.daemon.stop()).toBe(0);
				scene.daemon = await startDaemon(scene.lab, credentials(scene.lab, 'se-ovpn-tcp'));
			},
		}));

	test('after a stop nothing of it is left, and nothing passes', async () => {
		const start = await scene.witness.mark();
		await scene.daemon.until('it was connected', isConnected);
		expect(await scene.daemon.stop()).toBe(0);
		expect(openvpnIn(scene.lab.description.namespaces.client)).toEqual([]);
		expect((await ip('-o', 'link')).stdout).not.toContain(`${scene.lab.description.interfaces.tunnel}:`);
		expect(await askExitOnce(scene.lab)).toBe('');
		expectNothingOutside(await scene.witness.since(start));
	});
});

describe.for([1, 2] as const)('under reverse-path filter %s', rpFilter => {
	test.for(['se-ovpn-tcp', 'se-ovpn-udp'])('%s comes up, carries and is replaced', async server => {
		const scene = await raiseScene({openvpn: true, rpFilter}, lab => credentials(lab, server));
		try {
			await runTrial(scene, report, `rp_filter ${rpFilter}: ${server} reconnected`, {fault: () => scene.daemon.command({do: 'reconnect'}), shows: anotherEpoch});
		} finally {
			await endScene(scene);
		}
	});
});
