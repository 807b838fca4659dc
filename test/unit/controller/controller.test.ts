/** The controller on the fake kernel, which can refuse and hang on command. What the real kernel does is the lab's to show. */
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, describe, expect, test, vi} from 'vitest';
import type {Snapshot} from '../../../src/control/schema.ts';
import {bootScript} from '../../../src/policy/boot.ts';
import {fakeKernel} from '../../fakes/fake-kernel.ts';
import {makeRig, putUplink, type Rig} from '../../helpers/controller-rig.ts';
import {eventually} from '../../helpers/eventually.ts';

const rigs: Rig[] = [];
afterEach(async () => {
	for (const rig of rigs.splice(0)) {
		rig.kernel.setFault(null);
		await rig.dispose();
	}
});
const rigWith = (options: Parameters<typeof makeRig>[0] = {}): Rig => {
	const rig = makeRig(options);
	rigs.push(rig);
	return rig;
};

const state = ({controller}: Rig): Snapshot['state']['kind'] => controller.snapshot().state.kind;
const becomes = (rig: Rig, kind: Snapshot['state']['kind']) => vi.waitFor(() => expect(state(rig)).toBe(kind), {timeout: 4000, interval: 5});
const ticks = async (rig: Rig, check: () => void) => vi.waitFor(() => {
	rig.clock.tick();
	check();
}, {timeout: 4000, interval: 5});
/** Ids of the rules that stand in a chain of the live table. */
const standing = ({kernel}: Rig, chain: string): readonly string[] => kernel.tables().get('inet vks')?.chains.get(chain)?.rules.map(rule => JSON.stringify(rule)) ?? [];
const lets = (rig: Rig, id: string): boolean => standing(rig, 'output').some(rule => rule.includes(id));

const connected = async (options: Parameters<typeof makeRig>[0] = {}): Promise<Rig> => {
	const rig = rigWith(options);
	expect(await rig.controller.start()).toMatchObject({ok: true});
	await becomes(rig, 'connected');
	return rig;
};

describe('start', () => {
	test('the boot table stands before our own is touched, and goes only after a read-back', async () => {
		const rig = await connected();
		await ticks(rig, () => expect(rig.controller.snapshot().proof.kind).toBe('proven'));
		const {scripts} = rig.kernel;
		expect(scripts[0]).toBe(bootScript);
		const removal = scripts.findIndex(script => script.startsWith('delete table inet vks_boot'));
		const copyListed = scripts.findIndex(script => script.startsWith('delete table inet vks_x'));
		expect(copyListed).toBeGreaterThan(0);
		expect(removal).toBeGreaterThan(copyListed);
	});

	test('applications pass only once the tunnel was verified', async () => {
		const rig = rigWith();
		rig.silent.add('ch-zrh-1');
		await rig.controller.start();
		await becomes(rig, 'blocked');
		expect(rig.kernel.scripts.some(script => script.includes('endpoint-out'))).toBe(true);
		expect(rig.kernel.scripts.some(script => script.includes('tunnel-out'))).toBe(false);
		expect(rig.controller.snapshot().state.cause).toBe('no-handshake');
		expect(lets(rig, 'endpoint-out')).toBe(false);
		rig.silent.clear();
		await vi.waitFor(() => {
			rig.clock.pass(5000);
			expect(state(rig)).toBe('connected');
		}, {timeout: 4000, interval: 5});
		expect(lets(rig, 'tunnel-out')).toBe(true);
	});

	test('a kernel that refuses every transaction is told as such, and nothing claims to block', async () => {
		const rig = rigWith();
		rig.kernel.setFault(({operation}) => (operation === 'run' ? {code: 'no-permission', severity: 'error', what: 'refused', stillBlocking: 'unknown', next: ''} : null));
		expect(await rig.controller.start()).toMatchObject({ok: false, error: {what: 'refused'}});
		expect(rig.controller.snapshot().proof.kind).not.toBe('proven');
	});

	test('a plain table left by the other backend is replaced under the cover of the boot table', async () => {
		const kernel = fakeKernel();
		kernel.foreign('add table inet vks\n');
		const rig = await connected({kernel});
		const deleted = kernel.scripts.findIndex(script => script.startsWith('delete table inet vks\n'));
		expect(kernel.scripts.slice(0, deleted)).toContain(bootScript);
		await ticks(rig, () => expect(rig.controller.snapshot().proof.covers).toContain('ownership'));
	});
});

describe('lockdown', () => {
	test('refuses everything, survives a restart, and lifts to where it was', async () => {
		const rig = await connected();
		const server = rig.controller.snapshot().state.server;
		expect(await rig.controller.submit({do: 'lockdown', reason: 'test'})).toMatchObject({ok: true});
		expect(state(rig)).toBe('lockdown');
		expect(lets(rig, 'endpoint-out')).toBe(false);
		const again = rigWith({folder: rig.folder});
		await again.controller.start();
		expect(again.controller.snapshot().state).toMatchObject({kind: 'lockdown', detail: 'Locked down by operator: test'});
		expect(await again.controller.submit({do: 'lift', word: 'lift'})).toMatchObject({ok: true});
		expect(again.controller.snapshot().state).toMatchObject({kind: 'connected', server});
	});

	test('overtakes a command whose effect never returns', async () => {
		const rig = await connected();
		rig.kernel.setFault(({operation}) => (operation === 'createWireguard' ? 'hang' : null));
		const reconnect = rig.controller.submit({do: 'reconnect'});
		const waiting = rig.controller.submit({do: 'switch', server: 'se-sto-1'});
		await becomes(rig, 'connecting');
		expect(await rig.controller.submit({do: 'lockdown', reason: ''})).toMatchObject({ok: true});
		expect(await reconnect).toMatchObject({ok: false, problem: {code: 'superseded'}});
		expect(await waiting).toMatchObject({ok: false, problem: {code: 'superseded'}});
		expect(lets(rig, 'endpoint-out')).toBe(false);
	});

	test('is committed even when an earlier transaction hangs, and that one cannot undo it', async () => {
		const rig = await connected();
		let release = (): void => undefined;
		const gate = new Promise<void>(resolve => {
			release = resolve;
		});
		const real = rig.kernel.firewall.run;
		let held = false;
		vi.spyOn(rig.kernel.firewall, 'run').mockImplementation(async script => {
			if (!held) {
				held = true;
				await gate;
			}
			return real(script);
		});
		void rig.controller.submit({do: 'reconnect'});
		await eventually(() => expect(held).toBe(true));
		expect(await rig.controller.submit({do: 'lockdown', reason: ''})).toMatchObject({ok: true});
		expect(lets(rig, 'endpoint-out')).toBe(false);
		const before = rig.kernel.scripts.length;
		release();
		// The late one commits after all, and the lockdown is committed over it at once.
		await eventually(() => expect(rig.kernel.scripts.length).toBeGreaterThan(before + 1));
		await eventually(() => expect(lets(rig, 'endpoint-out')).toBe(false));
		expect(state(rig)).toBe('lockdown');
	});

	test('that the kernel refuses is never shown as proven, and is tried again', async () => {
		const rig = await connected();
		rig.kernel.setFault(({operation}) => (operation === 'run' ? {code: 'ruleset-refused', severity: 'error', what: 'no', stillBlocking: 'unknown', next: ''} : null));
		expect(await rig.controller.submit({do: 'lockdown', reason: ''})).toMatchObject({ok: false, problem: {what: 'no'}});
		await ticks(rig, () => expect(rig.controller.snapshot().proof.kind).toBe('failed-to-block'));
		rig.kernel.setFault(null);
		await ticks(rig, () => expect(rig.controller.snapshot()).toMatchObject({state: {kind: 'lockdown'}, proof: {kind: 'proven'}}));
		expect(lets(rig, 'endpoint-out')).toBe(false);
	});

	test('a corrupt intent is a lockdown that says why', async () => {
		const rig = rigWith();
		writeFileSync(join(rig.folder, 'intent.json'), '{"version":1,"want":"conn');
		await rig.controller.start();
		const {state: now, problems} = rig.controller.snapshot();
		expect(now.kind).toBe('lockdown');
		expect(problems.map(({code}) => code)).toContain('intent-corrupt');
	});
});

describe('whatever happens around it', () => {
	test('a foreign flush is repaired and its process named', async () => {
		const rig = await connected({kernel: fakeKernel({ownership: 'unsupported'})});
		await ticks(rig, () => expect(rig.controller.snapshot().proof.kind).toBe('proven'));
		expect(rig.kernel.foreign('flush chain inet vks output\n')).toBe(true);
		await eventually(() => expect(lets(rig, 'tunnel-out')).toBe(true));
		await eventually(() => expect(rig.lines().join('\n')).toMatch(/applied again: rule .* is missing from output.*by nft \(pid 4242\)/s));
		await ticks(rig, () => expect(rig.controller.snapshot()).toMatchObject({proof: {kind: 'proven'}, tamper: {count: 1}}));
	});

	test('the uplink goes and returns: blocked with the cause, then the same tunnel and epoch', async () => {
		const rig = await connected();
		putUplink(rig.kernel, false);
		await becomes(rig, 'blocked');
		expect(rig.controller.snapshot().state.cause).toBe('no-uplink');
		expect(lets(rig, 'tunnel-out')).toBe(false);
		putUplink(rig.kernel);
		await becomes(rig, 'connected');
		expect(rig.controller.snapshot().tunnel?.epoch).toBe(1);
		expect(lets(rig, 'tunnel-out')).toBe(true);
	});

	test('with no interface left but loopback there is nothing to hook, and nothing is called tampering', async () => {
		const rig = await connected();
		rig.kernel.dropLink('eth0');
		await becomes(rig, 'blocked');
		await ticks(rig, () => expect(rig.controller.snapshot()).toMatchObject({proof: {kind: 'proven'}, tamper: {count: 0}}));
	});

	test('a tunnel whose process dies is dialled again', async () => {
		const rig = await connected();
		rig.kernel.devices.made.get('wg0')?.crash();
		await vi.waitFor(() => expect(rig.controller.snapshot().tunnel?.epoch).toBe(2), {timeout: 4000});
		expect(state(rig)).toBe('connected');
	});

	test('the tunnel is made to fit an uplink that takes small packets only', async () => {
		const rig = rigWith();
		rig.kernel.state.links = rig.kernel.state.links.map(link => (link.name === 'eth0' ? {...link, mtu: 1400} : link));
		await rig.controller.start();
		await becomes(rig, 'connected');
		expect(rig.kernel.state.links.find(({kind}) => kind === 'wireguard')?.mtu).toBe(1320);
	});

	test('a renamed uplink carries the pinhole on', async () => {
		const rig = await connected();
		rig.kernel.renameLink('eth0', 'eth9');
		await eventually(() => expect(standing(rig, 'output').some(rule => rule.includes('eth9') && rule.includes('endpoint-out'))).toBe(true));
		expect(state(rig)).toBe('connected');
	});

	test('a switch to a silent server goes back and says why', async () => {
		const rig = await connected();
		rig.silent.add('se-sto-1');
		const outcome = await rig.controller.submit({do: 'switch', server: 'se-sto-1'});
		expect(outcome).toMatchObject({ok: false, message: 'Could not switch to se-sto-1; still on ch-zrh-1.'});
		expect(rig.controller.snapshot().state).toMatchObject({kind: 'connected', server: 'ch-zrh-1'});
	});

	test('a server that does not exist is refused without a change', async () => {
		const rig = await connected();
		expect(await rig.controller.submit({do: 'switch', server: 'nowhere'})).toMatchObject({ok: false, problem: {code: 'no-server'}, carries: true});
		expect(state(rig)).toBe('connected');
	});

	test('stopping leaves a policy that lets nothing out', async () => {
		const rig = await connected();
		await rig.controller.stop();
		expect(lets(rig, 'tunnel-out')).toBe(false);
		expect(standing(rig, 'output').some(rule => rule.includes('refuse-out'))).toBe(true);
	});
});
