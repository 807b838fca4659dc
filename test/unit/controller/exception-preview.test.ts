/** What is said of an exception before it is granted is what the kernel then holds. */
import {afterEach, expect, test, vi} from 'vitest';
import type {Command, PreviewWish} from '../../../src/control/schema.ts';
import {databasePreview} from '../../helpers/exception-view.ts';
import {defaultRoute, makeRig, type Rig} from '../../helpers/controller-rig.ts';
import {range} from '../../helpers/situations.ts';

const rigs: Rig[] = [];
afterEach(async () => {
	for (const rig of rigs.splice(0)) await rig.dispose();
});

const connected = async (settings: Readonly<Record<string, string>> = {}): Promise<Rig> => {
	const rig = makeRig({settings});
	rigs.push(rig);
	// As the kernel makes it with the address.
	rig.kernel.state.routes = [...rig.kernel.state.routes, {...defaultRoute, destination: range('172.30.7.0/24'), gateway: null}];
	expect(await rig.controller.start()).toMatchObject({ok: true});
	await vi.waitFor(() => expect(rig.controller.snapshot().state.kind).toBe('connected'), {timeout: 4000, interval: 5});
	return rig;
};
const onLink: PreviewWish = {protocol: 'tcp', range: '172.30.7.20', port: 5432, direction: 'out', uid: 1000, seconds: 900};
const allow = (wish: PreviewWish): Command => ({do: 'allow', ...wish, reason: 'a trial', by: 'alice'});

test.each([
	['out, of one user', onLink, 'tcp to 172.30.7.20:5432 for uid 1000'],
	['in', {...onLink, direction: 'in', uid: null}, 'tcp in from 172.30.7.20 to port 5432'],
	['a ping over IPv6, with the neighbour discovery that it needs', {...onLink, protocol: 'icmpv6', range: 'fd00:7::/64', port: null, uid: null}, 'icmpv6 to fd00:7::/64'],
] as const)('%s: the rules named are those that come, and until then nothing changes', async (_, wish, text) => {
	const rig = await connected();
	const before = rig.kernel.scripts.length;
	const preview = rig.controller.preview(wish);
	expect(preview).toMatchObject({refused: null, text});
	expect(rig.kernel.scripts.length).toBe(before);
	const had = new Set(rig.controller.snapshot().rules.map(({id}) => id));
	expect(await rig.controller.submit(allow(wish))).toMatchObject({ok: true});
	const added = rig.controller.snapshot().rules.filter(({id}) => !had.has(id));
	expect(added.length).toBeGreaterThan(2);
	expect(preview.rules).toEqual(added.map(({table, chain, text: rule}) => ({table, chain, text: rule})));
});

test('in lockdown it is refused with the way out, and the number is not used up', async () => {
	const rig = await connected();
	expect(rig.controller.preview(onLink).rules[0]?.text).toContain('exception-1');
	expect(rig.controller.preview(onLink).rules[0]?.text).toContain('exception-1');
	await rig.controller.submit({do: 'lockdown', reason: ''});
	expect(rig.controller.preview(onLink)).toMatchObject({refused: {what: expect.stringContaining('Locked down')}, rules: []});
});

test('what would change for a packet is said: nothing, its way, or that it is refused even so', async () => {
	const rig = await connected({NETWORK: '192.168.9.0/24'});
	expect(rig.controller.preview(onLink)).toEqual(databasePreview);
	expect(rig.controller.preview({...onLink, range: '192.168.9.20'}).notes).toEqual([expect.stringMatching(/^This passes already, by lan-out/)]);
	expect(rig.controller.preview({...onLink, range: '10.9.9.9'}).notes).toEqual([expect.stringMatching(/^Now it goes through wg0; with the exception it leaves by eth0/)]);
	expect(rig.controller.preview({...onLink, range: '172.30.7.2', port: 5432}).notes.join('')).toMatch(/^This passes already, by loopback-out/);
	expect(rig.controller.preview({...onLink, range: 'fd00:99::1'}).notes).toEqual([expect.stringMatching(/^Even so it would be refused, by routing/)]);
});

test('without an uplink it says that it opens later', async () => {
	const rig = await connected();
	rig.kernel.dropLink('eth0');
	await vi.waitFor(() => expect(rig.controller.preview(onLink).notes.join('')).toContain('no uplink now'), {timeout: 4000, interval: 5});
	expect(rig.controller.preview(onLink).refused).toBeNull();
});
