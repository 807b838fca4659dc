/** Tables whose daemon died belong to nobody: what somebody put into them ends with the first commit of the next start. Needs root. */
import {readFileSync} from 'node:fs';
import {setTimeout as sleep} from 'node:timers/promises';
import {describe, expect, test} from 'vitest';
import {eventually} from '../helpers/eventually.ts';
import {endScene, expectNothingOutside, raiseScene} from '../helpers/leak-scene.ts';
import {spawnDaemon, startDaemon} from '../helpers/daemon.ts';

describe('tables of a daemon that was killed, with an accept of somebody else in front', () => {
	test.for(['libnftables', 'nft'])('are not trusted by the next start, even one that goes no further (%s)', async backend => {
		const environment = {VKS_FIREWALL_BACKEND: backend};
		const scene = await raiseScene({}, {environment});
		const {lab, witness} = scene;
		const inClient = (...command: string[]) => lab.exec('client', command, {mustSucceed: true});
		const flood = await lab.flood();
		try {
			await scene.daemon.kill();
			const start = await witness.mark();
			for (const chain of ['inet vks output', 'netdev vks egress']) await inClient('nft', `insert rule ${chain} accept`);
			await inClient('ip', 'route', 'replace', 'default', 'via', lab.description.addresses.gateway.ipv4, 'dev', lab.uplink());
			await inClient('ip', 'rule', 'add', 'pref', '50', 'lookup', 'main');
			// The witness sees it, and the chains still drop by default.
			await eventually(async () => expect((await witness.since(start)).outside.count).toBeGreaterThan(20));

			const wrong = spawnDaemon(lab, {environment: {...environment, VKS_DHCP: 'maybe'}});
			expect(await wrong.exited).toBe(2);
			expect(readFileSync(wrong.log, 'utf8')).toContain('Traffic is still blocked.');
			const closed = await witness.mark();
			await sleep(300);
			expectNothingOutside(await witness.since(closed));

			scene.daemon = await startDaemon(lab, {environment});
			await scene.daemon.until('the policy was proven', ({proof}) => proof.kind === 'proven');
			expectNothingOutside(await witness.since(closed));
		} finally {
			await flood.process.stop('SIGKILL');
			await endScene(scene);
		}
	});

	test('a second daemon over a living one that owns nothing changes nothing', async () => {
		const environment = {VKS_FIREWALL_BACKEND: 'nft'};
		const scene = await raiseScene({}, {environment});
		try {
			const second = spawnDaemon(scene.lab, {environment});
			expect(await second.exited).toBe(1);
			const {stdout} = await scene.lab.exec('client', ['nft', 'list', 'tables'], {mustSucceed: true});
			expect(stdout).not.toContain('vks_boot');
			expect(scene.daemon.journal().filter(({text}) => text.includes('vks_boot'))).toEqual([]);
		} finally {
			await endScene(scene);
		}
	});
});
