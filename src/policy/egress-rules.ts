/**
 * Egress by name: whom it governs reaches, through the tunnel, the proxy and our resolver and nothing else. Which names those
 * let pass is theirs; that nothing goes round them is said here. Nothing depends on whether they live.
 */
import {portsIn} from '../egress/egress-policy.ts';
import {egressSet, type EgressPlan, type ScopePlan} from '../egress/plan.ts';
import {loopback} from '../net/interface-name.ts';
import type {Port} from '../net/port.ts';
import {accept, hosts, loopbackOf, perFamily, port, redirect, reject} from './build.ts';
import type {Context} from './context.ts';
import type {Match, Rule, TunnelUse} from './policy.ts';
import {dnsPorts} from './tunnel-rules.ts';

const setting = 'VKS_EGRESS';
const families = [4, 6] as const;

/** The first packet of a connection. What is ours goes its own way; what no rule redirects is refused at output. */
export function egressDiverts({situation: {egress}, tunnels}: Context): readonly Rule[] {
	if (egress === undefined) return [];
	return carrying(tunnels).flatMap(tunnel => [
		...ownRule(egress, tunnel, 'egress-keep-own'),
		accept(`egress-keep-proxy-${tunnel.interface}`, {outInterface: [tunnel.interface], uid: egress.numbers.proxyUid}, 'What the proxy sends is not sent back to it.', setting),
		...egress.scopes.flatMap(scope => [
			...perFamily(hosts(tunnel.resolvers), (destination, family) => redirect(
				`egress-ask-${scope.word}-${tunnel.interface}-${family}`, scope.resolver,
				{outInterface: [tunnel.interface], ...whose(scope), destination, protocol: ['udp'], destinationPorts: [port(53)]},
				'Names are looked up where only those that may be reached are answered.', setting,
			)),
			...families.flatMap(family => scope.doors.map(door => redirect(
				`egress-door-${scope.word}-${door.port}-${tunnel.interface}-v${family}`, door.listener,
				{outInterface: [tunnel.interface], ...whose(scope), protocol: ['tcp'], destinationPorts: [door.port], held: {set: egressSet(scope, family), family}},
				'The proxy sees which name the connection bears.', setting,
			))),
		]),
	]);
}

/** Stands before loopback is opened: nobody comes to the proxy or the resolver but by what redirects him. */
export function egressListeners({situation: {egress}}: Context): readonly Rule[] {
	if (egress === undefined) return [];
	const [asked, doors] = [[egress.log, ...egress.scopes.map(({resolver}) => resolver)], listenersOf(egress)];
	return [
		accept('egress-proxy-asks', {outInterface: [loopback], protocol: ['udp'], destinationPorts: asked, uid: egress.numbers.proxyUid}, 'The proxy looks names up, and says what became of a connection.', setting),
		reject('refuse-egress-resolver', {outInterface: [loopback], protocol: ['udp'], destinationPorts: asked}, 'Another scope\'s names, and the proxy\'s word, are nobody else\'s.', setting),
		...(doors.length === 0 ? [] : [reject('refuse-egress-listener', {outInterface: [loopback], protocol: ['tcp'], destinationPorts: doors}, 'The proxy is reached by being redirected, by whom it is meant for.', setting)]),
	];
}

/** Stands before look-ups are let out to the tunnel's resolvers. Output sees what was redirected with the tunnel as its interface. */
export function egressLookUps({situation: {egress}, tunnels}: Context): readonly Rule[] {
	if (egress === undefined) return [];
	return carrying(tunnels).flatMap(tunnel => [
		...families.map(family => accept(
			`egress-diverted-${tunnel.interface}-v${family}`,
			{outInterface: [tunnel.interface], destination: hosts([loopbackOf(family)]), protocol: ['tcp', 'udp'], destinationPorts: [...egress.scopes.map(({resolver}) => resolver), ...listenersOf(egress)].sort((a, b) => a - b), diverted: true},
			'To the proxy and to our resolver.', setting,
		)),
		...ownRule(egress, tunnel, 'egress-own-dns', dnsPorts),
		...egress.scopes.map(scope => reject(`refuse-egress-dns-${scope.word}-${tunnel.interface}`, {outInterface: [tunnel.interface], ...whose(scope), protocol: ['tcp', 'udp'], destinationPorts: dnsPorts}, 'Names are looked up at the tunnel\'s resolver over UDP, where vks answers.', setting)),
	]);
}

/** Stands before applications are let into the tunnel, and ends what is governed there. */
export function egressOut(context: Context): readonly Rule[] {
	const {situation: {egress}, tunnels} = context;
	if (egress === undefined) return [];
	return carrying(tunnels).flatMap(tunnel => [
		...(egress.numbers.ownPorts.length === 0 ? [] : ownRule(egress, tunnel, 'egress-own', egress.numbers.ownPorts)),
		...ownPings(egress, tunnel),
		...egress.scopes.flatMap(scope => families.map(family => accept(
			`egress-proxy-${scope.word}-${tunnel.interface}-v${family}`,
			{outInterface: [tunnel.interface], ...from(tunnel, family), uid: egress.numbers.proxyUid, protocol: ['tcp'], held: {set: egressSet(scope, family), family}},
			'The proxy, to addresses that our resolver gave.', setting,
		)).filter(({match}) => match.source !== undefined)),
		...perFamily(hosts(tunnel.addresses), (source, family) => accept(
			`egress-proxy-goes-on-${tunnel.interface}-${family}`,
			{outInterface: [tunnel.interface], source, uid: egress.numbers.proxyUid, protocol: ['tcp'], destinationPorts: portsIn(egress.scopes.flatMap(({entries}) => entries)), connection: ['established'], connectionDirection: 'original'},
			'What was let pass goes on when the address is no longer held.', setting,
		)),
		reject(`refuse-egress-proxy-${tunnel.interface}`, {outInterface: [tunnel.interface], uid: egress.numbers.proxyUid}, 'The proxy connects to what our resolver gave, and to nothing else.', setting),
		...answers(context, tunnel),
		...egress.scopes.flatMap(scope => refusals(scope, tunnel)),
	]);
}

/** In the order of their names' width, so that each says the most that can be said. */
function refusals(scope: ScopePlan, {interface: device}: TunnelUse): readonly Rule[] {
	const base: Match = {outInterface: [device], ...whose(scope)};
	return [
		reject(`refuse-egress-quic-${scope.word}-${device}`, {...base, protocol: ['udp'], destinationPorts: [port(443)]}, 'QUIC hides which name it bears; TCP does not.', setting),
		...(scope.doors.length === 0 ? [] : [reject(`refuse-egress-address-${scope.word}-${device}`, {...base, protocol: ['tcp'], destinationPorts: scope.doors.map(door => door.port)}, 'No name that may be reached has this address at this port, as far as it was looked up.', setting)]),
		reject(`refuse-egress-${scope.word}-${device}`, base, 'Only names that are listed may be reached through the tunnel, at their ports.', setting),
	];
}

/** What came in by a port that is forwarded to us is answered: whom it was let in for is another setting's. */
function answers({config, situation: {granted}}: Context, {interface: device, addresses}: TunnelUse): readonly Rule[] {
	const lent = granted?.interface === device ? granted.leases.flatMap(({name, protocol}) => (protocol === 'tcp' || protocol === 'udp' ? [{port: granted.port, transport: protocol, lease: {lease: name}, word: 'granted'}] : [])) : [];
	const given = config.inboundPorts.filter(({on}) => on === 'tunnel').map(({port: own, transport}) => ({port: own, transport, lease: {}, word: String(own)}));
	return [...given, ...lent].flatMap(({port: own, transport, lease, word}) => perFamily(hosts(addresses), (source, family) => accept(
		`egress-answer-${word}-${transport}-${device}-${family}`,
		{outInterface: [device], source, protocol: [transport], sourcePorts: [own], ...lease, connection: ['established'], connectionDirection: 'reply'},
		'Answers to who came in by a forwarded port.', 'VKS_INBOUND_PORTS',
	)));
}

/** Only where vks's own uid is governed; a mark alone opens nothing. */
function ownRule({scopes, numbers}: EgressPlan, tunnel: TunnelUse, id: string, ports: readonly Port[] = [...dnsPorts, ...numbers.ownPorts]): readonly Rule[] {
	if (!governsRoot(scopes)) return [];
	const dns = ports === dnsPorts;
	return families.map(family => accept(
		`${id}-${tunnel.interface}-v${family}`,
		{outInterface: [tunnel.interface], ...from(tunnel, family), ...(dns ? resolversOf(tunnel, family) : {}), uid: 0, mark: numbers.ownMark, protocol: ['tcp', 'udp'], destinationPorts: [...new Set(ports)]},
		'vks\'s own questions.', setting,
	)).filter(({match}) => match.source !== undefined && (!dns || match.destination !== undefined));
}

/** How the tunnel's resolver, or who VKS_HEALTH_TARGETS names, is asked whether it is there (RFC 792, RFC 4443). */
function ownPings({scopes, numbers}: EgressPlan, tunnel: TunnelUse): readonly Rule[] {
	if (!governsRoot(scopes)) return [];
	return families.map(family => accept(
		`egress-own-ping-${tunnel.interface}-v${family}`,
		{outInterface: [tunnel.interface], ...from(tunnel, family), uid: 0, mark: numbers.ownMark, protocol: [family === 4 ? 'icmp' : 'icmpv6'], icmpTypes: [family === 4 ? 8 : 128]},
		'vks asks whether anybody answers.', setting,
	)).filter(({match}) => match.source !== undefined);
}

const governsRoot = (scopes: EgressPlan['scopes']): boolean => scopes.some(({uid}) => uid === null || uid === 0);
const listenersOf = ({scopes}: EgressPlan): readonly Port[] => scopes.flatMap(({doors}) => doors.map(({listener}) => listener));
const carrying = (tunnels: readonly TunnelUse[]): readonly TunnelUse[] => tunnels.filter(({pass}) => pass === 'traffic');
const whose = ({uid}: ScopePlan): Pick<Match, 'uid'> => (uid === null ? {} : {uid});
const ofFamily = (addresses: TunnelUse['addresses'], family: 4 | 6) => hosts(addresses.filter(address => address.includes(':') === (family === 6)));

function from({addresses}: TunnelUse, family: 4 | 6): Pick<Match, 'source'> {
	const source = ofFamily(addresses, family);
	return source.length === 0 ? {} : {source};
}

function resolversOf({resolvers}: TunnelUse, family: 4 | 6): Pick<Match, 'destination'> {
	const destination = ofFamily(resolvers, family);
	return destination.length === 0 ? {} : {destination};
}
