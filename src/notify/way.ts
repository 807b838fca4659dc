/** Which way a message may go, and whether it may now. Pure; the policy decides in any case, this only spares what it would refuse. */
import {isNobodys, literalOf, openingFor, opensTcp, portOf, type Opened} from '../config/opened.ts';
import type {Snapshot} from '../control/schema.ts';
import {isLoopback, type IpAddress} from '../net/address.ts';
import {isPrivate} from '../net/private-ranges.ts';
import type {Problem} from '../problem.ts';

export type Way =
	| {readonly kind: 'loopback' | 'uplink'; readonly address: IpAddress}
	/** Near, and nothing opens it: through the tunnel a stranger could have that address. */
	| {readonly kind: 'closed'; readonly address: IpAddress}
	/** With the tunnel's resolvers where it is a name. */
	| {readonly kind: 'tunnel'; readonly host: string};

export function wayTo(url: URL, opened: Opened): Way {
	const address = literalOf(url);
	if (address === null) return {kind: 'tunnel', host: url.hostname};
	if (isLoopback(address)) return {kind: 'loopback', address};
	if (opensTcp(opened, address, portOf(url))) return {kind: 'uplink', address};
	return isNobodys(address) ? {kind: 'closed', address} : {kind: 'tunnel', host: address};
}

export function isOpen(way: Way, {state, tunnel, uplink}: Snapshot): boolean {
	switch (way.kind) {
		case 'loopback':
			return true;
		case 'uplink':
			return state.kind !== 'lockdown' && uplink !== null;
		case 'tunnel':
			return tunnel !== null && (state.kind === 'connected' || state.kind === 'degraded');
		case 'closed':
			return false;
	}
}

/** Names the host, and not the path, which may be a secret. */
export function closedProblem(url: URL, opened: Opened): Problem | null {
	const way = wayTo(url, opened);
	if (way.kind !== 'closed') return null;
	const opening = isPrivate(way.address) ? `Add ${openingFor(way.address, portOf(url))}, which opens it, or write` : 'Write';
	return {
		code: 'configuration', severity: 'warning', stillBlocking: true,
		what: `Nobody is told of changes: ${url.protocol}//${url.host} is no address of the internet, and nothing opens it.`,
		next: `${opening} another URL into VKS_NOTIFY_URL, and start vks again. Everything else goes on.`,
	};
}
