/** What the policy depends on besides configuration, from the machine, the network and what is open for a time. */
import {cidrFamily} from '../net/cidr.ts';
import type {Transport} from '../net/port.ts';
import {leaseName, type Lease} from '../policy/lease.ts';
import type {Situation, TunnelUse} from '../policy/policy.ts';
import type {Clock} from './clock.ts';
import type {NetworkReading} from './network-keeper.ts';
import type {Openings} from './openings.ts';
import type {Machine} from './state.ts';

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
	/** The tunnel that stands or is being raised. */
	readonly use: TunnelUse | null;
	readonly lease: Lease | null;
	readonly reading: NetworkReading | null;
	readonly openings: Pick<Openings, 'exceptions' | 'pinholes' | 'echoes'>;
}

export function situationOf({machine: {state, tunnelKept}, use, lease, reading, openings}: SituationParts): Situation {
	const choice = reading?.choice ?? {uplink: null, outside: []};
	const onLink = (choice.uplink?.onLink ?? []).filter(range => cidrFamily(range) === 6);
	const base = {uplink: choice.uplink?.name ?? null, outside: choice.outside, onLink, exceptions: openings.exceptions(), pinholes: openings.pinholes(), echoes: openings.echoes()};
	if (state.kind === 'lockdown') return {kind: 'lockdown', tunnels: [], ...base};
	if (use === null || (state.kind === 'blocked' && !tunnelKept)) return {kind: 'blocked', tunnels: [], ...base};
	const pass = state.kind === 'connected' || state.kind === 'degraded' ? 'traffic' : 'handshake';
	return {kind: 'tunnelled', tunnels: [{...use, pass, ...(pass === 'handshake' && lease !== null ? {lease} : {})}], ...base};
}
