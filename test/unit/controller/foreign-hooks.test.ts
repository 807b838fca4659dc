/** What is claimed of hooks that are not ours. */
import {expect, test, vi} from 'vitest';
import {describeBeside, describeDiverting, hooksNews, hooksProblem, readHooks} from '../../../src/controller/foreign-hooks.ts';
import type {ForeignHook} from '../../../src/kernel/kernel.ts';
import {fail, ok} from '../../../src/result.ts';
import {makeRig} from '../../helpers/controller-rig.ts';
import {nic} from '../../helpers/situations.ts';

const mirror: ForeignHook = {kind: 'filter', device: nic('wg0'), at: 'egress', classifier: 'u32', actions: ['mirred'], diverts: true};
const shaper: ForeignHook = {kind: 'filter', device: nic('eth0'), at: 'queue', classifier: 'u32', actions: [], diverts: false};
const program: ForeignHook = {kind: 'xdp', device: nic('eth0'), diverts: true};
const docker: ForeignHook = {kind: 'table', family: 'ip', table: 'nat', devices: [], statements: [], diverts: false};
const copies: ForeignHook = {kind: 'table', family: 'netdev', table: 'copies', devices: ['eth0'], statements: ['dup'], diverts: true};

test('what can divert differs and has a remedy; what is merely there is named beside', () => {
	const all = ok([mirror, shaper, shaper, program, docker, copies]);
	expect(describeDiverting(all)).toEqual([
		'a tc filter (u32) with mirred on wg0, egress is not ours and can send packets past our tables',
		'an XDP program on eth0 is not ours and can send packets past our tables',
		'table netdev copies on eth0 with dup is not ours and can send packets past our tables',
	]);
	expect(describeBeside(all)).toBe('; beside it, of somebody else: a tc filter (u32) without action on eth0, queue; table ip nat');
	expect([describeDiverting(ok([shaper, docker])), hooksProblem(ok([shaper, docker])), hooksProblem(null)]).toEqual([[], null, null]);
	const next = (hook: ForeignHook) => hooksProblem(ok([hook]))?.next;
	expect(next(mirror)).toContain('`tc filter del dev wg0 egress`');
	expect(next({...mirror, at: 'queue'})).toContain('`tc qdisc del dev wg0 root`');
	expect(next(program)).toContain('`ip link set dev eth0 xdp off`');
	expect(next(copies)).toContain('`nft delete table netdev copies`');
});

test('the boot table is not somebody else\'s, unless it diverts', () => {
	const boot: ForeignHook = {kind: 'table', family: 'inet', table: 'vks_boot', devices: [], statements: [], diverts: false};
	const bad: ForeignHook = {...boot, statements: ['dup'], diverts: true};
	expect(readHooks({read: () => ok([boot, docker])}, [])).toEqual(ok([docker]));
	expect(readHooks({read: () => ok([bad])}, [])).toEqual(ok([bad]));
});

test('the journal says once what came and once what went', () => {
	expect(hooksNews(null, ok([docker]))).toEqual([{level: 'info', text: 'Table ip nat is somebody else\'s; nothing in it is known to take packets past our tables.'}]);
	expect(hooksNews(ok([docker]), ok([docker, mirror]))).toEqual([{level: 'warn', text: 'A tc filter (u32) with mirred on wg0, egress is not ours, and can send packets past our tables.'}]);
	expect(hooksNews(ok([mirror]), ok([]))).toEqual([{level: 'info', text: 'A tc filter (u32) with mirred on wg0, egress is gone.'}]);
	expect(hooksNews(ok([mirror]), ok([mirror]))).toEqual([]);
});

test('hooks that could not be read are unknown, and hold up nothing else', async () => {
	const rig = makeRig();
	const problem = {code: 'internal', severity: 'error', what: 'The tc filters of the links could not be read: EIO.', stillBlocking: 'unknown', next: 'Restart vks.'} as const;
	const read = vi.spyOn(rig.kernel.hooks, 'read').mockReturnValue(fail(problem));
	try {
		expect(await rig.controller.start()).toMatchObject({ok: true});
		expect(rig.controller.snapshot()).toMatchObject({proof: {kind: 'unknown', detail: [problem.what], covers: []}, problems: expect.arrayContaining([problem]) as unknown});
		read.mockRestore();
		await vi.waitFor(() => {
			rig.clock.tick();
			expect(rig.controller.snapshot().proof).toMatchObject({kind: 'proven', covers: expect.arrayContaining(['hooks']) as unknown});
		}, {timeout: 4000, interval: 5});
	} finally {
		await rig.dispose();
	}
});

test('a filter that mirrors is drift of the egress layer, a problem and a line in the journal, until it is gone', async () => {
	const rig = makeRig();
	try {
		rig.kernel.strangersHooks.add({...mirror, device: nic('eth0')});
		rig.kernel.foreign('add table inet stranger\nadd chain inet stranger late { type filter hook output priority 100; policy accept; }\n');
		expect(await rig.controller.start()).toMatchObject({ok: true});
		const now = () => rig.controller.snapshot();
		expect(now()).toMatchObject({proof: {kind: 'drifted', detail: [expect.stringContaining('mirred on eth0')]}, problems: expect.arrayContaining([expect.objectContaining({code: 'foreign-hook'})]) as unknown});
		expect(now().layers.find(({name}) => name === 'egress')).toMatchObject({state: 'missing'});
		// Nothing is opened beside it: the boot table goes after a PROVEN only.
		expect(rig.kernel.tables().has('inet vks_boot')).toBe(true);
		rig.kernel.strangersHooks.clear();
		await vi.waitFor(() => {
			rig.clock.tick();
			expect(now().proof.kind).toBe('proven');
		}, {timeout: 4000, interval: 5});
		expect(now().layers.find(({name}) => name === 'egress')).toMatchObject({state: 'held', detail: expect.stringContaining('table inet stranger') as unknown});
	} finally {
		await rig.dispose();
	}
});
