/** What the policy depends on besides configuration, from the machine, the network and what is open for a time. */
import {cidrFamily} from '../net/cidr.ts';
import type {EgressPlan} from '../egress/plan.ts';
import type {Transport} from '../net/port.ts';
import {leaseName, type Lease} from '../policy/lease.ts';
import type {GrantedPort} from '../policy/exception.ts';
import type {Attached, Situation, TunnelUse} from '../policy/policy.ts';
import type {Clock} from './clock.ts';
import type {NetworkReading} from './network-keeper.ts';
import type {Openings} from './openings.ts';
import type {Machine, TunnelState} from './state.ts';

/**
 * How long the endpoint's pinhole stays open for one attempt, by the kernel: longer than any dial, so that only a daemon that
 * died or was stopped meets the end of it.
 */
const handshakeWithinMs = 60_000;

export interface HandshakeLease {
	/** A name of its own for each attempt, so that the time of the last one is not taken for this one's. */
	renew(transport: Transport): void;
	current(): Lease | null;
}

export function handshakeLease({monotonic}: Pick<Clock, 'monotonic'>): HandshakeLease {
	let count = 0;
	let lease: Lease | null = null;
	return {
		renew(transport) {
			lease = {name: leaseName(`dial-${++count}`), protocol: transport, untilMs: monotonic() + handshakeWithinMs, forMs: handshakeWithinMs};
		},
		current: () => lease,
	};
}

export interface SituationParts {
	readonly machine: Machine;
	/** The tunnel that the routes lead to. */
	readonly carrying: TunnelUse | null;
	/** What is being raised, alone or beside it. */
	readonly rising: TunnelUse | null;
	/** What carried until a moment ago: the last answers may still come by it. */
	readonly leaving: TunnelUse | null;
	readonly lease: Lease | null;
	readonly reading: NetworkReading | null;
	readonly openings: Pick<Openings, 'exceptions' | 'pinholes' | 'echoes'>;
	/** What the provider forwards to the tunnel that carries. */
	readonly granted: GrantedPort | null;
	/** Of somebody else's tunnel; null where they are ours. */
	readonly attached: Attached | null;
	readonly egress: EgressPlan | null;
}

/** Before the start is over and after the end not even the owner of a tunnel reaches its server. */
const isOver = (state: Machine['state']): boolean => state.kind === 'blocked' && (state.cause === 'starting' || state.cause === 'stopped');

export function situationOf({machine: {state, tunnelKept}, carrying, rising, leaving, lease, reading, openings, granted, attached, egress}: SituationParts): Situation {
	const choice = reading?.choice ?? {uplink: null, outside: []};
	const onLink = (choice.uplink?.onLink ?? []).filter(range => cidrFamily(range) === 6);
	const base = {uplink: choice.uplink?.name ?? null, outside: choice.outside, onLink, exceptions: openings.exceptions(), pinholes: openings.pinholes(), echoes: openings.echoes(), ...(egress === null ? {} : {egress}), ...(attached === null ? {} : {attached: isOver(state) ? {...attached, endpoints: []} : attached})};
	if (state.kind === 'lockdown') return {kind: 'lockdown', tunnels: [], ...base};
	if (state.kind === 'blocked' && !tunnelKept) return {kind: 'blocked', tunnels: [], ...base};
	const passing = passesIn(state);
	const tunnels = [
		...(carrying === null ? [] : [passed(carrying, passing.carrying, lease)]),
		...(rising === null ? [] : [passed(rising, passing.rising, lease)]),
		...(leaving === null ? [] : [passed(leaving, passing.carrying, lease)]),
	];
	return tunnels.length === 0 ? {kind: 'blocked', tunnels: [], ...base} : {kind: 'tunnelled', tunnels, ...base, ...(granted === null || passing.carrying !== 'traffic' ? {} : {granted})};
}

type Pass = TunnelUse['pass'];

/** A tunnel passes traffic once it was verified, and what is being raised once all that carries may be moved to it. */
function passesIn(state: TunnelState): {readonly carrying: Pass; readonly rising: Pass} {
	if (state.kind === 'connected' || state.kind === 'degraded') return {carrying: 'traffic', rising: 'handshake'};
	if (state.kind !== 'switching' || state.step === 'alone') return {carrying: 'handshake', rising: 'handshake'};
	return {carrying: 'traffic', rising: state.step === 'both' ? 'traffic' : 'handshake'};
}

const passed = (use: TunnelUse, pass: Pass, lease: Lease | null): TunnelUse => ({...use, pass, ...(pass === 'handshake' && lease !== null ? {lease} : {})});
