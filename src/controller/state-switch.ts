/** The steps of a switch: what was verified beside the old tunnel is moved to, or given up. Pure. */
import type {Effect, Machine, Step, Switching, TunnelState} from './state-types.ts';

export function onCarried(machine: Machine): Step {
	const {state} = machine;
	if (state.kind !== 'switching' || state.step !== 'both') return {machine, effects: []};
	return opens(machine, state.to);
}

export function onReturned(machine: Machine, to: string): Step {
	const {state} = machine;
	if (state.kind !== 'connected' && state.kind !== 'degraded') return {machine, effects: []};
	return opens(backTo(machine, to), to);
}

/** A new epoch, with a tunnel that was verified before anything was moved to it. */
function opens(machine: Machine, server: string): Step {
	const epoch = machine.epoch + 1;
	return {machine: {...machine, epoch, state: {kind: 'connected', server, epoch}}, effects: [{kind: 'remember'}, {kind: 'opened'}]};
}

/** What was wanted before the switch is wanted again; who stood in for a server that failed stands in for it still. */
export function backTo(machine: Machine, server: string): Machine {
	const {before} = machine;
	const carried = before === null ? null : (before.standIn ?? (before.target.kind === 'connected' ? before.target.server : null));
	return {...machine, ...(before !== null && carried === server ? before : {target: {kind: 'connected', server}, standIn: null})};
}

/** The old tunnel goes first, as where nothing else is possible. */
export function alone(machine: Machine, {from, to}: Switching, why: string): Step {
	return stay({...machine, tunnelKept: false}, {kind: 'switching', from, to, step: 'alone', why}, [{kind: 'dial', server: to}]);
}

export const isBeside = (state: TunnelState): state is Switching & {readonly step: 'beside'} => state.kind === 'switching' && state.step === 'beside';
/** Applications use the old tunnel of a switch, or either of the two. */
export const isCarrying = (state: TunnelState): state is Switching & {readonly step: 'beside' | 'both'} => state.kind === 'switching' && state.step !== 'alone';

export function stay(machine: Machine, state: TunnelState, effects: readonly Effect[] = []): Step {
	return {machine: {...machine, state}, effects};
}
