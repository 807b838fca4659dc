/**
 * The state machine, pure. Target (what the operator wants) and state (what is) are separate values; what may pass follows
 * from the state alone, so no failure can leave anything open: every path that is not `connected` refuses applications.
 */
import {assertNever} from '../result.ts';
import type {BlockedCause} from '../control/schema.ts';
import {alone, backTo, isBeside, isCarrying, onCarried, onReturned, stay} from './state-switch.ts';
import type {Event, Machine, Step, TunnelState, UplinkReadiness} from './state-types.ts';

export type {Effect, Event, Machine, Step, Switching, Target, TunnelState, UplinkReadiness} from './state-types.ts';

export const initialMachine = (nowMs: number): Machine => ({
	target: {kind: 'none'},
	state: {kind: 'blocked', cause: 'starting', detail: 'vks is starting.', attempt: 0, retryAtMs: null},
	sinceMs: nowMs,
	uplink: 'no-uplink',
	uplinkWhy: null,
	epoch: 0,
	tunnelKept: false,
	standIn: null,
	before: null,
});

export function transition(machine: Machine, event: Event, nowMs: number): Step {
	const step = react(machine, event);
	const changed = step.machine.state.kind !== machine.state.kind || JSON.stringify(step.machine.state) !== JSON.stringify(machine.state);
	return changed ? {...step, machine: {...step.machine, sinceMs: nowMs}} : step;
}

function react(machine: Machine, event: Event): Step {
	switch (event.kind) {
		case 'start':
			return begin({...machine, target: event.target});
		case 'uplink':
			return onUplink({...machine, uplink: event.readiness, uplinkWhy: event.why ?? null}, event.readiness);
		case 'bootstrap':
			return waitsForServers(machine) && machine.uplink === 'ready' ? stay(machine, {kind: 'bootstrapping', host: event.host}) : {machine, effects: []};
		case 'bootstrapped':
			return onBootstrapped(machine, event);
		case 'raised':
			return machine.state.kind === 'connecting' ? stay(machine, {...machine.state, kind: 'verifying'}) : {machine, effects: []};
		case 'verified':
			return onVerified(machine);
		case 'carried':
			return onCarried(machine);
		case 'returned':
			return onReturned(machine, event.to);
		case 'not-beside':
			return isBeside(machine.state) ? alone(machine, machine.state, event.why) : {machine, effects: []};
		case 'failed':
			return onFailed(machine, event);
		case 'lost':
			return event.dead === true ? anew(onLost(machine, event.why)) : onLost(machine, event.why);
		case 'moved':
			return onMoved(machine, event.why);
		case 'health':
			return onHealth(machine, event.votes);
		case 'retry':
			return onRetry(machine);
		case 'stand-in':
			return onStandIn(machine, event.server);
		case 'reconnect':
			return anew(dialTarget(withTarget(machine, event.fallbackServer), 1));
		case 'switch':
			return onSwitch(machine, event.to);
		case 'lockdown':
			return onLockdown(machine, event);
		case 'lift':
			return onLift(machine, event.fallbackServer);
		case 'stop':
			// A lockdown stays one: it refuses more than merely blocked does.
			if (machine.state.kind === 'lockdown') return {machine, effects: [{kind: 'hang-up'}]};
			return stay(machine, blocked('stopped', 'vks was stopped; the policy stays and nothing passes.'), [{kind: 'hang-up'}]);
		default:
			return assertNever(event);
	}
}

function begin(machine: Machine): Step {
	const {target} = machine;
	if (target.kind === 'lockdown') return stay(machine, {kind: 'lockdown', by: target.by, reason: target.reason}, [{kind: 'hang-up'}]);
	return dialTarget(machine, 1);
}

function dialTarget(machine: Machine, attempt: number): Step {
	const {target, uplink} = machine;
	if (target.kind === 'lockdown') return {machine, effects: []};
	if (target.kind === 'none') return stay(machine, blocked('no-server', target.why ?? 'There is no server to connect to.'), [{kind: 'hang-up'}]);
	if (uplink !== 'ready') return stay(machine, uplinkGone(uplink, machine), []);
	return stay({...machine, tunnelKept: false, standIn: null}, {kind: 'connecting', server: target.server, attempt}, [{kind: 'dial', server: target.server}]);
}

const anew = ({machine, effects}: Step): Step => ({machine, effects: effects.map(effect => (effect.kind === 'dial' ? {...effect, anew: true} : effect))});

/** What came up and carried nothing would carry no more if it were only looked at again. */
function onRetry(machine: Machine): Step {
	const {state} = machine;
	if (state.kind !== 'blocked') return {machine, effects: []};
	const step = dialTarget(machine, state.attempt + 1);
	return state.cause === 'no-handshake' ? anew(step) : step;
}

/** Only in the place of a tunnel that is dead or of an attempt that is due: nobody who chose meanwhile is overruled. */
function onStandIn(machine: Machine, server: string): Step {
	const {state, target, uplink} = machine;
	const due = state.kind === 'connected' || state.kind === 'degraded' || (state.kind === 'blocked' && state.retryAtMs !== null);
	if (!due || target.kind !== 'connected' || uplink !== 'ready') return {machine, effects: []};
	const attempt = state.kind === 'blocked' ? state.attempt + 1 : 1;
	return stay({...machine, tunnelKept: false, standIn: server}, {kind: 'connecting', server, attempt}, [{kind: 'dial', server}]);
}

/** Somebody who chose a target meanwhile, locked down or stopped is not overruled by an answer. */
function waitsForServers({state, target}: Machine): boolean {
	return target.kind === 'none' && (state.kind === 'bootstrapping' || (state.kind === 'blocked' && state.cause !== 'starting' && state.cause !== 'stopped'));
}

function onBootstrapped(machine: Machine, {server, why}: Extract<Event, {kind: 'bootstrapped'}>): Step {
	if (!waitsForServers(machine)) return {machine, effects: []};
	if (server !== null) return dialTarget({...machine, target: {kind: 'connected', server}}, 1);
	// An uplink that is gone is the nearer cause.
	return machine.uplink === 'ready' ? stay(machine, {kind: 'blocked', attempt: 0, ...why}) : {machine, effects: []};
}

/** The tunnel is kept while the uplink is away: its address stays, so applications' connections can outlive a short outage. */
function onUplink(machine: Machine, readiness: UplinkReadiness): Step {
	const {state} = machine;
	if (state.kind === 'lockdown' || (state.kind === 'blocked' && (state.cause === 'starting' || state.cause === 'stopped'))) return {machine, effects: []};
	if (readiness !== 'ready') {
		if (state.kind === 'blocked') return stay(machine, uplinkGone(readiness, machine), []);
		// What was being raised beside it is given up: nobody can say when the uplink returns.
		if (isCarrying(state)) return stay({...backTo(machine, state.from), tunnelKept: true}, uplinkGone(readiness, machine), [{kind: 'drop-beside'}]);
		const kept = state.kind === 'connected' || state.kind === 'degraded';
		return stay({...machine, tunnelKept: kept}, uplinkGone(readiness, machine), kept ? [] : [{kind: 'hang-up'}]);
	}
	if (state.kind !== 'blocked' || (state.cause !== 'no-uplink' && state.cause !== 'no-gateway')) return {machine, effects: []};
	if (machine.tunnelKept && machine.target.kind === 'connected') {
		return stay(machine, {kind: 'verifying', server: machine.standIn ?? machine.target.server, attempt: 1}, [{kind: 'reverify'}]);
	}
	return dialTarget(machine, 1);
}

function onVerified(machine: Machine): Step {
	const {state} = machine;
	if (isBeside(state)) return stay(machine, {...state, step: 'both'}, [{kind: 'hand-over'}]);
	if (state.kind !== 'verifying' && state.kind !== 'connecting' && !(state.kind === 'switching' && state.step === 'alone')) return {machine, effects: []};
	const server = state.kind === 'switching' ? state.to : state.server;
	// A tunnel that was kept across an uplink outage is still the same epoch: nothing that lives in it needs to end.
	const epoch = machine.tunnelKept ? machine.epoch : machine.epoch + 1;
	return {
		machine: {...machine, tunnelKept: false, epoch, target: machine.standIn === server ? machine.target : {kind: 'connected', server}, state: {kind: 'connected', server, epoch}},
		effects: machine.tunnelKept ? [] : [{kind: 'remember'}, {kind: 'opened'}],
	};
}

function onFailed(machine: Machine, {cause, detail, retryAtMs}: Extract<Event, {kind: 'failed'}>): Step {
	const {state} = machine;
	if (isCarrying(state)) {
		// It never stopped carrying; the outcome of the command says why it went no further.
		return stay(backTo(machine, state.from), {kind: 'connected', server: state.from, epoch: machine.epoch}, [{kind: 'drop-beside'}]);
	}
	if (state.kind === 'switching') {
		// Back to the server that worked; the outcome of the command says why.
		return stay(backTo(machine, state.from), {kind: 'connecting', server: state.from, attempt: 1}, [{kind: 'dial', server: state.from}]);
	}
	if (state.kind !== 'connecting' && state.kind !== 'verifying') return {machine, effects: []};
	if (machine.tunnelKept) return dialTarget(machine, 1);
	return stay({...machine, tunnelKept: false}, {kind: 'blocked', cause, detail, attempt: state.attempt, retryAtMs}, [{kind: 'hang-up'}, {kind: 'retry-at', atMs: retryAtMs}]);
}

function onLost(machine: Machine, why: string): Step {
	const {state} = machine;
	if (isBeside(state)) return alone(machine, state, `the tunnel to ${state.from} is gone: ${why}`);
	const stood = state.kind === 'connected' || state.kind === 'degraded' || (machine.tunnelKept && (state.kind === 'blocked' || state.kind === 'verifying'));
	// Anywhere else a dial is under way, and reports the loss itself as a failure.
	if (stood) return dialTarget({...machine, tunnelKept: false}, 1);
	return {machine, effects: []};
}

/** A dial that is under way would not notice: what it has heard came to the old address. */
function onMoved(machine: Machine, why: string): Step {
	const {state} = machine;
	if (state.kind === 'connecting' || state.kind === 'verifying') return dialTarget({...machine, tunnelKept: false}, state.attempt);
	if (isCarrying(state)) return alone(machine, state, why);
	if (state.kind === 'switching') return {machine, effects: [{kind: 'dial', server: state.to}]};
	return onLost(machine, why);
}

function onHealth(machine: Machine, votes: readonly string[]): Step {
	const {state} = machine;
	if (state.kind === 'connected' && votes.length > 0) return stay(machine, {kind: 'degraded', server: state.server, epoch: state.epoch, votes});
	if (state.kind !== 'degraded') return {machine, effects: []};
	return stay(machine, votes.length === 0 ? {kind: 'connected', server: state.server, epoch: state.epoch} : {...state, votes});
}

function onSwitch(machine: Machine, to: string): Step {
	if (machine.target.kind === 'lockdown') return {machine, effects: []};
	const {state} = machine;
	const from = state.kind === 'connected' || state.kind === 'degraded' ? state.server : isCarrying(state) ? state.from : null;
	const before = isCarrying(state) ? machine.before : {target: machine.target, standIn: machine.standIn};
	const next = {...machine, standIn: null, target: {kind: 'connected', server: to}, before} as const;
	if (isCarrying(state) && from === to) return stay(next, {kind: 'connected', server: to, epoch: machine.epoch}, [{kind: 'drop-beside'}]);
	if (from === to) return anew(dialTarget(next, 1));
	if (machine.uplink !== 'ready' || from === null) return dialTarget(next, 1);
	return stay({...next, tunnelKept: false}, {kind: 'switching', from, to, step: 'beside'}, [{kind: 'raise-beside', server: to}]);
}

function onLockdown(machine: Machine, {by, reason}: Extract<Event, {kind: 'lockdown'}>): Step {
	const server = machine.target.kind === 'none' ? null : machine.target.server;
	return stay(
		{...machine, tunnelKept: false, target: {kind: 'lockdown', by, reason, server}},
		{kind: 'lockdown', by, reason},
		[{kind: 'remember'}, {kind: 'hang-up'}],
	);
}

/** A daemon that found no usable file at start has no target until one appears. */
function withTarget(machine: Machine, fallbackServer: string | null): Machine {
	return machine.target.kind === 'none' && fallbackServer !== null ? {...machine, target: {kind: 'connected', server: fallbackServer}} : machine;
}

function onLift(machine: Machine, fallbackServer: string | null): Step {
	if (machine.target.kind !== 'lockdown') return {machine, effects: []};
	const server = machine.target.server ?? fallbackServer;
	const lifted: Machine = {...machine, target: server === null ? {kind: 'none'} : {kind: 'connected', server}};
	const step = dialTarget(lifted, 1);
	return {...step, effects: [{kind: 'remember'}, ...step.effects]};
}

function blocked(cause: BlockedCause, detail: string): TunnelState {
	return {kind: 'blocked', cause, detail, attempt: 0, retryAtMs: null};
}

function uplinkGone(readiness: Exclude<UplinkReadiness, 'ready'>, {tunnelKept, uplinkWhy}: Machine): TunnelState {
	const detail = readiness === 'no-uplink'
		? uplinkWhy ?? 'The uplink is down; vks connects again as soon as it returns.'
		: 'The uplink has no gateway; vks connects again as soon as one appears.';
	return blocked(readiness, tunnelKept ? `${detail} The tunnel is kept.` : detail);
}
