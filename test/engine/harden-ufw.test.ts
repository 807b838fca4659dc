/** A hardening beside Debian's own ufw: what the engine lets in past it is closed, and stays so. Skipped where there is none and CI is not set. */
import {expect, onTestFinished, test} from 'vitest';
import {hasFirewalls, startUfw} from '../../lab/firewalls.ts';
import {auditOn} from '../helpers/audit-acts.ts';
import {goesOn} from '../helpers/audit-fault.ts';
import {engineStage} from '../helpers/engine-stage.ts';
import {hardenOn} from '../helpers/harden-acts.ts';
import {everyWay, pastFirewall as past, pastFirewallForPeer as forPeer, startWeb} from '../helpers/harden-flow.ts';

const stage = engineStage();
const isSkipped = !hasFirewalls && process.env['CI'] === undefined;

test.skipIf(isSkipped)('ufw: closed past it and for who may not, through its reload and its restart', async () => {
	await startWeb(stage());
	const ufw = await startUfw(stage().lab, ['allow', '22/tcp']);
	onTestFinished(() => ufw.stop());
	await ufw.order('reload');
	await goesOn(stage());
	const [harden, audit] = [hardenOn(stage()), auditOn(stage())];
	const before = await harden.picture();
	expect(await everyWay(stage())).toEqual(past);
	expect((await audit.one('port-past-firewall')).what).toContain('ufw does not let others in to port 8080/tcp');

	const {ipv4} = stage().lab.description.addresses.peer;
	const trial = await harden.applied('--let-in', ipv4);
	expect(await everyWay(stage())).toEqual(forPeer);
	await goesOn(stage());
	expect(await harden.order('--confirm')).toMatchObject({exitCode: 0});
	expect(await trial.exited).toBe(0);
	await ufw.order('reload');
	expect(await everyWay(stage())).toEqual(forPeer);
	await ufw.order('disable');
	await ufw.order('--force', 'enable');
	expect(await everyWay(stage())).toEqual(forPeer);
	await goesOn(stage());
	expect(await audit.found('port-past-firewall')).toEqual([]);
	expect((await harden.plan()).changes).toEqual([]);

	expect(await harden.order('--undo')).toMatchObject({exitCode: 0});
	expect(await harden.picture()).toBe(before);
	expect(await everyWay(stage())).toEqual(past);
});
