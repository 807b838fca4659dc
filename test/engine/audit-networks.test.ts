/** The audit of networks that only seem to lead nowhere, or to be private, with a real engine that asks outside for an internal one. */
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {images} from '../../lab/engine/images.ts';
import {waitUntil} from '../../lab/processes.ts';
import {nodeExecutable, repositoryFolder} from '../../lab/program.ts';
import {auditOn} from '../helpers/audit-acts.ts';
import {engineStage} from '../helpers/engine-stage.ts';
import {namedHosts, standNames} from '../helpers/named-world.ts';

const stage = engineStage({resolvConf: 'nameserver 127.0.0.1\n'});

test('an internal network: what is sent in the names that are asked arrives outside, until the engine has nobody to ask', async () => {
	const {lab, engine} = stage();
	const audit = auditOn(stage());
	const names = await standNames(lab, {'first.evil.example': [namedHosts.other]});
	const forwarder = lab.spawn('client', [nodeExecutable(), '--disable-warning=ExperimentalWarning', join(repositoryFolder, 'test/helpers/forward-dns.ts'), namedHosts.resolver], {name: 'forward-dns'});
	onTestFinished(() => forwarder.stop());
	const start = (...argv: readonly string[]): Promise<unknown> => engine.docker(['run', '--detach', '--name', 'web', '--network', 'merely', ...argv, '--volume', `${join(repositoryFolder, 'test/helpers/speak.ts')}:/speak.ts:ro`, images.application]);
	const asks = async (word: string): Promise<boolean> => {
		await engine.docker(['exec', 'web', 'node', '--disable-warning=ExperimentalWarning', '/speak.ts', 'ask', '127.0.0.11', `${word}.evil.example`], {mustSucceed: false});
		return names.asked().includes(word);
	};
	expect(await audit.found('internal-dns')).toEqual([]);
	await engine.docker(['network', 'create', '--internal', 'merely']);
	await start();
	const found = await audit.one('internal-dns');
	expect(found).toMatchObject({severity: 'medium', what: expect.stringContaining('merely'), proof: expect.stringContaining('engine 20.10'), fix: expect.stringContaining('`dns: [127.0.0.1]`')});
	expect(await waitUntil(() => asks('first'))).toBe(true);
	await engine.docker(['rm', '--force', 'web']);

	await start('--dns', '127.0.0.1');
	expect(await audit.found('internal-dns')).toEqual([]);
	expect(await asks('second')).toBe(false);
	// Names of its own network are answered still.
	expect((await engine.docker(['exec', 'web', 'node', '-e', 'require("dns").promises.lookup("web").then(({address}) => console.log(address))'], {mustSucceed: false})).stdout).toMatch(/^\d/);
	await engine.docker(['rm', '--force', 'web']);

	await start();
	expect(await audit.one('internal-dns')).toEqual(found);
	expect(await waitUntil(() => asks('third'))).toBe(true);
});

// Between two nodes it was not tried: there is one.
test('an overlay of a swarm without encryption', async () => {
	const {lab, engine} = stage();
	const audit = auditOn(stage());
	await engine.docker(['swarm', 'init', '--advertise-addr', lab.description.addresses.client.ipv4]);
	onTestFinished(async () => void (await engine.docker(['swarm', 'leave', '--force'])));
	expect(await audit.found('overlay-in-clear')).toEqual([]);
	await engine.docker(['network', 'create', '--driver', 'overlay', 'between']);
	const found = await audit.one('overlay-in-clear');
	expect(found).toMatchObject({severity: 'medium', proof: 'network between: Driver overlay, no `encrypted` among its Options', fix: expect.stringContaining('docker network create --driver overlay --opt encrypted between')});
	await engine.docker(['network', 'rm', 'between']);
	await engine.docker(['network', 'create', '--driver', 'overlay', '--opt', 'encrypted', 'between']);
	expect(await audit.found('overlay-in-clear')).toEqual([]);
	await engine.docker(['network', 'rm', 'between']);
	await engine.docker(['network', 'create', '--driver', 'overlay', 'between']);
	expect(await audit.one('overlay-in-clear')).toEqual(found);
});
