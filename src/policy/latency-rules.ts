/**
 * Pings of our own to the endpoints of the operator's own servers, outside the tunnel, to learn how far they are. Each rule
 * names its lease: the kernel ends them, whoever lives. Absent unless VKS_LATENCY says so, and in lockdown.
 */
import {mergeCidrs} from '../net/cidr.ts';
import {accept, hosts, setMark} from './build.ts';
import type {Context} from './context.ts';
import type {EchoOpening} from './exception.ts';
import type {Match, Rule} from './policy.ts';

/** RFC 792, RFC 4443. */
const echo = {icmp: {request: 8, reply: 0}, icmpv6: {request: 128, reply: 129}} as const;

/** As for the endpoint: reverse-path filtering must find the way that the answers came. */
export function echoMarks(context: Context): readonly Rule[] {
	return openings(context, (opening, {uplink, mark}) => setMark(`${opening.name}-mark`, mark, {inInterface: [uplink], source: opening.hosts, ...opening.reply, ...answer}, why, setting));
}

export function echoesOut(context: Context): readonly Rule[] {
	return openings(context, (opening, {uplink, mark}) => accept(`${opening.name}-out`, {outInterface: [uplink], destination: opening.hosts, ...opening.request, mark, uid: 0}, why, setting));
}

export function echoesIn(context: Context): readonly Rule[] {
	return openings(context, (opening, {uplink}) => accept(`${opening.name}-answers`, {inInterface: [uplink], source: opening.hosts, ...opening.reply, ...answer}, why, setting));
}

/** Neither uid nor connection state can be asked at the egress hook. */
export function echoesEgress(context: Context): readonly Rule[] {
	return openings(context, (opening, {uplink, mark}) => accept(`${opening.name}-egress`, {outInterface: [uplink], destination: opening.hosts, ...opening.request, mark}, why, setting));
}

/** To a ping that we sent: one that nobody asked for is marked as little as it is let in. */
const answer = {connection: ['established'], connectionDirection: 'reply'} as const;
const setting = 'VKS_LATENCY';
const why = 'How far servers are: our own pings of their endpoints, for a few seconds.';

interface Named {
	readonly name: string;
	readonly hosts: NonNullable<Match['destination']>;
	readonly request: Match;
	readonly reply: Match;
}

type Where = {readonly uplink: NonNullable<Context['uplink']>; readonly mark: number};

function openings({situation, uplink, config, exceptionsOpen}: Context, make: (opening: Named, where: Where) => Rule): readonly Rule[] {
	if (uplink === null || !exceptionsOpen || !config.latency) return [];
	return (situation.echoes ?? []).map(opening => make(named(opening), {uplink, mark: config.numbers.tunnelMark}));
}

function named({id, protocol, addresses, lease}: EchoOpening): Named {
	const message = (type: number): Match => ({protocol: [protocol], icmpTypes: [type], lease: lease.name});
	return {name: `latency-${id}`, hosts: mergeCidrs(hosts(addresses)), request: message(echo[protocol].request), reply: message(echo[protocol].reply)};
}
