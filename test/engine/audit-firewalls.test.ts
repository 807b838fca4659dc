/**
 * The audit beside a real engine and a real firewall of the host, by its own commands: what it keeps out and lets in of the
 * host itself is shown by packets, and so is the port that the engine opens past it, closed by the printed fix.
 */
import {describe, expect, onTestFinished, test} from 'vitest';
import {images} from '../../lab/engine/images.ts';
import {hasFirewalls, startFirewalld, startUfw, type Firewall} from '../../lab/firewalls.ts';
import {waitUntil} from '../../lab/processes.ts';
import {nodeExecutable} from '../../lab/program.ts';
import {auditOn, type Audit} from '../helpers/audit-acts.ts';
import {closesAndReopens, goesOn} from '../helpers/audit-fault.ts';
import {engineStage, type EngineStage} from '../helpers/engine-stage.ts';

const host = 8090;
const isSkipped = !hasFirewalls && process.env['CI'] === undefined;

/** A service of the host itself, which is its firewall's business. */
async function startHostService({lab}: EngineStage): Promise<void> {
	const service = lab.spawn('client', [nodeExecutable(), '-e', `require("node:http").createServer((request, response) => response.end("host")).listen(${host}, "0.0.0.0")`], {name: 'host-service'});
	onTestFinished(() => service.stop());
	expect(await waitUntil(async () => (await lab.exec('client', ['curl', '--silent', `http://127.0.0.1:${host}/`])).stdout === 'host')).toBe(true);
}
const ofHost = (audit: Audit): Promise<boolean> => audit.reaches(undefined, host);
const publish = ({engine}: EngineStage, address: string): Promise<unknown> => engine.docker(['run', '--detach', '--name', 'web', '--publish', `${address}8080:8080`, images.application]);

/** Closed for everybody; then for all but one, who is served; then as it was. */
async function servesWhoMay(stage: EngineStage, audit: Audit): Promise<void> {
	const {peer} = stage.lab.description.addresses;
	const before = await audit.saved();
	const {commands, undo} = await audit.one('port-past-firewall');
	await audit.obey(commands);
	await audit.rules('iptables-nft', '-I', 'DOCKER-USER', '1', '-s', peer.ipv4, '-j', 'RETURN');
	const other = await stage.lab.exec('lan', ['curl', '--silent', '--max-time', '2', `http://${stage.lab.description.addresses.client.ipv4}:8080/`]);
	expect([await audit.reaches(), other.exitCode === 0]).toEqual([true, false]);
	await goesOn(stage);
	await audit.rules('iptables-nft', '-D', 'DOCKER-USER', '-s', peer.ipv4, '-j', 'RETURN');
	await audit.obey(undo);
	expect(await audit.saved()).toBe(before);
}

/** Closed and open again by what is printed, and open for who may; then let in by the firewall's own word. */
async function isPast(stage: EngineStage, audit: Audit, {name, order, open}: {readonly name: string; readonly order: Firewall['order']; readonly open: (port: number) => readonly string[]}): Promise<void> {
	expect(await ofHost(audit)).toBe(false);
	await order(...open(host));
	expect(await ofHost(audit)).toBe(true);
	await publish(stage, '127.0.0.1:');
	expect(await audit.found('port-past-firewall')).toEqual([]);
	await stage.engine.docker(['rm', '--force', 'web']);

	await publish(stage, '');
	await goesOn(stage);
	expect(await audit.one('port-past-firewall')).toMatchObject({severity: 'high', what: `${name} does not let others in to port 8080/tcp, and the engine does: to container web.`});
	await closesAndReopens(stage, audit, 'port-past-firewall', () => audit.reaches());
	await servesWhoMay(stage, audit);
	expect(await ofHost(audit)).toBe(true);
	// What its own word lets in is not past it.
	await order(...open(8080));
	expect(await audit.found('port-past-firewall')).toEqual([]);
	expect(await audit.one('port-published')).toMatchObject({severity: 'medium'});
}

describe.skipIf(isSkipped)('ufw', () => {
	const stage = engineStage();
	test('a port that it was never asked about', async () => {
		const audit = auditOn(stage());
		await audit.keepRules();
		await startHostService(stage());
		expect(await ofHost(audit)).toBe(true);
		const ufw = await startUfw(stage().lab);
		onTestFinished(() => ufw.stop());
		await isPast(stage(), audit, {name: 'ufw', order: ufw.order, open: port => ['allow', `${port}/tcp`]});
	});
});

describe.skipIf(isSkipped)('firewalld, which the engine knows of', () => {
	const standing: {firewalld?: Firewall} = {};
	const stage = engineStage({before: async lab => (standing.firewalld = await startFirewalld(lab)).environment});
	test('a port that it was never asked about', async () => {
		const audit = auditOn(stage());
		await startHostService(stage());
		const {order} = standing.firewalld ?? expect.unreachable();
		await isPast(stage(), audit, {name: 'firewalld', order, open: port => ['--add-port', `${port}/tcp`]});
	});
});
