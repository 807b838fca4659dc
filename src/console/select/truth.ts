/** The two words of the header. What is not fresh is unknown: an old PROVEN is never shown. */
import type {BlockedCause, StateKind, StateView} from '../../control/schema.ts';
import type {Symbols, Tone} from '../theme.ts';
import type {ViewState} from '../view.ts';

export const staleAfterMs = 3000;
const staleAfterTicks = 3;

export interface Word {
	readonly text: string;
	readonly tone: Tone;
	readonly symbol: keyof Symbols;
}

export interface StateWord extends Word {
	/** How old the word is when it is no longer live; null when live. */
	readonly staleMs: number | null;
}

export interface ProofWord extends Word {
	readonly ageMs: number | null;
	/** Red, and wins when there is room for one word. */
	readonly bad: boolean;
	readonly why: readonly string[];
}

export const stateWords: Readonly<Record<StateKind, Word>> = {
	connected: {text: 'CONNECTED', tone: 'good', symbol: 'connected'},
	bootstrapping: {text: 'CONNECTING', tone: 'warn', symbol: 'connecting'},
	connecting: {text: 'CONNECTING', tone: 'warn', symbol: 'connecting'},
	verifying: {text: 'CONNECTING', tone: 'warn', symbol: 'connecting'},
	degraded: {text: 'DEGRADED', tone: 'warn', symbol: 'degraded'},
	switching: {text: 'SWITCHING', tone: 'warn', symbol: 'switching'},
	blocked: {text: 'BLOCKED', tone: 'warn', symbol: 'blocked'},
	lockdown: {text: 'LOCKDOWN', tone: 'notice', symbol: 'lockdown'},
};

export const causeTexts: Readonly<Record<BlockedCause, string>> = {
	'no-uplink': 'no uplink',
	'no-gateway': 'no gateway',
	'no-endpoint-route': 'no route to the endpoint',
	'no-handshake': 'no handshake',
	'no-tunnel': 'no tunnel to guard',
	sysctl: 'a sysctl is in the way',
	'not-owner': 'the tables belong to another process',
	'ipv6-unenforced': 'IPv6 cannot be enforced',
	configuration: 'configuration',
	credentials: 'credentials',
	'no-server': 'no server',
	'tunnel-failed': 'the tunnel failed',
	starting: 'starting',
	stopped: 'stopped',
};

/** Whether applications get out at all: then there is an exit, and the tunnel is up. */
export const trafficPasses = (kind: StateKind): boolean => kind === 'connected' || kind === 'degraded';

/** The daemon's sentence begins with the state, which stands beside it in the console's own words. */
export const withoutState = ({detail}: StateView): string =>
	detail.replace(/^(?:Blocked \([\w-]+\): |Locked down |Degraded on \S+: |Connecting |Verifying |Switching )/, '').replace(/\.$/, '');

/** Null while readings arrive; otherwise why what we hold is old. */
export function staleness(state: ViewState): string | null {
	if (state.live.snapshot === null) return 'nothing was read yet';
	if (state.link.kind !== 'open') return 'no connection to the daemon';
	if (state.quietTicks >= staleAfterTicks) return `the daemon has sent nothing for ${state.quietTicks} s`;
	return null;
}

export function stateWord(state: ViewState): StateWord {
	const {snapshot} = state.live;
	if (snapshot === null) return {text: 'UNKNOWN', tone: 'bad', symbol: 'unknown', staleMs: null};
	const word = stateWords[snapshot.state.kind];
	return staleness(state) === null ? {...word, staleMs: null} : {...word, tone: 'plain', symbol: 'unknown', staleMs: Math.max(0, state.nowMs - snapshot.atMs)};
}

export function proofWord(state: ViewState): ProofWord {
	const unknown = (why: readonly string[]): ProofWord => ({text: 'UNKNOWN', tone: 'bad', symbol: 'unknown', ageMs: null, bad: true, why});
	const stale = staleness(state);
	const {snapshot} = state.live;
	if (stale !== null || snapshot === null) return unknown([stale ?? 'nothing was read yet']);
	const {proof} = snapshot;
	if (proof.checkedAtMs === null) return unknown(proof.detail.length > 0 ? proof.detail : ['nothing was read back yet']);
	const ageMs = Math.max(0, state.nowMs - proof.checkedAtMs);
	switch (proof.kind) {
		case 'proven':
			if (ageMs > staleAfterMs) return unknown([`the last read-back is ${Math.floor(ageMs / 1000)} s old`]);
			return {text: 'PROVEN', tone: 'good', symbol: 'proven', ageMs, bad: false, why: []};
		case 'drifted':
			return {text: 'DRIFTED', tone: 'bad', symbol: 'drifted', ageMs, bad: true, why: proof.detail};
		case 'failed-to-block':
			return {text: 'FAILED TO BLOCK', tone: 'alarm', symbol: 'failed', ageMs, bad: true, why: proof.detail};
		case 'unknown':
			return unknown(proof.detail);
	}
}

/** The one word for a window with room for one. */
export function mainWord(state: ViewState): Word {
	const proof = proofWord(state);
	return proof.bad ? proof : stateWord(state);
}
