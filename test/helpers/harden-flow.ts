/** What a neighbour reaches of a host that is hardened, and what holds of every hardening there. */
import {expect} from 'vitest';
import {images} from '../../lab/engine/images.ts';
import type {Ran} from '../../lab/commands.ts';
import {auditOn} from './audit-acts.ts';
import {goesOn} from './audit-fault.ts';
import type {EngineStage} from './engine-stage.ts';
import {gets, urlOf} from './gets.ts';
import type {Harden} from './harden-acts.ts';

export const startWeb = ({engine}: EngineStage): Promise<Ran> => engine.docker(['run', '--detach', '--name', 'web', '--publish', '8080:8080', images.application]);

/** By the host's address of either family, for a neighbour that is allowed and for one that is not. */
export type Ways = Readonly<Record<'peer4' | 'peer6' | 'stranger4' | 'stranger6', boolean>>;

export const open: Ways = {peer4: true, peer6: true, stranger4: true, stranger6: true};
export const closed: Ways = {peer4: false, peer6: false, stranger4: false, stranger6: false};
export const forPeer: Ways = {...closed, peer4: true, peer6: true};
/** Past ufw or firewalld: over IPv6 this engine's own process takes them, of which INPUT is asked. */
export const pastFirewall: Ways = {peer4: true, peer6: false, stranger4: true, stranger6: false};
export const pastFirewallForPeer: Ways = {...pastFirewall, stranger4: false};

export async function everyWay({lab}: EngineStage): Promise<Ways> {
	const {client} = lab.description.addresses;
	const from = (role: 'peer' | 'isp', address: string): Promise<boolean> => gets(lab, role, urlOf(address, 8080));
	const [peer4, peer6, stranger4, stranger6] = await Promise.all([from('peer', client.ipv4), from('peer', client.ipv6), from('isp', client.ipv4), from('isp', client.ipv6)]);
	return {peer4, peer6, stranger4, stranger6};
}

/** Closed for all but who is allowed, in both families; confirmed; nothing more to do; undone byte for byte. */
export async function closesForOthers(stage: EngineStage, harden: Harden, wheres: readonly string[]): Promise<void> {
	await startWeb(stage);
	await goesOn(stage);
	const before = await harden.picture();
	expect(await everyWay(stage)).toEqual(open);
	const {peer} = stage.lab.description.addresses;
	const letIn = ['--let-in', `${peer.ipv4},${peer.ipv6}`];
	expect((await harden.plan(...letIn)).changes.map(({where}) => where)).toEqual(wheres);
	expect(await harden.picture()).toBe(before);

	const process = await harden.applied(...letIn);
	expect(await everyWay(stage)).toEqual(forPeer);
	await goesOn(stage);
	const audit = auditOn(stage);
	for (const id of ['port-published', 'port-past-firewall']) expect(await audit.found(id)).toEqual([]);
	expect(await harden.order('--confirm')).toMatchObject({exitCode: 0});
	expect(await process.exited).toBe(0);
	expect(await harden.order('--apply')).toMatchObject({exitCode: 0, stdout: expect.stringContaining('Nothing to do')});
	expect((await harden.plan()).changes).toEqual([]);
	expect(await everyWay(stage)).toEqual(forPeer);

	// Another choice is another change, and is undone with the first.
	expect(await harden.order('--apply', '--let-in', 'none', '--confirm-within', 'off')).toMatchObject({exitCode: 0});
	expect(await everyWay(stage)).toEqual(closed);
	await goesOn(stage);
	expect(await harden.order('--undo')).toMatchObject({exitCode: 0});
	expect(await harden.picture()).toBe(before);
	expect(await everyWay(stage)).toEqual(open);
	expect(await harden.order('--undo')).toMatchObject({exitCode: 0, stdout: expect.stringContaining('nothing to undo')});
}
