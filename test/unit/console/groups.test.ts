import fc from 'fast-check';
import {expect, test} from 'vitest';
import type {DropView} from '../../../src/control/schema.ts';
import {addToGroups, groupKey, noGroups, rateOf, secondsUntil, type DropGroups} from '../../../src/console/groups.ts';
import {groupRows} from '../../../src/console/select/drop-groups.ts';
import {whoOf} from '../../../src/console/select/drop-fields.ts';
import {dropsAside} from '../../../src/console/select/drops-table.ts';
import {dropRows} from '../../../src/console/select/drops.ts';
import {selectedIndex} from '../../../src/console/select/rows.ts';
import {lineText} from '../../../src/console/text.ts';
import type {Action} from '../../../src/console/actions.ts';
import type {ViewState} from '../../../src/console/view.ts';
import {after, fixture, viewOf} from '../../helpers/screen-view.ts';

const record: DropView = {
	atMs: 100_000, ruleId: 'refuse-out', direction: 'out', inInterface: null, outInterface: 'eth0', source: '10.0.0.2', destination: '198.18.0.1', protocol: 'tcp',
	sourcePort: 4000, destinationPort: 443, icmpType: null, uid: 1000, gid: 1000, length: 60,
};
const only = ({groups}: DropGroups) => {
	const [group] = groups.values();
	if (group === undefined) throw new Error('there is no group');
	return group;
};

test('packets that differ in source, port of the source, size or time are one group; others are not', () => {
	const same = [record, {...record, source: '10.0.0.3', sourcePort: 4001, length: 52, atMs: 100_900, gid: 5}];
	expect(addToGroups(noGroups, same)).toMatchObject({packets: 2, groups: {size: 1}});
	expect(only(addToGroups(noGroups, same))).toMatchObject({packets: 2, firstAtMs: 100_000, lastAtMs: 100_900, manySources: true, record: {source: '10.0.0.3'}});
	for (const change of [{ruleId: 'refuse-dns'}, {destination: '192.0.2.2'}, {destinationPort: 80}, {uid: 0}, {protocol: 'udp'}, {direction: 'in'}] satisfies readonly Partial<DropView>[]) {
		expect(groupKey({...record, ...change})).not.toBe(groupKey(record));
	}
});

test('however the packets come in batches, the groups are the same, and none is missing', () => {
	const packet = fc.record({destinationPort: fc.integer({min: 1, max: 5}), atMs: fc.integer({min: 0, max: 60_000})}).map(change => ({...record, ...change}));
	fc.assert(fc.property(fc.array(fc.array(packet, {maxLength: 8}), {maxLength: 8}), batches => {
		const inBatches = batches.reduce(addToGroups, noGroups);
		expect(inBatches).toEqual(addToGroups(noGroups, batches.flat()));
		expect([...inBatches.groups.values()].reduce((sum, {packets}) => sum + packets, 0)).toBe(batches.flat().length);
	}));
});

test('the rate is that of the last ten seconds, and runs out when nothing comes', () => {
	const group = only(addToGroups(noGroups, Array.from({length: 50}, (_, index) => ({...record, atMs: 100_000 + index * 100}))));
	expect(rateOf(group, 104_900)).toBe(5);
	expect(secondsUntil(group, 106_000)).toEqual([10, 10, 10, 10, 10, 0, 0]);
	expect(rateOf(group, 115_000)).toBe(0);
	expect(secondsUntil(group, 9_999_000)).toHaveLength(20);
});

test('a process that was known stays the group\'s, though the newest packet\'s is not', () => {
	const known = addToGroups(noGroups, [{...record, owner: {user: 'media', process: 'Radarr', pid: 7}}]);
	expect(only(addToGroups(known, [{...record, owner: {user: 'media'}}])).owner).toMatchObject({process: 'Radarr'});
});

test('a scan of all ports keeps a bounded number of groups, the last seen, and forgets no packet', () => {
	const scan = Array.from({length: 65_000}, (_, index) => ({...record, destinationPort: index + 1, atMs: 100_000 + index}));
	let groups = noGroups;
	for (let at = 0; at < scan.length; at += 500) groups = addToGroups(groups, scan.slice(at, at + 500));
	expect(groups.groups.size).toBeLessThanOrEqual(1000);
	expect(groups.packets).toBe(65_000);
	expect(groups.forgotten + groups.groups.size).toBe(65_000);
	expect(groups.groups.has(groupKey({...record, destinationPort: 65_000}))).toBe(true);
});

const act = (state: ViewState, ...actions: readonly Action[]): ViewState => after(state, ...actions.map(action => ({type: 'action', action, atMs: state.nowMs}) as const));
const at = (state: ViewState, ports: readonly number[], ageMs: number): ViewState => after(state, {type: 'drops', records: ports.map(destinationPort => ({...record, destinationPort, atMs: state.nowMs - ageMs}))});
const portsOf = (state: ViewState): readonly (number | null)[] => groupRows(act(state, {id: 'focus', panel: 'drops'}, {id: 'filter'}, {id: 'type', text: 'dst:198.18.0.1'}, {id: 'accept'})).map(row => row.record.destinationPort);

test('what goes on stands still at the top, the newest kind first; what has ended follows, the last to end first', () => {
	const state = at(at(at(at(viewOf(), [1, 2], 60_000), [3], 9000), [4], 5000), [3], 0);
	expect(portsOf(at(state, [4], 0))).toEqual([4, 3, 1, 2]);
	expect(portsOf(at(state, [1], 0))).toEqual([4, 3, 1, 2]);
	expect(portsOf(after(state, {type: 'tick', atMs: state.nowMs + 60_000}))).toEqual([3, 4, 1, 2]);
});

test('what is counted does not depend on the ring', () => {
	const flood = at(viewOf(), Array.from({length: 15_000}, () => 7), 0);
	expect(flood.live.drops.length).toBeLessThanOrEqual(10_000);
	expect(groupRows(flood).find(row => row.record.destinationPort === 7)?.group.packets).toBe(15_000);
});

test('the title says whether the list follows, is held and by how many newer ones, or is frozen', () => {
	const aside = (state: ViewState): string => {
		const rows = dropRows(state);
		return lineText(dropsAside(state, rows, selectedIndex(rows, state.panels.drops.selected)));
	};
	const single = act({...viewOf(), dropsGrouped: false}, {id: 'focus', panel: 'drops'});
	expect(aside(single)).toContain('following');
	const held = act(single, {id: 'move', by: 'down'}, {id: 'move', by: 'down'});
	expect(aside(held)).toContain('held, 2 newer');
	expect(aside(at(held, [1, 2, 3], 0))).toContain('held, 5 newer');
	expect(aside(act(at(held, [1, 2, 3], 0), {id: 'move', by: 'first'}))).toContain('following');
	expect(aside(at(act(single, {id: 'freeze'}), [1, 2], 0))).toContain('frozen, 2 newer');
	const filtered = act(single, {id: 'filter'}, {id: 'type', text: 'udp'});
	expect(aside(filtered)).toBe(`1/${fixture.drops.filter(({protocol}) => protocol === 'udp').length} of ${fixture.drops.length}`);
	const grouped = act(viewOf(), {id: 'focus', panel: 'drops'}, {id: 'move', by: 'down'});
	expect(aside(grouped)).toContain('held');
	expect(act(grouped, {id: 'group'})).toMatchObject({dropsGrouped: false, panels: {drops: {selected: null}}});
});

test('what a drill sent stands behind what applications wanted, bears its name, and can be left out', () => {
	const state = at(at(viewOf(), [1], 60_000), [2], 1000);
	const drilled = after(state, {type: 'drops', records: [3, 4].map(destinationPort => ({...record, uid: 0, owner: {user: 'root'}, drill: true, destinationPort, atMs: state.nowMs}))});
	expect(portsOf(drilled)).toEqual([2, 1, 3, 4]);
	expect(dropRows(drilled).filter(row => row.record.destination === record.destination && whoOf(row.record) === 'a drill').map(row => row.record.destinationPort).toSorted()).toEqual([3, 4]);
	const without = act(drilled, {id: 'focus', panel: 'drops'}, {id: 'filter'}, {id: 'type', text: `dst:${record.destination} -drill`}, {id: 'accept'});
	expect(groupRows(without).map(row => row.record.destinationPort)).toEqual([2, 1]);
});
