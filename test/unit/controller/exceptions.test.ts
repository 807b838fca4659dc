/** Exceptions and pinholes on the fake kernel, whose timeouts run by the test's clock. */
import {readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, describe, expect, test, vi} from 'vitest';
import type {Command, Outcome, Snapshot} from '../../../src/control/schema.ts';
import {fakeKernel, type FakeKernel} from '../../fakes/fake-kernel.ts';
import {makeRig, type Rig} from '../../helpers/controller-rig.ts';
import {ip, portOf} from '../../helpers/situations.ts';

const rigs: Rig[] = [];
afterEach(async () => {
	for (const rig of rigs.splice(0)) {
		rig.kernel.setFault(null);
		await rig.dispose();
	}
});

const database: Extract<Command, {do: 'allow'}> = {do: 'allow', protocol: 'tcp', range: '192.168.9.20', port: 5432, direction: 'out', uid: null, seconds: 900, reason: 'restore the backup', by: 'alice'};

const becomes = (rig: Rig, kind: Snapshot['state']['kind']) => vi.waitFor(() => expect(rig.controller.snapshot().state.kind).toBe(kind), {timeout: 4000, interval: 5});
const connected = async (options: Parameters<typeof makeRig>[0] = {}): Promise<Rig> => {
	const rig = makeRig(options);
	rigs.push(rig);
	expect(await rig.controller.start()).toMatchObject({ok: true});
	await becomes(rig, 'connected');
	return rig;
};
const rules = ({kernel}: Rig, table = 'inet vks'): string => JSON.stringify([...(kernel.tables().get(table)?.chains.values() ?? [])]);
const lets = (rig: Rig): readonly boolean[] => ['inet vks', 'netdev vks'].map(table => rules(rig, table).includes('exception-1'));
const untilMs = ({kernel}: Rig, table = 'inet vks'): number | undefined => kernel.tables().get(table)?.sets.get('lease-exception-1')?.elements.get('tcp')?.untilMs;
const grants = ({kernel}: Rig): number => kernel.scripts.filter(script => script.includes('add element inet vks lease-exception-1')).length;
const allow = (rig: Rig, change: Partial<typeof database> = {}): Promise<Outcome> => rig.controller.submit({...database, ...change});
/** What SIGKILL leaves: the tables, nobody's; and a daemon that can no longer touch them. */
const killed = ({kernel}: Rig): FakeKernel => {
	const left = fakeKernel();
	for (const [key, table] of structuredClone(kernel.tables())) left.tables().set(key, {...table, owner: 'nobody'});
	return left;
};
const settled = async (rig: Rig, check: () => void) => vi.waitFor(() => {
	rig.clock.tick();
	check();
}, {timeout: 4000, interval: 5});

describe('an exception', () => {
	test('is granted in both tables with its time in the kernel, listed, journalled and proven', async () => {
		const rig = await connected();
		const outcome = await allow(rig);
		expect(outcome).toMatchObject({ok: true, message: expect.stringContaining('Exception 1: tcp to 192.168.9.20:5432 is open for 15m') as unknown});
		expect(lets(rig)).toEqual([true, true]);
		for (const table of ['inet vks', 'netdev vks']) expect(untilMs(rig, table)).toBeGreaterThan(rig.clock.monotonic() + 890_000);
		const {exceptions, proof} = rig.controller.snapshot();
		expect(exceptions).toMatchObject([{id: 1, text: 'tcp to 192.168.9.20:5432', by: 'alice', reason: 'restore the backup', open: true, packets: 0}]);
		expect(proof).toMatchObject({kind: 'proven', detail: []});
		expect(rig.lines().some(line => line.includes('granted by alice for 15m') && line.includes('restore the backup'))).toBe(true);
		expect(rig.kernel.state.routes.some(({table, destination, interface: device}) => table === 254 && destination === '192.168.9.20/32' && device === 'eth0')).toBe(true);
		expect(statSync(join(rig.folder, 'exceptions.json')).mode & 0o777).toBe(0o600);
	});

	test.each([
		['a public address', {range: '203.0.113.7'}],
		['everything', {range: '0.0.0.0/0'}],
		['a range that is too wide', {range: 'fc00::/7'}],
		['loopback', {range: '127.0.0.1'}],
		['a name', {range: 'db.lan'}],
		['DNS', {port: 53}],
		['DNS over TLS, inbound', {port: 853, direction: 'in'}],
		['no port', {port: null}],
		['a port of ICMP', {protocol: 'icmp'}],
		['ICMPv6 to IPv4', {protocol: 'icmpv6', port: null}],
		['a uid of what comes in', {uid: 1000, direction: 'in'}],
		['the tunnel\'s own resolver', {range: '10.64.1.0/24'}],
	] as const)('for %s is refused, and nothing changes', async (_, change) => {
		const rig = await connected();
		await rig.controller.submit({do: 'switch', server: 'se-sto-1'});
		const before = rig.kernel.scripts.length;
		const {do: _do, reason: _reason, by: _by, ...wish} = {...database, ...change};
		const outcome = await allow(rig, change);
		expect(outcome).toMatchObject({ok: false, problem: {stillBlocking: true}});
		expect(rig.controller.preview(wish)).toMatchObject({refused: {what: outcome.message}, rules: []});
		expect(rig.controller.snapshot().exceptions).toEqual([]);
		expect(rig.kernel.scripts.slice(before).join('').includes('exception-')).toBe(false);
	});

	test('is refused with the reason when the kernel does not take it, and forgotten', async () => {
		const rig = await connected();
		rig.kernel.setFault(({operation, script}) => (operation === 'run' && script.includes('@lease-exception') ? {code: 'internal', severity: 'error', what: 'no', stillBlocking: true, next: ''} : null));
		expect((await allow(rig)).ok).toBe(false);
		rig.kernel.setFault(null);
		expect(rig.controller.snapshot().exceptions).toEqual([]);
		await settled(rig, () => expect(rig.controller.snapshot().proof.kind).toBe('proven'));
		expect(lets(rig)).toEqual([false, false]);
	});

	test('keeps its end when the policy is replaced, however often', async () => {
		const rig = await connected();
		await allow(rig);
		const end = untilMs(rig);
		rig.clock.pass(60_000);
		await rig.controller.submit({do: 'switch', server: 'se-sto-1'});
		await rig.controller.submit({do: 'reconnect'});
		expect(untilMs(rig)).toBe(end);
		expect(grants(rig)).toBe(1);
		expect(rig.controller.snapshot().proof.kind).toBe('proven');
	});

	test('is written again with what is left of it when the tables were taken away', async () => {
		const rig = await connected({kernel: fakeKernel({ownership: 'unsupported'})});
		await allow(rig);
		const end = untilMs(rig) ?? 0;
		rig.clock.pass(300_000);
		expect(rig.kernel.foreign('flush ruleset')).toBe(true);
		await settled(rig, () => expect(untilMs(rig)).toBeDefined());
		expect(Math.abs((untilMs(rig) ?? 0) - end)).toBeLessThan(5);
		expect(grants(rig)).toBe(2);
	});

	test.each([
		['prolonged', 'add element inet vks lease-exception-1 { tcp timeout 9000s }'],
		['made permanent', 'flush set inet vks lease-exception-1\nadd element inet vks lease-exception-1 { tcp }'],
		['emptied', 'flush set inet vks lease-exception-1'],
		['given another protocol', 'add element inet vks lease-exception-1 { udp timeout 60s }'],
	])('that somebody %s is drift, and gets its own end back', async (_, script) => {
		const rig = await connected({kernel: fakeKernel({ownership: 'unsupported'})});
		await allow(rig);
		const end = untilMs(rig) ?? 0;
		expect(rig.kernel.foreign(script)).toBe(true);
		await settled(rig, () => expect(rig.controller.snapshot().tamper.count).toBeGreaterThan(0));
		expect(rig.controller.snapshot().tamper.last).toContain('set lease-exception-1');
		await settled(rig, () => expect(rig.controller.snapshot().proof.kind).toBe('proven'));
		expect(Math.abs((untilMs(rig) ?? 0) - end)).toBeLessThan(5);
	});

	test('ends by itself, and rule, set, counters and route go with it', async () => {
		const rig = await connected();
		await allow(rig, {seconds: 30});
		rig.clock.setWall(0);
		rig.clock.pass(29_000);
		expect(rig.controller.snapshot().exceptions).toHaveLength(1);
		await settled(rig, () => expect(rig.controller.snapshot().exceptions).toEqual([]));
		await settled(rig, () => expect(lets(rig)).toEqual([false, false]));
		const table = rig.kernel.tables().get('inet vks');
		expect([...(table?.sets.keys() ?? []), ...(table?.counters.keys() ?? [])].filter(name => name.includes('exception'))).toEqual([]);
		await settled(rig, () => expect(rig.kernel.state.routes.some(({destination}) => destination === '192.168.9.20/32')).toBe(false));
		expect(rig.lines().some(line => line.startsWith('Exception 1 expired'))).toBe(true);
		await settled(rig, () => expect(rig.controller.snapshot().proof.kind).toBe('proven'));
		expect(rig.controller.snapshot().tamper.count).toBe(0);
	});

	test('is closed by revoke at once, and its number is not given again', async () => {
		const rig = await connected();
		await allow(rig);
		expect(await rig.controller.submit({do: 'revoke', id: 1})).toMatchObject({ok: true});
		expect(lets(rig)).toEqual([false, false]);
		expect(await rig.controller.submit({do: 'revoke', id: 1})).toMatchObject({ok: false});
		await allow(rig);
		expect(rig.controller.snapshot().exceptions.map(({id}) => id)).toEqual([2]);
	});

	test('is closed in lockdown, where its time runs on, and open again after the lift', async () => {
		const rig = await connected();
		await allow(rig);
		const end = untilMs(rig);
		await rig.controller.submit({do: 'lockdown', reason: 'a trial'});
		expect(lets(rig)).toEqual([false, false]);
		expect(rig.controller.snapshot().exceptions).toMatchObject([{id: 1, open: false}]);
		expect(await allow(rig)).toMatchObject({ok: false, problem: {code: 'locked-down'}});
		await rig.controller.submit({do: 'lift', word: 'lift'});
		expect(lets(rig)).toEqual([true, true]);
		expect(untilMs(rig)).toBe(end);
		expect(rig.controller.snapshot().exceptions).toMatchObject([{id: 1, open: true}]);
	});

	test('goes on after a restart for what the kernel left of it, whatever the wall clock says', async () => {
		const first = await connected();
		await allow(first);
		const end = untilMs(first) ?? 0;
		const left = killed(first);
		// The next daemon's clock has an origin of its own, as the kernel has; five minutes have passed.
		const second = makeRig({kernel: left, folder: first.folder});
		rigs.push(second);
		const beganAtMs = second.clock.monotonic();
		second.kernel.setClock(() => end - 600_000 + second.clock.monotonic() - beganAtMs);
		second.clock.setWall(99);
		expect(await second.controller.start()).toMatchObject({ok: true});
		const [exception] = second.controller.snapshot().exceptions;
		expect(exception).toMatchObject({id: 1, by: 'alice', reason: 'restore the backup'});
		const leftMs = (exception?.endsAtMs ?? 0) - second.controller.snapshot().atMs;
		expect(leftMs).toBeGreaterThan(580_000);
		expect(leftMs).toBeLessThanOrEqual(600_000);
		expect(untilMs(second)).toBe(end);
	});

	test('is gone after a restart when the tables are gone', async () => {
		const first = await connected();
		await allow(first);
		const left = killed(first);
		expect(left.foreign('flush ruleset')).toBe(true);
		const second = makeRig({kernel: left, folder: first.folder});
		rigs.push(second);
		await second.controller.start();
		expect(second.controller.snapshot().exceptions).toEqual([]);
		expect(second.lines().some(line => line.startsWith('Exception 1 ended while vks was away'))).toBe(true);
		expect(lets(second)).toEqual([false, false]);
	});

	test.each([
		['is no JSON', () => '{'],
		['is cut', (text: string) => text.slice(0, -10)],
		['names what is never granted', (text: string) => text.replace('192.168.9.20/32', '0.0.0.0/0')],
		['holds one twice', (text: string) => text.replace(/\[(\{.*\})\]/, '[$1,$1]')],
	])('is ended by a restart whose file %s, and that is said', async (_, spoil) => {
		const first = await connected();
		await allow(first);
		const path = join(first.folder, 'exceptions.json');
		writeFileSync(path, spoil(readFileSync(path, 'utf8')));
		const left = killed(first);
		const second = makeRig({kernel: left, folder: first.folder});
		rigs.push(second);
		await second.controller.start();
		expect(second.controller.snapshot()).toMatchObject({exceptions: [], problems: expect.arrayContaining([expect.objectContaining({code: 'state-folder', what: expect.stringContaining('exceptions') as unknown})]) as unknown});
		expect(lets(second)).toEqual([false, false]);
		expect(second.kernel.tables().get('inet vks')?.sets.has('lease-exception-1')).toBe(false);
	});
});

describe('a bootstrap pinhole', () => {
	const api = {address: ip('203.0.113.80'), port: portOf(443), transport: 'tcp', uid: 0, reason: 'the list of servers', forMs: 20_000} as const;
	const open = (rig: Rig): readonly boolean[] => ['inet vks', 'netdev vks'].map(table => rules(rig, table).includes('bootstrap-1'));
	const blocked = async (): Promise<Rig> => {
		const rig = makeRig();
		rigs.push(rig);
		rig.silent.add('ch-zrh-1').add('se-sto-1');
		await rig.controller.start();
		await becomes(rig, 'blocked');
		return rig;
	};

	test('opens one tuple for one uid with the tunnel\'s mark, and closes on demand', async () => {
		const rig = await blocked();
		const opened = await rig.controller.openPinhole(api);
		expect(open(rig)).toEqual([true, true]);
		expect(rules(rig)).toMatch(/ip daddr 203\.0\.113\.80\/32 tcp dport 443 meta l4proto @lease-bootstrap-1 meta mark 0xca6c meta skuid 0/);
		if (opened.ok) await opened.value();
		expect(open(rig)).toEqual([false, false]);
	});

	test('closes when a tunnel is verified, and is refused from then on', async () => {
		const rig = await blocked();
		await rig.controller.openPinhole(api);
		rig.silent.clear();
		await rig.controller.submit({do: 'reconnect'});
		await becomes(rig, 'connected');
		expect(open(rig)).toEqual([false, false]);
		expect([...(rig.kernel.tables().get('inet vks')?.sets.keys() ?? [])].filter(name => name.startsWith('lease-'))).toEqual([]);
		expect(await rig.controller.openPinhole(api)).toMatchObject({ok: false});
	});

	test('closes in lockdown, and does not come back', async () => {
		const rig = await blocked();
		await rig.controller.openPinhole(api);
		await rig.controller.submit({do: 'lockdown', reason: 'a trial'});
		expect(open(rig)).toEqual([false, false]);
		expect(await rig.controller.openPinhole(api)).toMatchObject({ok: false, error: {code: 'locked-down'}});
	});

	test('ends by itself', async () => {
		const rig = await blocked();
		await rig.controller.openPinhole(api);
		await settled(rig, () => expect(open(rig)).toEqual([false, false]));
	});
});

describe('the endpoint\'s pinhole', () => {
	const dialSets = ({kernel}: Rig): readonly string[] => [...(kernel.tables().get('inet vks')?.sets.keys() ?? [])].filter(name => name.startsWith('lease-dial'));
	const endpointRule = (rig: Rig): string => /endpoint-out-[^"]*"/.test(rules(rig)) ? (/"[^"]*c_endpoint-out[^"]*"/.exec(rules(rig))?.[0] ?? rules(rig)) : '';

	test('has an end in the kernel for each dial, and none once the tunnel is verified', async () => {
		const rig = await connected();
		expect(rig.kernel.scripts.some(script => script.includes('add element inet vks lease-dial-1 { udp timeout 60000ms }') && script.includes('endpoint-out'))).toBe(true);
		expect(rig.kernel.scripts.some(script => script.includes('add element netdev vks lease-dial-1'))).toBe(true);
		expect(endpointRule(rig)).not.toContain('@lease');
		expect(dialSets(rig)).toEqual([]);
		await rig.controller.submit({do: 'switch', server: 'se-sto-1'});
		expect(rig.kernel.scripts.some(script => script.includes('add element inet vks lease-dial-2'))).toBe(true);
		expect(dialSets(rig)).toEqual([]);
	});

	test('is never opened without its end while a tunnel is not verified', async () => {
		const rig = await connected();
		await rig.controller.submit({do: 'switch', server: 'se-sto-1'});
		const opening = rig.kernel.scripts.filter(script => script.includes(' inet vks ')).flatMap(script => script.split('\n').flatMap(line => {
			const device = /^add rule .* comment "endpoint-(?:out|in)-([^"]+)"/.exec(line)?.[1];
			return device === undefined ? [] : [{line, device, verified: script.includes(`"tunnel-out-${device}-`)}];
		}));
		expect(new Set(opening.map(({device, verified}) => `${device} ${verified}`))).toEqual(new Set(['wg0 false', 'wg0 true', 'wg0b false', 'wg0b true']));
		for (const {line, verified} of opening) expect(line.includes('@lease-dial-'), line).toBe(!verified);
	});
});
