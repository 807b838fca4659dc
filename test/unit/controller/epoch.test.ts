/** What is said of connections that an epoch of the tunnel leaves behind. */
import {expect, test} from 'vitest';
import {forgetConnections} from '../../../src/controller/epoch.ts';
import type {Problem} from '../../../src/problem.ts';
import {fakeNetwork, type FakeNetworkState} from '../../fakes/fake-network.ts';
import {ip} from '../../helpers/situations.ts';

const refusal: Problem = {code: 'conntrack', severity: 'warning', what: 'Connection tracking cannot be asked.', stillBlocking: true, next: 'Load the module.'};
const fresh = (): FakeNetworkState => ({links: [], routes: [], rules: [], connections: 37, tcp: ['10.64.1.2', '10.64.1.2', '10.64.2.2']});
const both = {before: [ip('10.64.1.2'), ip('fd64::2')], now: [ip('10.64.2.2'), ip('fd64::2')]};

test('how many were forgotten, and how many ended because their address is gone', async () => {
	const state = fresh();
	const said = await forgetConnections(fakeNetwork(state, () => null, () => undefined), 4, both);
	expect(said).toEqual({text: 'Epoch 4: 37 tracked connections from before it forgotten; 2 TCP connections bound to 10.64.1.2 ended.', forgotten: 37, problem: null});
	expect(state).toMatchObject({connections: 0, tcp: ['10.64.2.2']});
});

test('an address that stays ends nothing', async () => {
	const state = fresh();
	const {text} = await forgetConnections(fakeNetwork(state, () => null, () => undefined), 4, {before: both.now, now: both.now});
	expect(text).toBe('Epoch 4: 37 tracked connections from before it forgotten.');
	expect(state.tcp).toHaveLength(3);
});

test('a kernel that does not let connections be forgotten is a problem', async () => {
	const {text, forgotten, problem} = await forgetConnections(fakeNetwork(fresh(), operation => (operation === 'flushConnections' ? refusal : null), () => undefined), 2, {before: [], now: both.now});
	expect([text, forgotten, problem]).toEqual(['Epoch 2: connections from before it could not be forgotten.', null, refusal]);
});
