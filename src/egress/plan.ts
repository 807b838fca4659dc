/** Where what enforces an egress policy stands on loopback, and what it is called: for the rules, the proxy and the resolver alike. Pure. */
import type {Port} from '../net/port.ts';
import {httpPort, portsIn, scopesOf, type EgressPolicy, type Scope} from './egress-policy.ts';

/** One listener of the proxy: what one scope sends to one port. */
export interface Door {
	readonly port: Port;
	readonly speaks: 'tls' | 'http';
	readonly listener: Port;
}

export interface ScopePlan extends Scope {
	/** In names of rules and sets: `all` or the uid. */
	readonly word: string;
	/** Where our resolver answers this scope. */
	readonly resolver: Port;
	readonly doors: readonly Door[];
}

/** What of our own must tell itself from what is governed. */
export interface EgressNumbers {
	/** The first of as many ports in a row as there are listeners. */
	readonly firstListener: number;
	/** Of the proxy alone. */
	readonly proxyUid: number;
	/** On vks's own questions, beside uid 0. */
	readonly ownMark: number;
	/** The ports vks itself asks at. */
	readonly ownPorts: readonly Port[];
}

/** What no setting changes. 18400 is below the ports that the kernel gives by itself (ip_local_port_range). */
export const egressNumbers: EgressNumbers = {firstListener: 18_400, proxyUid: 64_530, ownMark: 0xca70, ownPorts: []};

export interface EgressPlan {
	readonly scopes: readonly ScopePlan[];
	/** Where the proxy says what became of each connection. */
	readonly log: Port;
	readonly numbers: EgressNumbers;
}

/** So many ports in a row are taken. */
export const listenersOf = (policy: EgressPolicy): number => 1 + scopesOf(policy).reduce((count, {entries}) => count + 1 + portsIn(entries).length, 0);

export function planEgress(policy: EgressPolicy, numbers: EgressNumbers): EgressPlan {
	let next = numbers.firstListener;
	const take = (): Port => next++ as Port;
	const log = take();
	const scopes = scopesOf(policy).map((scope): ScopePlan => ({
		...scope,
		word: scope.uid === null ? 'all' : String(scope.uid),
		resolver: take(),
		doors: portsIn(scope.entries).map(port => ({port, speaks: port === httpPort ? 'http' : 'tls', listener: take()})),
	}));
	return {scopes, log, numbers};
}

export const egressSetPrefix = 'egress-';

/** The set that holds, for a time, which addresses and ports a scope may connect to. */
export const egressSet = ({word}: Pick<ScopePlan, 'word'>, family: 4 | 6): string => `${egressSetPrefix}${word}-v${family}`;
export const egressSetSpec = (family: 4 | 6): string => `{ type ipv${family}_addr . inet_service; flags timeout; }`;
