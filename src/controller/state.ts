/**
 * The state machine, pure. Target (what the operator wants) and state (what is) are separate values; what may pass follows
 * from the state alone, so no failure can leave anything open: every path that is not `connected` refuses applications.
 */
import {assertNever} from '../result.ts';
import type {BlockedCause} from '../control/schema.ts';

export type Target = {readonly kind: 'connected'; readonly server: string} | {readonly kind: 'lockdown'; readonly reason: string; readonly by: string; readonly server: string | null} | {readonly kind: 'none'};

export type TunnelState =
	| {readonly kind: 'blocked'; readonly cause: BlockedCause; readonly detail: string; readonly attempt: number; readonly retryAtMs: number | null}
	/** There is nothing to connect to yet, and who knows of something is being asked. */
	| {readonly kind: 'bootstrapping'; readonly host: string}
	| {readonly kind: 'connecting'; readonly server: string; readonly attempt: number}
	| {readonly kind: 'verifying'; readonly server: string; readonly attempt: number}
	| {readonly kind: 'connected'; readonly server: string; readonly epoch: number}
	| {readonly kind: 'degraded'; readonly server: string; readonly epoch: number; readonly votes: readonly string[]}
	| {readonly kind: 'switching'; readonly from: string; readonly to: string}
	| {readonly kind: 'lockdown'; readonly by: string; readonly reason: string};

/** Whether the uplink could carry a tunnel now. */
export type UplinkReadiness = 'ready' | 'no-uplink' | 'no-gateway';

export interface Machine {
	readonly target: Target;
	readonly state: TunnelState;
	readonly sinceMs: number;
	readonly uplink: UplinkReadiness;
	/** Rises with every tunnel that was verified. */
	readonly epoch: number;
	/** A tunnel device stands and is kept, although the uplink below it is gone. */
	readonly tunnelKept: boolean;
}

export type Event =
	| {readonly kind: 'start'; readonly target: Target}
	| {readonly kind: 'uplink'; readonly readiness: UplinkReadiness}
	| {readonly kind: 'bootstrap'; readonly host: string}
	/** What the asking came to: a server to connect to, or why there is none. */
	| {readonly kind: 'bootstrapped'; readonly server: string | null; readonly why: Pick<Extract<TunnelState, {readonly kind: 'blocked'}>, 'cause' | 'detail' | 'retryAtMs'>}
	| {readonly kind: 'raised'}
	| {readonly kind: 'verified'}
	| {readonly kind: 'failed'; readonly cause: BlockedCause; readonly detail: string; readonly retryAtMs: number}
	| {readonly kind: 'lost'; readonly why: string}
	/** The address the tunnel sends from is no longer the uplink's. */
	| {readonly kind: 'moved'; readonly why: string}
	| {readonly kind: 'health'; readonly votes: readonly string[]}
	| {readonly kind: 'retry'}
	| {readonly kind: 'reconnect'; readonly fallbackServer: string | null}
	| {readonly kind: 'switch'; readonly to: string}
	| {readonly kind: 'lockdown'; readonly by: string; readonly reason: string}
	| {readonly kind: 'lift'; readonly fallbackServer: string | null}
	| {readonly kind: 'stop'};

export type Effect =
	/** Takes down what stands, brings up the server's tunnel and verifies it; answers with raised, verified or failed. */
	| {readonly kind: 'dial'; readonly server: string}
	/** Verifies the tunnel that was kept. */
	| {readonly kind: 'reverify'}
	| {readonly kind: 'hang-up'}
	| {readonly kind: 'retry-at'; readonly atMs: number}
	| {readonly kind: 'remember'}
	/** A new tunnel epoch began: old connections are forgotten, the exit is asked for. */
	| {readonly kind: 'opened'};

export interface Step {
	readonly machine: Machine;
	readonly effects: readonly Effect[];
}

export const initialMachine = (nowMs: number): Machine => ({
	target: {kind: 'none'},
	state: {kind: 'blocked', cause: 'starting', detail: 'vks is starting.', attempt: 0, retryAtMs: null},
	sinceMs: nowMs,
	uplink: 'no-uplink',
	epoch: 0,
	tunnelKept: false,
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
			return onUplink(machine, event.readiness);
		case 'bootstrap':
			return waitsForServers(machine) && machine.uplink === 'ready' ? stay(machine, {kind: 'bootstrapping', host: event.host}) : {machine, effects: []};
		case 'bootstrapped':
			return onBootstrapped(machine, event);
		case 'raised':
			return machine.state.kind === 'connecting' ? stay(machine, {...machine.state, kind: 'verifying'}) : {machine, effects: []};
		case 'verified':
			return onVerified(machine);
		case 'failed':
			return onFailed(machine, event);
		case 'lost':
			return onLost(machine);
		case 'moved':
			return onMoved(machine);
		case 'health':
			return onHealth(machine, event.votes);
		case 'retry':
			return machine.state.kind === 'blocked' ? dialTarget(machine, machine.state.attempt + 1) : {machine, effects: []};
		case 'reconnect':
			return dialTarget(withTarget(machine, event.fallbackServer), 1);
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
	if (target.kind === 'none') return stay(machine, blocked('no-server', 'There is no server to connect to.'), [{kind: 'hang-up'}]);
	if (uplink !== 'ready') return stay(machine, uplinkGone(uplink, machine), []);
	return stay({...machine, tunnelKept: false}, {kind: 'connecting', server: target.server, attempt}, [{kind: 'dial', server: target.server}]);
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
function onUplink(before: Machine, readiness: UplinkReadiness): Step {
	const machine = {...before, uplink: readiness};
	const {state} = machine;
	if (state.kind === 'lockdown' || (state.kind === 'blocked' && (state.cause === 'starting' || state.cause === 'stopped'))) return {machine, effects: []};
	if (readiness !== 'ready') {
		if (state.kind === 'blocked') return stay(machine, uplinkGone(readiness, machine), []);
		const kept = state.kind === 'connected' || state.kind === 'degraded';
		return stay({...machine, tunnelKept: kept}, uplinkGone(readiness, machine), kept ? [] : [{kind: 'hang-up'}]);
	}
	if (state.kind !== 'blocked' || (state.cause !== 'no-uplink' && state.cause !== 'no-gateway')) return {machine, effects: []};
	if (machine.tunnelKept && machine.target.kind === 'connected') {
		return stay(machine, {kind: 'verifying', server: machine.target.server, attempt: 1}, [{kind: 'reverify'}]);
	}
	return dialTarget(machine, 1);
}

function onVerified(machine: Machine): Step {
	const {state} = machine;
	if (state.kind !== 'verifying' && state.kind !== 'connecting' && state.kind !== 'switching') return {machine, effects: []};
	const server = state.kind === 'switching' ? state.to : state.server;
	// A tunnel that was kept across an uplink outage is still the same epoch: nothing that lives in it needs to end.
	const epoch = machine.tunnelKept ? machine.epoch : machine.epoch + 1;
	return {
		machine: {...machine, tunnelKept: false, epoch, target: {kind: 'connected', server}, state: {kind: 'connected', server, epoch}},
		effects: machine.tunnelKept ? [] : [{kind: 'remember'}, {kind: 'opened'}],
	};
}

function onFailed(machine: Machine, {cause, detail, retryAtMs}: Extract<Event, {kind: 'failed'}>): Step {
	const {state} = machine;
	if (state.kind === 'switching') {
		// Back to the server that worked; the outcome of the command says why.
		return stay({...machine, target: {kind: 'connected', server: state.from}}, {kind: 'connecting', server: state.from, attempt: 1}, [{kind: 'dial', server: state.from}]);
	}
	if (state.kind !== 'connecting' && state.kind !== 'verifying') return {machine, effects: []};
	if (machine.tunnelKept) return dialTarget(machine, 1);
	return stay({...machine, tunnelKept: false}, {kind: 'blocked', cause, detail, attempt: state.attempt, retryAtMs}, [{kind: 'hang-up'}, {kind: 'retry-at', atMs: retryAtMs}]);
}

function onLost(machine: Machine): Step {
	const {state} = machine;
	const stood = state.kind === 'connected' || state.kind === 'degraded' || (machine.tunnelKept && (state.kind === 'blocked' || state.kind === 'verifying'));
	// Anywhere else a dial is under way, and reports the loss itself as a failure.
	if (stood) return dialTarget({...machine, tunnelKept: false}, 1);
	return {machine, effects: []};
}

/** A dial that is under way would not notice: what it has heard came to the old address. */
function onMoved(machine: Machine): Step {
	const {state} = machine;
	if (state.kind === 'connecting' || state.kind === 'verifying') return dialTarget({...machine, tunnelKept: false}, state.attempt);
	if (state.kind === 'switching') return {machine, effects: [{kind: 'dial', server: state.to}]};
	return onLost(machine);
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
	const from = state.kind === 'connected' || state.kind === 'degraded' ? state.server : null;
	const next = {...machine, target: {kind: 'connected', server: to}} as const;
	if (machine.uplink !== 'ready' || from === null || from === to) return dialTarget(next, 1);
	return stay({...next, tunnelKept: false}, {kind: 'switching', from, to}, [{kind: 'dial', server: to}]);
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

function stay(machine: Machine, state: TunnelState, effects: readonly Effect[] = []): Step {
	return {machine: {...machine, state}, effects};
}

function blocked(cause: BlockedCause, detail: string): TunnelState {
	return {kind: 'blocked', cause, detail, attempt: 0, retryAtMs: null};
}

function uplinkGone(readiness: Exclude<UplinkReadiness, 'ready'>, {tunnelKept}: Machine): TunnelState {
	const detail = readiness === 'no-uplink'
		? 'The uplink is down; vks connects again as soon as it returns.'
		: 'The uplink has no gateway; vks connects again as soon as one appears.';
	return blocked(readiness, tunnelKept ? `${detail} The tunnel is kept.` : detail);
}
