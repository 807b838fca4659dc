/** gluetun.yaml, with a stand-in for Gluetun in its container: vks beside it guards its tunnel, and has it reconnect and switch. */
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {images} from '../../lab/engine/images.ts';
import {gluetunServers} from '../../lab/gluetun.ts';
import type {GluetunServiceOptions} from '../../lab/services/gluetun.ts';
import {shows} from '../helpers/console-stage.ts';
import {labEnvironment, pageInside, standFor, stillSends} from '../helpers/engine-acts.ts';
import {engineStage, type Page} from '../helpers/engine-stage.ts';
import {waitUntil} from '../../lab/processes.ts';

const stage = engineStage();
const apikey = 'a-key-of-gluetun';
const uplink = {ipv4: {client: '172.29.7.2', gateway: '172.29.7.1', network: '172.29.7.0/24'}, ipv6: null} as const;

function writeProject(): void {
	const {project, lab} = stage();
	for (const name of ['secrets', 'gluetun']) mkdirSync(join(project, name), {mode: 0o700, recursive: true});
	writeFileSync(join(project, 'secrets', 'gluetun_key'), apikey, {mode: 0o600});
	writeFileSync(join(project, 'secrets', 'wireguard_private_key'), 'of no use to the stand-in', {mode: 0o600});
	const options: GluetunServiceOptions = {
		version: 'latest', roles: [{auth: 'apikey', apikey, routes: 'all'}], device: 'tun0', retryMs: 2000, exitUrl: lab.description.exitUrl,
		servers: gluetunServers(lab.description.folders.servers, ['se-sto-1', 'ch-zrh-1']), uplink, log: '/tmp/gluetun.log', ready: '/tmp/gluetun.ready',
	};
	writeFileSync(join(project, 'gluetun', 'options.json'), JSON.stringify(options), {mode: 0o600});
}

const page = (): Promise<Page> => pageInside(stage());
const until = async (what: string, good: (page: Page) => boolean): Promise<Page> => {
	const last: {page: Page | null} = {page: null};
	if (await waitUntil(async () => good((last.page = await page())))) return page();
	throw new Error(`90 s passed before ${what}: ${JSON.stringify(last.page)}`);
};

test('nothing leaves outside from up to down, while Gluetun reconnects, switches and is killed', async () => {
	writeProject();
	await stage().engine.docker(['tag', images.gluetun, 'qmcgaw/gluetun:v3.41']);
	await standFor(stage().engine, 'curlimages/curl:latest');
	const {VKS_EXIT_URL, VKS_DRILL_EVERY} = labEnvironment(stage().lab);
	stage().useCompose('gluetun.yaml', {
		services: {
			gluetun: {networks: {default: {ipv4_address: uplink.ipv4.client}}},
			// Gluetun's own resolvers are not in the lab.
			vpn: {environment: {VKS_EXIT_URL, VKS_DRILL_EVERY, VKS_DNS: '10.64.1.1;10.64.2.1'}},
			application: {container_name: 'application', command: ['node', '/application.mjs']},
		},
		networks: {default: {ipam: {config: [{subnet: uplink.ipv4.network, gateway: uplink.ipv4.gateway}]}}},
	});
	const began = await stage().witness.mark();
	await stage().compose(['up', '--detach']);
	const first = await until('it was answered by the tunnel', ({echoes, lastExit}) => echoes > 10 && lastExit?.includes('198.51.100.77') === true);
	await stage().says(/^CONNECTED .*PROVEN/);

	const session = stage().exec('vpn', ['vks-tui']);
	await session.until('the first frame', shows('CONNECTED', 'PROVEN', 'tun0'));
	const reconnected = await stage().vks('vpn', 'reconnect');
	expect([reconnected.exitCode, reconnected.stderr]).toEqual([0, '']);
	const switched = await stage().vks('vpn', 'switch', 'zurich');
	expect([switched.exitCode, switched.stderr]).toEqual([0, '']);
	const after = await until('it leaves by Zurich', ({lastExit}) => lastExit?.includes('192.0.2.99') === true);
	expect(after.startedAtMs).toBe(first.startedAtMs);

	await stage().engine.docker(['kill', '--signal', 'KILL', 'gluetun']);
	await session.until('it is blocked', shows('BLOCKED'));
	await stillSends(stage());
	await stage().compose(['down', '--volumes']);
	expect(await stage().leaked(began)).toBe(0);
});
