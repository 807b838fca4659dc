/** The state machine, alone: what each event makes of each state, and what no sequence of events may ever do. */
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {initialMachine, transition, type Effect, type Event, type Machine} from '../../../src/controller/state.ts';

const at = 1000;
const run = (events: readonly Event[], from: Machine = initialMachine(0)): {machine: Machine; effects: readonly Effect[]} => {
	let machine = from;
	let effects: readonly Effect[] = [];
	for (const event of events) ({machine, effects} = transition(machine, event, at));
	return {machine, effects};
};
const target = {kind: 'connected', server: 'a'} as const;
const up: readonly Event[] = [{kind: 'uplink', readiness: 'ready'}, {kind: 'start', target}];
const connected: readonly Event[] = [...up, {kind: 'raised'}, {kind: 'verified'}];
const failed: Event = {kind: 'failed', cause: 'no-handshake', detail: 'silence', retryAtMs: 9000};

describe('the way to connected', () => {
	test('dial, raised, verified', () => {
		expect(run(up)).toMatchObject({machine: {state: {kind: 'connecting', attempt: 1}}, effects: [{kind: 'dial', server: 'a'}]});
		expect(run([...up, {kind: 'raised'}]).machine.state.kind).toBe('verifying');
		expect(run(connected)).toMatchObject({machine: {state: {kind: 'connected', epoch: 1}}, effects: [{kind: 'remember'}, {kind: 'opened'}]});
	});

	test('a tunnel without a handshake is blocked with the cause, never degraded, and tried again', () => {
		const {machine, effects} = run([...up, {kind: 'raised'}, failed]);
		expect(machine.state).toMatchObject({kind: 'blocked', cause: 'no-handshake', attempt: 1, retryAtMs: 9000});
		expect(effects).toEqual([{kind: 'hang-up'}, {kind: 'retry-at', atMs: 9000}]);
		expect(run([{kind: 'retry'}], machine).machine.state).toMatchObject({kind: 'connecting', attempt: 2});
	});

	test('without an uplink nothing is dialled and no back-off is burnt', () => {
		const {machine, effects} = run([{kind: 'start', target}]);
		expect(machine).toMatchObject({state: {kind: 'blocked', cause: 'no-uplink', attempt: 0}, target});
		expect(effects).toEqual([]);
		expect(run([{kind: 'uplink', readiness: 'ready'}], machine).machine.state).toMatchObject({kind: 'connecting', attempt: 1});
	});
});

describe('what can happen to a connection', () => {
	test('votes degrade it, their end restores it, in the same epoch', () => {
		const {machine} = run([...connected, {kind: 'health', votes: ['silent']}]);
		expect(machine.state).toMatchObject({kind: 'degraded', votes: ['silent']});
		expect(run([{kind: 'health', votes: []}], machine).machine.state).toMatchObject({kind: 'connected', epoch: 1});
	});

	test('the uplink goes and comes: the tunnel is kept and verified again', () => {
		const gone = run([...connected, {kind: 'uplink', readiness: 'no-uplink'}]);
		expect(gone).toMatchObject({machine: {tunnelKept: true, state: {kind: 'blocked', cause: 'no-uplink'}}, effects: []});
		const back = run([{kind: 'uplink', readiness: 'ready'}], gone.machine);
		expect(back).toMatchObject({machine: {state: {kind: 'verifying'}}, effects: [{kind: 'reverify'}]});
		expect(run([{kind: 'verified'}], back.machine).machine).toMatchObject({epoch: 1, tunnelKept: false, state: {kind: 'connected'}});
	});

	test.each([
		['connecting', up],
		['verifying', [...up, {kind: 'raised'}]],
		['connected', connected],
		['degraded', [...connected, {kind: 'health', votes: ['silent']}]],
		['verifying what was kept', [...connected, {kind: 'uplink', readiness: 'no-uplink'}, {kind: 'uplink', readiness: 'ready'}]],
	] as ReadonlyArray<readonly [string, readonly Event[]]>)('an uplink with another address is dialled from anew: %s', (_, before) => {
		expect(run([...before, {kind: 'moved', why: 'moved'}])).toMatchObject({machine: {tunnelKept: false, state: {kind: 'connecting', server: 'a'}}, effects: [{kind: 'dial', server: 'a'}]});
	});

	test('a switch begins again where it wanted to go, and nobody is dialled in a lockdown', () => {
		expect(run([...connected, {kind: 'switch', to: 'b'}, {kind: 'moved', why: 'moved'}])).toMatchObject({machine: {state: {kind: 'switching', from: 'a', to: 'b'}}, effects: [{kind: 'dial', server: 'b'}]});
		expect(run([...connected, {kind: 'lockdown', by: 'o', reason: 'r'}, {kind: 'moved', why: 'moved'}])).toMatchObject({machine: {state: {kind: 'lockdown'}}, effects: []});
	});

	test('a failed switch goes back to where it came from', () => {
		const {machine, effects} = run([...connected, {kind: 'switch', to: 'b'}, failed]);
		expect(machine).toMatchObject({target: {server: 'a'}, state: {kind: 'connecting', server: 'a'}});
		expect(effects).toEqual([{kind: 'dial', server: 'a'}]);
	});
});

const events: fc.Arbitrary<Event> = fc.oneof(
	fc.constantFrom<Event>({kind: 'raised'}, {kind: 'verified'}, failed, {kind: 'lost', why: ''}, {kind: 'moved', why: ''}, {kind: 'retry'}, {kind: 'reconnect', fallbackServer: null}, {kind: 'switch', to: 'b'}, {kind: 'start', target}),
	fc.constantFrom<Event>({kind: 'health', votes: []}, {kind: 'health', votes: ['x']}, {kind: 'lockdown', by: 'o', reason: 'r'}, {kind: 'lift', fallbackServer: null}, {kind: 'stop'}),
	fc.constantFrom<Event>({kind: 'bootstrap', host: 'api'}, {kind: 'bootstrapped', server: 'a', why: {cause: 'credentials', detail: '', retryAtMs: null}}, {kind: 'bootstrapped', server: null, why: {cause: 'no-server', detail: '', retryAtMs: 7}}),
	fc.record({kind: fc.constant('uplink' as const), readiness: fc.constantFrom('ready' as const, 'no-uplink' as const, 'no-gateway' as const)}),
);
const sequences = fc.array(events, {maxLength: 40});
const open = ({state}: Machine): boolean => state.kind === 'connected' || state.kind === 'degraded';

describe('whatever happens, in whatever order', () => {
	test('only `verified` opens', () => {
		fc.assert(fc.property(sequences, sequence => {
			let machine = initialMachine(0);
			for (const event of sequence) {
				const next = transition(machine, event, at).machine;
				expect(!open(machine) && open(next) && event.kind !== 'verified').toBe(false);
				machine = next;
			}
		}), {numRuns: 2000});
	});

	test('nothing but `lift` ends a lockdown', () => {
		fc.assert(fc.property(sequences, sequence => {
			let machine = run([...connected, {kind: 'lockdown', by: 'o', reason: 'r'}]).machine;
			for (const event of sequence.filter(({kind}) => kind !== 'lift' && kind !== 'start')) {
				machine = transition(machine, event, at).machine;
				expect(machine.state.kind).toBe('lockdown');
			}
		}), {numRuns: 2000});
	});

	test('without an uplink that is ready nothing is dialled', () => {
		fc.assert(fc.property(sequences, sequence => {
			let machine = initialMachine(0);
			for (const event of sequence) {
				const step = transition(machine, event, at);
				const dials = step.effects.some(({kind}) => kind === 'dial' || kind === 'reverify');
				expect(dials && step.machine.uplink !== 'ready').toBe(false);
				machine = step.machine;
			}
		}), {numRuns: 2000});
	});
});

describe('asking for something to connect to', () => {
	const why = {cause: 'credentials', detail: 'refused', retryAtMs: 5} as const;
	const nothing: readonly Event[] = [{kind: 'uplink', readiness: 'ready'}, {kind: 'start', target: {kind: 'none'}}];
	const asking: readonly Event[] = [...nothing, {kind: 'bootstrap', host: 'api'}];

	test('it is dialled, or blocked with what the asking came to', () => {
		expect(run(asking).machine.state).toEqual({kind: 'bootstrapping', host: 'api'});
		expect(run([...asking, {kind: 'bootstrapped', server: 'a', why}])).toMatchObject({machine: {target, state: {kind: 'connecting'}}, effects: [{kind: 'dial', server: 'a'}]});
		expect(run([...asking, {kind: 'bootstrapped', server: null, why}])).toMatchObject({machine: {state: {kind: 'blocked', ...why}}, effects: []});
	});

	test.each([
		['a lockdown', {kind: 'lockdown', by: 'x', reason: 'y'}],
		['another choice', {kind: 'switch', to: 'b'}],
		['the end', {kind: 'stop'}],
	] as const)('%s is not overruled by the answer', (_name, event) => {
		const before = run([...asking, event]).machine;
		expect(run([{kind: 'bootstrapped', server: 'a', why}, {kind: 'bootstrap', host: 'api'}], before).machine).toEqual(before);
	});

	test('an answer that comes while the uplink is away is dialled when it is back', () => {
		const {machine} = run([...asking, {kind: 'uplink', readiness: 'no-uplink'}, {kind: 'bootstrapped', server: 'a', why}]);
		expect(machine).toMatchObject({target, state: {kind: 'blocked', cause: 'no-uplink'}});
		expect(run([{kind: 'uplink', readiness: 'ready'}], machine).effects).toEqual([{kind: 'dial', server: 'a'}]);
	});

	test('nobody who wants a server or has one is asked for', () => {
		for (const events of [up, connected, [...connected, {kind: 'stop'} as const]]) {
			const before = run(events).machine;
			expect(run([{kind: 'bootstrap', host: 'api'}], before).machine).toEqual(before);
		}
	});
});
