/** OpenVPN servers under the controller, on the fake kernel: the policy first, at each step. */
import {afterEach, describe, expect, test, vi} from 'vitest';
import {noSecrets, type Secrets} from '../../../src/config/secrets.ts';
import type {Snapshot} from '../../../src/control/schema.ts';
import type {ServerEntry} from '../../../src/tunnel/tunnel.ts';
import {connectedLines, type FakeOpenvpn} from '../../fakes/fake-openvpn.ts';
import {makeRig, type Rig} from '../../helpers/controller-rig.ts';
import {ovpn, parsed} from '../tunnel/openvpn/ovpn-helper.ts';
import {eventually} from '../../helpers/eventually.ts';

const rigs: Rig[] = [];
afterEach(async () => {
	for (const rig of rigs.splice(0)) await rig.dispose();
});

const secrets: Secrets = {...noSecrets, openvpn: () => ({user: 'bob', password: 'canary-word', passphrase: null})};
const server = (...lines: readonly string[]): ServerEntry => ({ok: true, server: parsed(ovpn(...lines))});

/** What the kernel let out to the endpoint when OpenVPN was let dial, and each look since. */
function started(entry: ServerEntry, settings: Readonly<Record<string, string>> = {}) {
	const rig = makeRig({more: [entry], secrets, settings: {VKS_SERVER: 'here', VKS_DNS: '10.9.0.1', ...settings}});
	rigs.push(rig);
	return rig;
}

const output = ({kernel}: Rig): string => JSON.stringify(kernel.tables().get('inet vks')?.chains.get('output')?.rules ?? []);
const letsOut = (rig: Rig, what: string): boolean => output(rig).includes(what);
const openvpns = ({kernel}: Rig): readonly FakeOpenvpn[] => kernel.devices.openvpns;
const becomes = (rig: Rig, kind: Snapshot['state']['kind']) => vi.waitFor(() => expect(rig.controller.snapshot().state.kind).toBe(kind), {timeout: 4000, interval: 5});
/** Bytes go to and fro inside the tunnel. */
const flows = (rig: Rig): void => {
	for (const fake of openvpns(rig)) fake.carried = {rxBytes: (fake.carried?.rxBytes ?? 0) + 100, txBytes: (fake.carried?.txBytes ?? 0) + 100};
};

test('the pinhole for the remote stands before OpenVPN may dial, and applications pass only once data flowed', async () => {
	const rig = started(server('remote 192.0.2.44 443 tcp', 'auth-user-pass'));
	const seen: {readonly pinhole: boolean; readonly lease: boolean; readonly applications: boolean}[] = [];
	rig.kernel.devices.answerOpenvpn(() => {
		seen.push({pinhole: letsOut(rig, '192.0.2.44') && letsOut(rig, 'tcp'), lease: letsOut(rig, 'lease-dial'), applications: letsOut(rig, 'tunnel-out')});
		return connectedLines;
	});
	expect(await rig.controller.start()).toMatchObject({ok: true});
	await becomes(rig, 'verifying');
	expect(seen).toEqual([{pinhole: true, lease: true, applications: false}]);
	expect(letsOut(rig, 'tunnel-out')).toBe(false);
	flows(rig);
	await becomes(rig, 'connected');
	expect(letsOut(rig, 'tunnel-out')).toBe(true);
	expect(letsOut(rig, 'lease-dial')).toBe(false);
	expect(rig.controller.snapshot().tunnel).toMatchObject({driver: 'openvpn', endpoint: '192.0.2.44:443', addresses: ['10.9.0.2'], resolvers: ['10.9.0.1']});
	expect(JSON.stringify([rig.controller.snapshot(), rig.lines()])).not.toContain('canary');
});

test('while the transaction that opens the pinhole is not through, OpenVPN is held', async () => {
	const rig = started(server('remote 192.0.2.44', 'auth-user-pass'));
	rig.kernel.setFault(({operation, script}) => (operation === 'run' && script.includes('192.0.2.44') ? 'hang' : null));
	expect(await rig.controller.start()).toMatchObject({ok: true});
	await eventually(() => expect(openvpns(rig)).toHaveLength(1));
	for (let turns = 0; turns < 50; turns++) await new Promise(resolve => setImmediate(resolve));
	expect(openvpns(rig)[0]?.told).toEqual([]);
	rig.kernel.setFault(null);
});

describe('a server that refuses the password', () => {
	test('is blocked for that reason, without a pinhole, and tried again a minute later at the earliest', async () => {
		const rig = started(server('remote 192.0.2.44', 'remote 192.0.2.45', 'auth-user-pass'));
		rig.kernel.devices.answerOpenvpn(() => ['>STATE:1,AUTH,,,,,,', '>PASSWORD:Verification Failed: \'Auth\'']);
		expect(await rig.controller.start()).toMatchObject({ok: true});
		await becomes(rig, 'blocked');
		const {state, problems} = rig.controller.snapshot();
		expect(state).toMatchObject({cause: 'credentials', nextAttemptAtMs: rig.clock.now() + 60_000});
		expect(problems).toContainEqual(expect.objectContaining({code: 'credentials', stillBlocking: true}));
		// Not at the second remote either.
		expect(openvpns(rig)).toHaveLength(1);
		expect(openvpns(rig)[0]?.removed).toBe(true);
		expect(letsOut(rig, '192.0.2.4')).toBe(false);
		expect(JSON.stringify([rig.controller.snapshot(), rig.lines()])).not.toContain('canary');
	});
});

test('a remote that fails is followed by the next one, each with its own pinhole', async () => {
	const rig = started(server('remote name.example', 'remote 192.0.2.44 443 tcp', 'remote 192.0.2.45 1194 udp'));
	const open: string[] = [];
	rig.kernel.devices.answerOpenvpn(() => {
		open.push(...['192.0.2.44', '192.0.2.45'].filter(host => letsOut(rig, host)));
		return open.length === 1 ? ['>STATE:1,EXITING,connection-failed,,,,,'] : connectedLines;
	});
	expect(await rig.controller.start()).toMatchObject({ok: true});
	await becomes(rig, 'verifying');
	expect(open).toEqual(['192.0.2.44', '192.0.2.45']);
	expect(rig.controller.snapshot().tunnel?.endpoint).toBe('192.0.2.45:1194');
});

test('a file whose remotes are names only is not dialled', async () => {
	const rig = started(server('remote name.example', 'remote other.example'));
	expect(await rig.controller.start()).toMatchObject({ok: true});
	await becomes(rig, 'blocked');
	expect(rig.controller.snapshot().state).toMatchObject({cause: 'no-endpoint-route'});
	expect(openvpns(rig)).toEqual([]);
});

test('a soft restart refuses applications before it is dialled anew; the held one is never released', async () => {
	const rig = started(server('remote 192.0.2.44'));
	expect(await rig.controller.start()).toMatchObject({ok: true});
	await becomes(rig, 'verifying');
	flows(rig);
	await becomes(rig, 'connected');
	const [first] = openvpns(rig);
	const told = first?.told.length ?? 0;
	const applications: boolean[] = [];
	rig.kernel.setFault(({operation}) => {
		if (operation === 'startOpenvpn') applications.push(letsOut(rig, 'tunnel-out'));
		return null;
	});
	first?.speak('>STATE:1,RECONNECTING,ping-restart,,,,,');
	first?.speak('>HOLD:Waiting for hold release:1');
	await eventually(() => expect(openvpns(rig)).toHaveLength(2));
	expect(applications).toEqual([false]);
	expect(first?.told.slice(told)).toEqual([]);
	expect(first?.removed).toBe(true);
});

test.each(['with VKS_IPV6=block', 'where IPv6 is switched off for new links'])('%s a server may give no IPv6 address', async where => {
	const rig = started(server('remote 192.0.2.44'), where.includes('VKS') ? {VKS_IPV6: 'block'} : {});
	if (!where.includes('VKS')) rig.kernel.sysctls.set('net/ipv6/conf/default/disable_ipv6', '1');
	rig.kernel.devices.answerOpenvpn(() => connectedLines.flatMap(line => (line.includes('ifconfig_local') ? [line, '>UPDOWN:ENV,ifconfig_ipv6_local=fd99::2'] : [line])));
	expect(await rig.controller.start()).toMatchObject({ok: true});
	await becomes(rig, 'verifying');
	expect(rig.controller.snapshot().tunnel?.addresses).toEqual(['10.9.0.2']);
	expect(openvpns(rig)[0]?.start.options.join(' ')).not.toContain('ifconfig-ipv6');
});
