/** A hardening beside Debian's own firewalld, which the engine knows of. Skipped where there is none and CI is not set. */
import {describe, expect, test} from 'vitest';
import {hasFirewalls, startFirewalld, type Firewall} from '../../lab/firewalls.ts';
import {auditOn} from '../helpers/audit-acts.ts';
import {goesOn} from '../helpers/audit-fault.ts';
import {engineStage} from '../helpers/engine-stage.ts';
import {hardenOn} from '../helpers/harden-acts.ts';
import {everyWay, pastFirewall as past, pastFirewallForPeer as forPeer, startWeb} from '../helpers/harden-flow.ts';

describe.skipIf(!hasFirewalls && process.env['CI'] === undefined)('firewalld', () => {
	const standing: {firewalld?: Firewall} = {};
	const stage = engineStage({before: async lab => (standing.firewalld = await startFirewalld(lab)).environment});

	test('closed by a table that it leaves alone, through its reload', async () => {
		await startWeb(stage());
		const firewalld = standing.firewalld ?? expect.unreachable();
		await firewalld.order('--reload');
		await goesOn(stage());
		const [harden, audit] = [hardenOn(stage()), auditOn(stage())];
		const before = await harden.picture();
		expect(await everyWay(stage())).toEqual(past);
		expect((await audit.one('port-past-firewall')).what).toContain('firewalld');

		const {ipv4} = stage().lab.description.addresses.peer;
		expect((await harden.plan('--let-in', ipv4)).changes.map(({where}) => where)).toEqual(['table inet vks_host of nftables']);
		const trial = await harden.applied('--let-in', ipv4);
		expect(await everyWay(stage())).toEqual(forPeer);
		await goesOn(stage());
		expect(await harden.order('--confirm')).toMatchObject({exitCode: 0});
		expect(await trial.exited).toBe(0);
		await firewalld.order('--reload');
		expect(await everyWay(stage())).toEqual(forPeer);
		await goesOn(stage());
		expect(await audit.found('port-past-firewall')).toEqual([]);
		expect((await harden.plan()).changes).toEqual([]);

		expect(await harden.order('--undo')).toMatchObject({exitCode: 0});
		expect(await harden.picture()).toBe(before);
		expect(await everyWay(stage())).toEqual(past);
	});
});
