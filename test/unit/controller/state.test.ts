/** The state machine, alone: what each event makes of each state, and what no sequence of events may ever do. */
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {uplinkMissing} from '../../../src/controller/network-sync.ts';
import {initialMachine, transition, type Effect, type Event, type Machine, type TunnelState} from '../../../src/controller/state.ts';
import {nic} from '../../helpers/situations.ts';

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

describe('an uplink that does not return by itself', () => {
	test('is told with why, and forgotten once there is one', () => {
		const missing = run([{kind: 'start', target}, {kind: 'uplink', readiness: 'no-uplink', why: 'There is no eth9.'}]);
		expect(missing).toMatchObject({machine: {state: {kind: 'blocked', cause: 'no-uplink', detail: 'There is no eth9.'}}, effects: []});
		expect(run([{kind: 'uplink', readiness: 'no-uplink', why: null}], missing.machine).machine.state).toMatchObject({detail: 'The uplink is down; vks connects again as soon as it returns.'});
		expect(run([{kind: 'uplink', readiness: 'ready', why: null}], missing.machine).machine).toMatchObject({uplinkWhy: null, state: {kind: 'connecting'}});
		expect(run([...connected, {kind: 'uplink', readiness: 'no-uplink', why: 'It is gone.'}]).machine).toMatchObject({tunnelKept: true, state: {detail: 'It is gone.'}});
	});

	test.each([
		['eth9', ['eth0'], 'There is no interface eth9 (VKS_UPLINK); there is eth0.'],
		['eth9', ['eth0', 'eth1'], 'There is no interface eth9 (VKS_UPLINK); there are eth0, eth1.'],
		['auto', [], 'This network has no interface but lo: if the container that held it was restarted, restart this one and what shares it.'],
		['eth9', [], 'This network has no interface but lo: if the container that held it was restarted, restart this one and what shares it. VKS_UPLINK names eth9.'],
		['auto', ['eth0', 'eth1'], 'None of eth0, eth1 has a default route: VKS_UPLINK says which is the uplink.'],
	] as const)('VKS_UPLINK=%s among %j', (configured, outside, why) => {
		expect(uplinkMissing({choice: {uplink: null, outside: outside.map(nic)}}, configured === 'auto' ? 'auto' : nic(configured))).toBe(why);
	});

	test('one that is there and down returns', () => {
		const uplink = {index: 2, name: nic('eth0'), up: false, addresses: [], onLink: [], gateway4: null, gateway6: null};
		expect(uplinkMissing({choice: {uplink, outside: [nic('eth0')]}}, 'auto')).toBeNull();
	});
});

test('why there is no server is told, where it is known', () => {
	const of = (why: object) => run([{kind: 'uplink', readiness: 'ready'}, {kind: 'start', target: {kind: 'none', ...why}}]).machine.state;
	expect(of({why: 'There is no server nosuch.'})).toMatchObject({cause: 'no-server', detail: 'There is no server nosuch.'});
	expect(of({})).toMatchObject({cause: 'no-server', detail: 'There is no server to connect to.'});
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

	test('nobody is dialled in a lockdown', () => {
		expect(run([...connected, {kind: 'lockdown', by: 'o', reason: 'r'}, {kind: 'moved', why: 'moved'}])).toMatchObject({machine: {state: {kind: 'lockdown'}}, effects: []});
	});

});

describe('a switch', () => {
	const switching: readonly Event[] = [...connected, {kind: 'switch', to: 'b'}];
	const both: readonly Event[] = [...switching, {kind: 'verified'}];
	const alone: readonly Event[] = [...switching, {kind: 'not-beside', why: 'one key'}];

	test('raises the next tunnel beside the one that carries, accepts both, moves, and is connected in the next epoch', () => {
		expect(run(switching)).toMatchObject({machine: {target: {server: 'b'}, state: {kind: 'switching', from: 'a', to: 'b', step: 'beside'}}, effects: [{kind: 'raise-beside', server: 'b'}]});
		expect(run(both)).toMatchObject({machine: {epoch: 1, state: {kind: 'switching', step: 'both'}}, effects: [{kind: 'hand-over'}]});
		expect(run([...both, {kind: 'carried'}])).toMatchObject({machine: {epoch: 2, state: {kind: 'connected', server: 'b', epoch: 2}}, effects: [{kind: 'remember'}, {kind: 'opened'}]});
	});

	test.each([['while it is verified', switching], ['while it takes over', both]])('that fails %s leaves what carries as it was', (_, before) => {
		expect(run([...before, failed])).toMatchObject({machine: {epoch: 1, target: {server: 'a'}, state: {kind: 'connected', server: 'a', epoch: 1}}, effects: [{kind: 'drop-beside'}]});
	});

	test.each([['while it is verified', switching], ['while it takes over', both]])('is given up %s when the uplink goes; what carried is kept', (_, before) => {
		const gone = run([...before, {kind: 'uplink', readiness: 'no-uplink'}]);
		expect(gone).toMatchObject({machine: {tunnelKept: true, target: {server: 'a'}, state: {kind: 'blocked', cause: 'no-uplink'}}, effects: [{kind: 'drop-beside'}]});
		expect(run([{kind: 'uplink', readiness: 'ready'}], gone.machine)).toMatchObject({machine: {state: {kind: 'verifying', server: 'a'}}, effects: [{kind: 'reverify'}]});
	});

	test('whose two tunnels cannot stand together takes the old one down first, and says why', () => {
		expect(run(alone)).toMatchObject({machine: {state: {kind: 'switching', step: 'alone', why: 'one key'}}, effects: [{kind: 'dial', server: 'b'}]});
		expect(run([...alone, {kind: 'raised'}, {kind: 'verified'}])).toMatchObject({machine: {epoch: 2, state: {kind: 'connected', server: 'b'}}});
		expect(run([...alone, failed])).toMatchObject({machine: {target: {server: 'a'}, state: {kind: 'connecting', server: 'a'}}, effects: [{kind: 'dial', server: 'a'}]});
		expect(run([...alone, {kind: 'uplink', readiness: 'no-uplink'}])).toMatchObject({machine: {tunnelKept: false, state: {kind: 'blocked'}}, effects: [{kind: 'hang-up'}]});
	});

	test('goes on alone when what carried is lost or has no way out any more', () => {
		expect(run([...switching, {kind: 'lost', why: 'it ended'}])).toMatchObject({machine: {state: {kind: 'switching', step: 'alone', why: 'the tunnel to a is gone: it ended'}}, effects: [{kind: 'dial', server: 'b'}]});
		expect(run([...switching, {kind: 'moved', why: 'moved'}])).toMatchObject({machine: {state: {kind: 'switching', step: 'alone'}}, effects: [{kind: 'dial', server: 'b'}]});
		expect(run([...alone, {kind: 'moved', why: 'moved'}])).toMatchObject({machine: {state: {kind: 'switching', step: 'alone'}}, effects: [{kind: 'dial', server: 'b'}]});
		expect(run([...alone, {kind: 'lost', why: 'it ended'}]).effects).toEqual([]);
	});

	test('to another server takes its place; to the one that carries ends it', () => {
		expect(run([...switching, {kind: 'switch', to: 'c'}])).toMatchObject({machine: {state: {kind: 'switching', from: 'a', to: 'c', step: 'beside'}}, effects: [{kind: 'raise-beside', server: 'c'}]});
		expect(run([...switching, {kind: 'switch', to: 'a'}])).toMatchObject({machine: {target: {server: 'a'}, state: {kind: 'connected', server: 'a', epoch: 1}}, effects: [{kind: 'drop-beside'}]});
	});

	test('that is over may be undone while the old tunnel still stands', () => {
		expect(run([...both, {kind: 'carried'}, {kind: 'returned', to: 'a', why: 'it ended'}])).toMatchObject({machine: {epoch: 3, target: {server: 'a'}, state: {kind: 'connected', server: 'a', epoch: 3}}, effects: [{kind: 'remember'}, {kind: 'opened'}]});
	});

	test.each([['while it is verified', switching], ['while it takes over', both], ['alone', alone]])('is overtaken by a lockdown %s', (_, before) => {
		expect(run([...before, {kind: 'lockdown', by: 'o', reason: 'r'}])).toMatchObject({machine: {state: {kind: 'lockdown'}}, effects: [{kind: 'remember'}, {kind: 'hang-up'}]});
		for (const late of ['verified', 'carried'] as const) expect(run([...before, {kind: 'lockdown', by: 'o', reason: 'r'}, {kind: late}])).toMatchObject({machine: {state: {kind: 'lockdown'}}, effects: []});
	});
});

describe('a server that stands in', () => {
	const standIn: Event = {kind: 'stand-in', server: 'b', why: 'a failed 2 times in a row'};

	test('is dialled in the target\'s stead, which stays the target', () => {
		const {machine, effects} = run([...up, failed, standIn]);
		expect(machine).toMatchObject({target, standIn: 'b', state: {kind: 'connecting', server: 'b'}});
		expect(effects).toEqual([{kind: 'dial', server: 'b'}]);
		const verified = run([{kind: 'raised'}, {kind: 'verified'}], machine).machine;
		expect(verified).toMatchObject({target, standIn: 'b', state: {kind: 'connected', server: 'b'}});
	});

	test('takes the place of a dead tunnel too, and is left for the target when it is lost', () => {
		const {machine} = run([...connected, standIn, {kind: 'raised'}, {kind: 'verified'}]);
		expect(machine).toMatchObject({target, epoch: 2, state: {kind: 'connected', server: 'b'}});
		expect(run([{kind: 'lost', why: ''}], machine)).toMatchObject({machine: {standIn: null, state: {kind: 'connecting', server: 'a'}}, effects: [{kind: 'dial', server: 'a'}]});
	});

	test('is kept across an outage of the uplink by its own name', () => {
		const {machine} = run([...connected, standIn, {kind: 'raised'}, {kind: 'verified'}, {kind: 'uplink', readiness: 'no-uplink'}, {kind: 'uplink', readiness: 'ready'}]);
		expect(machine).toMatchObject({standIn: 'b', state: {kind: 'verifying', server: 'b'}});
	});

	test('is the operator\'s no more once he switches or reconnects', () => {
		const {machine} = run([...connected, standIn, {kind: 'raised'}, {kind: 'verified'}]);
		expect(run([{kind: 'reconnect', fallbackServer: null}], machine).machine).toMatchObject({standIn: null, state: {server: 'a'}});
		expect(run([{kind: 'switch', to: 'c'}], machine).machine).toMatchObject({standIn: null, target: {server: 'c'}});
	});

	test.each<[string, readonly Event[], TunnelState['kind']]>([
		['failed beside it', [failed], 'connected'],
		['failed while it took over', [{kind: 'verified'}, failed], 'connected'],
		['was lost as soon as it carried', [{kind: 'verified'}, {kind: 'carried'}, {kind: 'returned', to: 'b', why: 'it ended'}], 'connected'],
		['failed alone', [{kind: 'not-beside', why: 'one key'}, failed], 'connecting'],
		['failed after another one was chosen in its place', [{kind: 'switch', to: 'd'}, failed], 'connected'],
		['lost its uplink', [{kind: 'uplink', readiness: 'no-uplink'}, {kind: 'uplink', readiness: 'ready'}], 'verifying'],
	])('stands in for the same target still when a switch away from it %s', (_, then, kind) => {
		const {machine} = run([...connected, standIn, {kind: 'raised'}, {kind: 'verified'}, {kind: 'switch', to: 'c'}, ...then]);
		expect(machine).toMatchObject({target, standIn: 'b', state: {kind, server: 'b'}});
		expect(run([{kind: 'reconnect', fallbackServer: null}], machine).machine.state).toMatchObject({kind: 'connecting', server: 'a'});
	});

	test.each([
		['locked down', [...connected, {kind: 'lockdown', by: 'o', reason: 'r'}]],
		['stopped', [...connected, {kind: 'stop'}]],
		['without an uplink', [...connected, {kind: 'uplink', readiness: 'no-uplink'}]],
		['while another dial is under way', up],
	] as ReadonlyArray<readonly [string, readonly Event[]]>)('nobody stands in while it is %s', (_, before) => {
		expect(run([...before, standIn]).effects).toEqual([]);
	});
});

const events: fc.Arbitrary<Event> = fc.oneof(
	fc.constantFrom<Event>({kind: 'raised'}, {kind: 'verified'}, {kind: 'carried'}, {kind: 'returned', to: 'a', why: ''}, {kind: 'not-beside', why: ''}, failed, {kind: 'lost', why: ''}, {kind: 'moved', why: ''}, {kind: 'retry'}, {kind: 'stand-in', server: 'b', why: ''}, {kind: 'reconnect', fallbackServer: null}, {kind: 'switch', to: 'b'}, {kind: 'start', target}),
	fc.constantFrom<Event>({kind: 'health', votes: []}, {kind: 'health', votes: ['x']}, {kind: 'lockdown', by: 'o', reason: 'r'}, {kind: 'lift', fallbackServer: null}, {kind: 'stop'}),
	fc.constantFrom<Event>({kind: 'bootstrap', host: 'api'}, {kind: 'bootstrapped', server: 'a', why: {cause: 'credentials', detail: '', retryAtMs: null}}, {kind: 'bootstrapped', server: null, why: {cause: 'no-server', detail: '', retryAtMs: 7}}),
	fc.record({kind: fc.constant('uplink' as const), readiness: fc.constantFrom('ready' as const, 'no-uplink' as const, 'no-gateway' as const)}),
);
const sequences = fc.array(events, {maxLength: 40});
/** Applications pass. */
const open = ({state}: Machine): boolean => state.kind === 'connected' || state.kind === 'degraded' || (state.kind === 'switching' && state.step !== 'alone');

describe('whatever happens, in whatever order', () => {
	test('what is connected is the target, or stands in for it', () => {
		fc.assert(fc.property(sequences, sequence => {
			let machine = initialMachine(0);
			for (const event of sequence) {
				({machine} = transition(machine, event, at));
				const {state, standIn, target: wanted} = machine;
				if (state.kind !== 'connected' && state.kind !== 'degraded') continue;
				expect(standIn ?? (wanted.kind === 'connected' ? wanted.server : null)).toBe(state.server);
			}
		}), {numRuns: 2000});
	});

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
				const dials = step.effects.some(({kind}) => kind === 'dial' || kind === 'reverify' || kind === 'raise-beside' || kind === 'hand-over');
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
