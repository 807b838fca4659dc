/** The shipped compose files, taken up by a real engine, with an application behind vks that talks from its first moment. */
import {describe, expect, test} from 'vitest';
import {images} from '../../lab/engine/images.ts';
import {insist, liftByHand, shows} from '../helpers/console-stage.ts';
import {answeredAfter, labEnvironment, standFor, stillSends, vpnArguments} from '../helpers/engine-acts.ts';
import {engineStage} from '../helpers/engine-stage.ts';

const stage = engineStage();

const viaStockholm = '198.51.100.77';
const viaZurich = '192.0.2.99';

test('the witness sees what an application sends that is behind nothing', async () => {
	const began = await stage().witness.mark();
	await stage().engine.docker(['run', '--detach', '--publish', '127.0.0.1:8080:8080', images.application]);
	const {lastExit} = await stage().until('it was answered', ({echoes, lastExit: exit}) => echoes > 50 && exit !== null);
	expect(lastExit).not.toContain(viaStockholm);
	expect((await stage().witness.since(began)).outside.count).toBeGreaterThan(50);
});

test('qbittorrent.yaml: from up to down nothing leaves outside, through reconnect, switch, lockdown and lift by the console', async () => {
	await standFor(stage().engine, 'lscr.io/linuxserver/qbittorrent:latest');
	stage().useCompose('qbittorrent.yaml');
	const began = await stage().witness.mark();
	await stage().compose(['up', '--detach']);
	const first = await stage().until('it was answered by the tunnel', ({lastExit, echoes}) => echoes > 10 && lastExit !== null);
	expect(first.lastExit).toContain(viaStockholm);

	const session = stage().exec('vpn', ['vks-tui']);
	const frame = await session.until('the first frame', shows('CONNECTED', 'PROVEN', 'handshake', 'se-sto-1'));
	// Nobody but vks changed anything: what it says of itself must not be an alarm.
	expect(frame).not.toMatch(/tamper [1-9]|repaired/);
	session.type('r');
	await session.until('the question', shows('Reconnect'));
	await insist(session, 'y', 'the reconnect', shows('✓ reconnect'));
	const reconnected = await answeredAfter(stage(), first);

	session.type('s');
	await session.until('the server is chosen', shows('select a server'));
	await insist(session, 's', 'the question', shows('Switch server', 'ch-zrh-1'));
	await insist(session, 'y', 'the switch', shows('✓ switch', 'CONNECTED', 'PROVEN', 'exit 192.0.2.99'));
	const switched = await stage().until('it leaves by the other server', ({lastExit}) => lastExit?.includes(viaZurich) === true);

	session.type('L');
	await session.until('lockdown', shows('LOCKDOWN', 'PROVEN'));
	const locked = await stage().witness.mark();
	await session.until('refusals are counted', shows('refuse-out'));
	expect((await stage().witness.since(locked)).endpoint.count).toBe(0);
	await liftByHand(session);
	await session.until('connected again', shows('CONNECTED', 'PROVEN'));
	const lifted = await answeredAfter(stage(), switched);

	for (const {startedAtMs} of [reconnected, switched, lifted]) expect(startedAtMs).toBe(first.startedAtMs);
	expect(Object.keys(lifted.exits)).toHaveLength(2);
	session.type('q');
	expect((await session.exited).exitCode).toBe(0);
	await stage().compose(['down', '--volumes']);
	expect(await stage().leaked(began)).toBe(0);
});

test('an application that starts with vks, not after it, leaks nothing from its first packet', async () => {
	const began = await stage().witness.mark();
	await stage().engine.docker(['run', '--detach', '--name', 'vpn', ...vpnArguments(stage()), images.vks]);
	await stage().engine.docker(['run', '--detach', '--name', 'application', '--network', 'container:vpn', images.application]);
	const {refused, sent} = await stage().until('it was answered by the tunnel', ({echoes}) => echoes > 10);
	expect(refused, `of ${sent}`).toBeGreaterThan(0);
	await stage().engine.docker(['stop', 'vpn']);
	await stillSends(stage());
	expect(await stage().leaked(began)).toBe(0);
});

describe('several-applications.yaml', () => {
	test('vks is killed, restarted and upgraded: nothing leaves, and each application goes on without a restart', async () => {
		for (const name of ['qbittorrent', 'prowlarr', 'radarr']) await standFor(stage().engine, `lscr.io/linuxserver/${name}:latest`);
		stage().useCompose('several-applications.yaml', {
			services: {
				vpn: {environment: labEnvironment(stage().lab)},
				prowlarr: {environment: {PORT: '9696'}},
				radarr: {environment: {PORT: '7878'}},
			},
		});
		const began = await stage().witness.mark();
		await stage().compose(['up', '--detach']);
		const ports = [8080, 9696, 7878];
		const first = await Promise.all(ports.map(port => stage().until('each was answered', ({echoes}) => echoes > 10, port)));

		// The engine starts it again, as the file says, unless somebody stopped it through the engine.
		await stage().lab.exec('client', ['kill', '-KILL', await stage().pidOf('vpn')]);
		const killed = await Promise.all(first.map((page, index) => answeredAfter(stage(), page, ports[index])));
		await stage().engine.docker(['restart', 'vpn']);
		const restarted = await Promise.all(killed.map((page, index) => answeredAfter(stage(), page, ports[index])));
		await stage().engine.docker(['build', '--tag', images.vks, '-'], {input: `FROM ${images.vks}\nLABEL upgraded=yes\n`});
		await stage().compose(['up', '--detach', '--no-deps', 'vpn']);
		expect((await stage().engine.docker(['inspect', '--format', '{{.Config.Labels.upgraded}}', 'vpn'])).stdout).toBe('yes');
		const upgraded = await Promise.all(restarted.map((page, index) => answeredAfter(stage(), page, ports[index])));

		expect(upgraded.map(({startedAtMs}) => startedAtMs)).toEqual(first.map(({startedAtMs}) => startedAtMs));
		expect(new Set(upgraded.flatMap(({exits}) => Object.keys(exits)))).toHaveLength(1);
		await stage().compose(['down', '--volumes']);
		expect(await stage().leaked(began)).toBe(0);
	});
});
