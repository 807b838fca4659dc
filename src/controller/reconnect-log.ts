/** Which tunnel took which one's place, why, and how long it took. Pure: fed with every state of the machine. */
import type {ReconnectView} from '../control/health-schema.ts';
import {pushBounded} from './rates.ts';
import type {Machine} from './state.ts';

export interface ReconnectLog {
	/** The epoch last seen connected, and its server; null before the first. */
	readonly stood: {readonly epoch: number; readonly server: string} | null;
	/** Since when it does not carry, and why; null while it does. */
	readonly left: {readonly atMs: number; readonly reason: string; readonly switching: boolean} | null;
	readonly count: number;
	readonly list: readonly ReconnectView[];
}

export interface Moment {
	readonly machine: Machine;
	/** What the last dial was for. */
	readonly dialReason: string;
	readonly nowMs: number;
	/** No clock step makes an outage long. */
	readonly monotonicMs: number;
}

const kept = 20;

export const emptyLog: ReconnectLog = {stood: null, left: null, count: 0, list: []};

export function followReconnects(log: ReconnectLog, moment: Moment): ReconnectLog {
	const {machine: {state}, nowMs, monotonicMs} = moment;
	// What stands goes on carrying while the next one is raised beside it.
	if (state.kind === 'switching' && state.step !== 'alone') return log;
	if (state.kind !== 'connected' && state.kind !== 'degraded') {
		if (log.stood === null) return log;
		const switching = state.kind === 'switching';
		// A switch that failed is not what brought the tunnel back: why it failed is.
		const known = log.left !== null && (!log.left.switching || switching) ? log.left.reason : reasonOf(moment);
		return {...log, left: {atMs: log.left?.atMs ?? monotonicMs, reason: known, switching}};
	}
	const stood = {epoch: state.epoch, server: state.server};
	// The tunnel that was kept while the uplink was away is the same one.
	if (log.stood === null || log.stood.epoch === state.epoch) return {...log, stood, left: null};
	const {reason, atMs} = log.left ?? {reason: reasonOf(moment), atMs: monotonicMs};
	const entry: ReconnectView = {atMs: nowMs, from: log.stood.server, to: state.server, reason, tookMs: Math.round(monotonicMs - atMs)};
	return {stood, left: null, count: log.count + 1, list: pushBounded(log.list, entry, kept)};
}

/** What ended it: what failed while it was dialled again came later. */
function reasonOf({machine: {state}, dialReason}: Moment): string {
	if (state.kind === 'lockdown') return `lockdown by ${state.by}`;
	if (state.kind !== 'blocked') return dialReason === '' ? 'not known' : dialReason;
	return state.cause === 'no-uplink' ? 'the uplink was down' : state.cause === 'no-gateway' ? 'the uplink had no gateway' : state.detail;
}
