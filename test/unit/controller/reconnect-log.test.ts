import {describe, expect, test} from 'vitest';
import {emptyLog, followReconnects, type ReconnectLog} from '../../../src/controller/reconnect-log.ts';
import {initialMachine, type Machine, type TunnelState} from '../../../src/controller/state.ts';

const connected = (server: string, epoch: number): TunnelState => ({kind: 'connected', server, epoch});
const connecting = (server: string): TunnelState => ({kind: 'connecting', server, attempt: 1});
const failed: TunnelState = {kind: 'blocked', cause: 'no-handshake', detail: 'se did not answer.', attempt: 1, retryAtMs: 5};
const noUplink: TunnelState = {kind: 'blocked', cause: 'no-uplink', detail: 'The uplink is down.', attempt: 0, retryAtMs: null};

const machineIn = (state: TunnelState): Machine => ({...initialMachine(0), state});

/** One state a second, each with what the last dial was for. */
const follow = (steps: ReadonlyArray<readonly [TunnelState, string]>, from: ReconnectLog = emptyLog): ReconnectLog =>
	steps.reduce((log, [state, dialReason], second) => followReconnects(log, {machine: machineIn(state), dialReason, nowMs: 1_000_000 + second * 1000, monotonicMs: second * 1000}), from);

const up: ReadonlyArray<readonly [TunnelState, string]> = [[connecting('se'), 'the daemon started'], [connected('se', 1), 'the daemon started']];

describe('the list of reconnects', () => {
	test('does not name the first connection', () => {
		expect(follow(up)).toMatchObject({count: 0, list: []});
	});

	test('has what ended the tunnel, not what failed later, and how long it took in all', () => {
		const log = follow([...up, [connecting('se'), 'nothing was heard for 19 s'], [failed, 'nothing was heard for 19 s'], [connecting('se'), 'the attempt before failed'], [connected('se', 2), 'the attempt before failed']]);
		expect(log).toMatchObject({count: 1, list: [{atMs: 1_005_000, from: 'se', to: 'se', reason: 'nothing was heard for 19 s', tookMs: 3000}]});
	});

	test.each<readonly [string, TunnelState, string, string]>([
		['a switch', {kind: 'switching', from: 'se', to: 'ch', step: 'alone', why: 'one key'}, 'the operator switched to ch', 'the operator switched to ch'],
		['a lockdown', {kind: 'lockdown', by: 'operator', reason: 'x'}, '', 'lockdown by operator'],
		['an uplink that went', noUplink, 'the daemon started', 'the uplink was down'],
		['something that has no name', connecting('se'), '', 'not known'],
	])('%s', (_, state, dialReason, reason) => {
		expect(follow([...up, [state, dialReason], [connected('ch', 2), 'x']]).list).toMatchObject([{from: 'se', to: 'ch', reason}]);
	});

	test('a tunnel that outlived its uplink\'s outage is the same one', () => {
		const log = follow([...up, [noUplink, ''], [connected('se', 1), ''], [{kind: 'degraded', server: 'se', epoch: 1, votes: ['x']}, ''], [connected('se', 1), '']]);
		expect(log).toMatchObject({count: 0, left: null});
		expect(follow([[connecting('se'), 'dead'], [connected('se', 2), 'dead']], log).list).toMatchObject([{reason: 'dead', tookMs: 1000}]);
	});

	test('is bounded, and the count is not', () => {
		const log = Array.from({length: 50}, (_, index) => index + 2).reduce((now, epoch) => follow([[connecting('se'), 'dead'], [connected('se', epoch), 'dead']], now), follow(up));
		expect(log.count).toBe(50);
		expect(log.list).toHaveLength(20);
	});
});
