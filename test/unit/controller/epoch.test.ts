/** What becomes of connections that an epoch of the tunnel leaves behind, and what is said of it. */
import {expect, test} from 'vitest';
import {forgetConnections, type Change} from '../../../src/controller/epoch.ts';
import type {Problem} from '../../../src/problem.ts';
import {fakeNetwork, type FakeNetworkState} from '../../fakes/fake-network.ts';
import {ip, portOf} from '../../helpers/situations.ts';

const refusal: Problem = {code: 'conntrack', severity: 'warning', what: 'Connection tracking cannot be asked.', stillBlocking: true, next: 'Load the module.'};
const [old, next, stays, host] = ['10.64.1.2', '10.64.2.2', 'fd64::2', '192.168.7.9'] as const;
const own = (address: string) => ({from: address, seenAs: address});
const fresh = (): FakeNetworkState => ({links: [], routes: [], rules: [], connections: [own(old), own(old), {from: host, seenAs: old}, own(next), own('172.30.7.2')], tcp: [old, old, next]});
const moved: Change = {before: [ip(old), ip(stays)], now: [ip(next), ip(stays)], anotherExit: true, settled: Promise.resolve()};
const forget = (state: FakeNetworkState, change: Change, epoch = 4) => forgetConnections(fakeNetwork(state, () => null, () => undefined), epoch, change);

test('those of an address that is gone are forgotten and their TCP ended; others live', async () => {
	const state = fresh();
	expect(await forget(state, moved)).toEqual({text: `Epoch 4: 3 tracked connections of ${old} forgotten; 2 TCP connections bound to ${old} ended.`, forgotten: 3, problem: null});
	expect(state).toMatchObject({connections: [own(next), own('172.30.7.2')], tcp: [next]});
});

test('what was sent by the old tunnel may be answered until it is gone; others\' packets may not bear its address that long', async () => {
	const state = fresh();
	let settle = (): void => undefined;
	const done = forget(state, {...moved, settled: new Promise(resolve => {
		settle = resolve;
	})});
	await new Promise(resolve => setImmediate(resolve));
	expect(state).toMatchObject({connections: [own(old), own(old), own(next), own('172.30.7.2')], tcp: [next]});
	settle();
	await done;
	expect(state.connections).toHaveLength(2);
});

test('an address that stays ends nothing, where the exit is the same or not known', async () => {
	const state = fresh();
	const same = {before: moved.now, now: moved.now, anotherExit: false, settled: moved.settled};
	expect(await forget(state, same)).toEqual({text: 'Epoch 4: the address is the same, and what runs from it goes on.', forgotten: 0, problem: null});
	expect(state).toEqual(fresh());
});

test('an address that stays keeps all but TCP, where the world sees another exit', async () => {
	const state = fresh();
	const {text} = await forget(state, {before: moved.now, now: moved.now, anotherExit: true, settled: moved.settled});
	expect(text).toBe('Epoch 4: the address is the same, and what runs from it goes on; 1 TCP connections whose far ends knew another exit ended.');
	expect(state).toMatchObject({connections: fresh().connections, tcp: [old, old]});
});

test('who is in by the management path stays in where all others are forgotten', async () => {
	const state: FakeNetworkState = {...fresh(), connections: [own(old), {...own(host), to: 22}]};
	const management = {port: portOf(22), from: []};
	expect(await forget(state, {...moved, before: null, management}, 1)).toMatchObject({text: 'Epoch 1: 1 tracked connections from before it forgotten.', forgotten: 1});
	expect(state.connections).toEqual([{...own(host), to: 22}]);
});

test('where nothing is known of a tunnel before, all are forgotten', async () => {
	const state = fresh();
	expect(await forget(state, {...moved, before: null}, 1)).toEqual({text: 'Epoch 1: 5 tracked connections from before it forgotten.', forgotten: 5, problem: null});
	expect(state).toMatchObject({connections: [], tcp: fresh().tcp});
});

test.each([['flushConnections', null], ['forgetConnections', moved.before]] as const)('a kernel that refuses %s is a problem', async (refused, before) => {
	const {text, forgotten, problem} = await forgetConnections(fakeNetwork(fresh(), operation => (operation === refused ? refusal : null), () => undefined), 2, {...moved, before});
	expect([text.replace(/;.*/, '.'), forgotten, problem]).toEqual([expect.stringMatching(/^Epoch 2: connections from before it could not be forgotten\.+$/), null, refusal]);
});
