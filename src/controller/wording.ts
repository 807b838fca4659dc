/** States in words, for the journal and for status. */
import type {JournalEntry, StateView} from '../control/schema.ts';
import {assertNever} from '../result.ts';
import type {Event, Machine, Switching, TunnelState} from './state.ts';
import {isCarrying} from './state-switch.ts';

export function describeState(state: TunnelState): string {
	switch (state.kind) {
		case 'blocked':
			return `Blocked (${state.cause}): ${state.detail}`;
		case 'bootstrapping':
			return `Asking ${state.host} for servers; nothing else may pass.`;
		case 'connecting':
			return `Connecting to ${state.server}${state.attempt > 1 ? `, attempt ${state.attempt}` : ''}.`;
		case 'verifying':
			return `Verifying ${state.server}: waiting for a handshake and data.`;
		case 'connected':
			return `Connected to ${state.server}.`;
		case 'degraded':
			return `Degraded on ${state.server}: ${state.votes.join('; ')}.`;
		case 'switching':
			return describeSwitch(state);
		case 'lockdown':
			return `Locked down by ${state.by}: ${state.reason}`;
		default:
			return assertNever(state);
	}
}

function describeSwitch(state: Switching): string {
	const way = `Switching from ${state.from} to ${state.to}`;
	switch (state.step) {
		case 'beside':
			return `${way}; applications stay on ${state.from} until ${state.to} is verified.`;
		case 'both':
			return `${way}: it is verified and takes over.`;
		case 'alone':
			return `${way}; applications wait: ${state.why}.`;
		default:
			return assertNever(state);
	}
}

/** Why a tunnel was dialled, after the event that asked for it. */
export function describeDial(event: Event): string {
	switch (event.kind) {
		case 'start':
			return 'the daemon started';
		case 'lost':
		case 'moved':
		case 'stand-in':
		case 'returned':
		case 'not-beside':
			return event.why;
		case 'uplink':
			return 'the uplink returned';
		case 'retry':
			return 'the attempt before failed';
		case 'failed':
			return event.detail;
		case 'reconnect':
			return 'the operator asked to reconnect';
		case 'switch':
			return `the operator switched to ${event.to}`;
		case 'bootstrapped':
			return 'the provider named its servers';
		case 'lift':
			return 'the lockdown was lifted';
		case 'bootstrap':
		case 'raised':
		case 'verified':
		case 'carried':
		case 'health':
		case 'lockdown':
		case 'stop':
			return '';
		default:
			return assertNever(event);
	}
}

export function levelOf(state: TunnelState): JournalEntry['level'] {
	if (state.kind === 'lockdown' || state.kind === 'degraded') return 'warn';
	return state.kind === 'blocked' && state.cause !== 'starting' && state.cause !== 'stopped' ? 'warn' : 'info';
}

export function viewState({state, sinceMs}: Machine): StateView {
	return {
		kind: state.kind,
		sinceMs,
		server: 'server' in state ? state.server : state.kind === 'switching' ? state.to : null,
		from: state.kind === 'switching' ? state.from : null,
		carries: carrierIn(state),
		cause: state.kind === 'blocked' ? state.cause : null,
		detail: describeState(state),
		attempt: 'attempt' in state ? state.attempt : 0,
		nextAttemptAtMs: state.kind === 'blocked' ? state.retryAtMs : null,
	};
}

export function carrierIn(state: TunnelState): string | null {
	if (state.kind === 'connected' || state.kind === 'degraded') return state.server;
	return isCarrying(state) ? state.from : null;
}

/** A list that may be long, in one sentence. */
export const firstThree = (texts: readonly string[]): string => `${texts.slice(0, 3).join('; ')}${texts.length > 3 ? `; and ${texts.length - 3} more` : ''}`;
