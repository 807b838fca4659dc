/** The routing layer beside networks of the operator's own: `NETWORK`, and the routes it leaves or does not leave. Needs root. */
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import type {Lab} from '../../lab/lab.ts';
import {raiseLab} from '../../lab/raise.ts';
import {isConnected, startDaemon, type Daemon} from '../helpers/daemon.ts';

describe('beside NETWORK', () => {
	let lab: Lab;
	let daemon: Daemon;
	beforeAll(async () => {
		lab = await raiseLab({});
	});
	afterAll(() => lab.down());

	const start = async (environment: Record<string, string>): Promise<void> => {
		daemon = await startDaemon(lab, {environment: {VKS_SERVER: 'se-sto-1', ...environment}});
		await daemon.until('it was connected', isConnected);
	};
	const routesOfMain = async (): Promise<string> => (await lab.exec('client', ['ip', 'route', 'show', 'table', 'main'], {mustSucceed: true})).stdout;

	test('a server whose resolver lies inside NETWORK connects, and its resolver is reached through the tunnel', async () => {
		await start({NETWORK: '10.0.0.0/8'});
		expect(await routesOfMain()).toMatch(/^10\.0\.0\.0\/8 via .* proto 86/m);
		const {stdout} = await lab.exec('client', ['ip', 'route', 'get', daemon.snapshot().tunnel?.resolvers[0] ?? ''], {mustSucceed: true});
		expect(stdout).toContain(`dev ${lab.description.interfaces.tunnel}`);
		const elsewhere = await lab.exec('client', ['ip', 'route', 'get', '10.77.0.1'], {mustSucceed: true});
		expect(elsewhere.stdout).toContain(`dev ${lab.uplink()}`);
	});

	test('the route to NETWORK goes in lockdown and returns with its end', async () => {
		await daemon.command({do: 'lockdown', reason: 'a trial'});
		await daemon.until('it was locked', ({state, proof}) => state.kind === 'lockdown' && proof.kind === 'proven');
		expect(await routesOfMain()).not.toContain('10.0.0.0/8');
		await daemon.command({do: 'lift', word: 'lift'});
		await daemon.until('it was lifted', isConnected);
		expect(await routesOfMain()).toContain('10.0.0.0/8');
	});

	test('the route to NETWORK is gone after a start without the setting; a route of somebody else stays', async () => {
		await lab.exec('client', ['ip', 'route', 'add', '203.0.113.128/25', 'via', lab.description.addresses.gateway.ipv4], {mustSucceed: true});
		await daemon.kill();
		expect(await routesOfMain()).toContain('10.0.0.0/8');
		await start({});
		expect(await routesOfMain()).not.toContain('10.0.0.0/8');
		expect(await routesOfMain()).toContain('203.0.113.128/25');
		expect(await daemon.stop()).toBe(0);
	});
});

/** As container engines leave a network that they gave no IPv6. */
describe('where IPv6 is switched off', () => {
	let lab: Lab;
	beforeAll(async () => {
		lab = await raiseLab({});
		await lab.exec('client', ['sysctl', '-q', '-w', 'net.ipv6.conf.all.disable_ipv6=1'], {mustSucceed: true});
	});
	afterAll(() => lab.down());

	test('a server whose file has an IPv6 address connects over IPv4 and is proven, without a repair', async () => {
		const daemon = await startDaemon(lab, {environment: {VKS_SERVER: 'se-sto-1'}});
		const {tunnel, layers} = await daemon.until('it was connected', isConnected);
		expect(tunnel?.addresses).toEqual(['10.64.1.2']);
		expect(layers.find(({name}) => name === 'ipv6')).toMatchObject({state: 'held', repairs: 0});
		expect(layers.find(({name}) => name === 'routing')).toMatchObject({state: 'held', repairs: 0});
		expect(await daemon.stop()).toBe(0);
	});
});
