/**
 * The compiler: configuration and situation in, chains in evaluation order out. Pure; `docs/security.md` says in words what
 * each situation lets pass, and the golden files in `test/golden` show it as nft text.
 */
import type {Config} from '../config/config.ts';
import {parseCidr} from '../net/cidr.ts';
import {loopback} from '../net/interface-name.ts';
import {attachedEgress, attachedIn, attachedLoopRefusal, attachedOut} from './attached-rules.ts';
import {accept, drop, hosts, perFamily, reject} from './build.ts';
import {egressSet, egressSetSpec} from '../egress/plan.ts';
import {egressDiverts, egressListeners, egressLookUps, egressOut} from './egress-rules.ts';
import {contextOf, tunnelNamesIn, type Context} from './context.ts';
import {grantedPortIn} from './granted-port.ts';
import {gatewayEgress, gatewayErrorsOut, gatewayForward, gatewayNat, gatewayUnmarks} from './gateway-rules.ts';
import {permissionsEgress, permissionsIn, permissionsOut} from './lan-rules.ts';
import {exceptionsEgress, exceptionsIn, exceptionsOut, pinholeMarks, pinholesEgress, pinholesIn, pinholesOut} from './exception-rules.ts';
import {echoesEgress, echoesIn, echoesOut, echoMarks} from './latency-rules.ts';
import type {Lease} from './lease.ts';
import {arpEgress, arpRefusal, dhcpEgress, dhcpIn, dhcpOut, hostNeighboursIn, hostNeighboursOut, neighboursIn, neighboursOut, pathMtuIn} from './link-rules.ts';
import type {Chain, ChainName, Rule, Ruleset, Situation} from './policy.ts';
import {dnsRefusal, endpointEgress, endpointIn, endpointMarks, endpointOut, exitOut, loopRefusal, resolversOut, tunnelIn, tunnelMarks, tunnelOut, tunnelRefusal} from './tunnel-rules.ts';
import {doorMarks, doorsEgress, doorsIn, doorsOut, forwardedPortsIn, lanIn, lanOut, peersIn, peersOut, replyMarks} from './uplink-rules.ts';

export function compile(config: Config, situation: Situation): Ruleset {
	const context = contextOf(config, situation);
	return {
		chains: [
			chain('early', 'accept', tunnelAddressGuard(context)),
			chain('prerouting', 'accept', markRules(context)),
			chain('reroute', 'accept', replyMarks(context)),
			...(situation.egress === undefined ? [] : [chain('divert', 'accept', egressDiverts(context))]),
			chain('input', 'drop', inputRules(context)),
			chain('forward', 'drop', [...gatewayForward(context), drop('refuse-forward', {}, 'vks routes for nobody else.')]),
			chain('output', 'drop', outputRules(context)),
			...(config.gateway.length === 0 ? [] : [chain('postrouting', 'accept', gatewayNat(context))]),
			{name: 'egress', table: 'netdev', policy: 'drop', rules: egressRules(context)},
		],
		backstop: [...new Set(situation.outside)].sort(),
		tunnelNames: tunnelNamesIn(context),
		leases: leasesOf(situation),
		sets: (situation.egress?.scopes ?? []).flatMap(scope => ([4, 6] as const).map(family => `${egressSet(scope, family)} ${egressSetSpec(family)}`)),
		numbers: config.numbers,
	};
}

/** Beside somebody else's tunnel no packet's way is ours to change; that a connection came in by the uplink is remembered. */
function markRules(context: Context): readonly Rule[] {
	if (context.attached !== null) return doorMarks(context);
	return [...endpointMarks(context), ...tunnelMarks(context), ...pinholeMarks(context), ...echoMarks(context), ...doorMarks(context), ...gatewayUnmarks(context)];
}

/**
 * The endpoint stands first, because a server may listen on port 53 and because no packet is met as often; the DNS refusal
 * stands before every broad accept.
 */
function outputRules(context: Context): readonly Rule[] {
	return [
		...endpointOut(context, 'endpoint-out'),
		...dockerDnsRefusal(context),
		...egressListeners(context),
		accept('loopback-out', {outInterface: [loopback]}, 'The namespace talking to itself.'),
		...loopRefusal(context),
		...attachedLoopRefusal(context),
		...attachedOut(context),
		...egressLookUps(context),
		...resolversOut(context),
		...dnsRefusal(),
		...exitOut(context),
		...egressOut(context),
		...tunnelOut(context),
		...tunnelRefusal(context),
		...pinholesOut(context),
		...echoesOut(context),
		...lanOut(context, 'lan-out'),
		...permissionsOut(context),
		...gatewayErrorsOut(context),
		...peersOut(context, 'peer-out'),
		...exceptionsOut(context),
		...doorsOut(context),
		...neighboursOut(context, 'neighbour-out'),
		...hostNeighboursOut(context, 'neighbour-out'),
		...dhcpOut(context, 'dhcp-out'),
		reject('refuse-out', {}, 'Nothing in the policy lets this out.'),
	];
}

/** The tunnel's two rules stand first: each of its packets meets both, inside the tunnel and as the datagram that carries it. */
function inputRules(context: Context): readonly Rule[] {
	return [
		...endpointIn(context),
		...tunnelIn(context),
		accept('loopback-in', {inInterface: [loopback]}, 'The namespace talking to itself.'),
		...forwardedPortsIn(context),
		...grantedPortIn(context),
		...attachedIn(context),
		...pinholesIn(context),
		...echoesIn(context),
		...lanIn(context),
		...permissionsIn(context),
		...peersIn(context),
		...exceptionsIn(context),
		...doorsIn(context),
		...neighboursIn(context),
		...hostNeighboursIn(context),
		...dhcpIn(context),
		...pathMtuIn(context),
		drop('refuse-in', {}, 'Nothing in the policy lets this in.'),
	];
}

/** What no ordinary packet reaches: raw sockets that walk past the output hook (CAP_NET_RAW is a Docker default). */
function egressRules(context: Context): readonly Rule[] {
	return [
		...disguiseRefusal(),
		...endpointEgress(context),
		...attachedEgress(context),
		...pinholesEgress(context),
		...echoesEgress(context),
		...arpRefusal(context),
		...arpEgress(context),
		...lanOut(context, 'egress-lan'),
		...permissionsEgress(context),
		...gatewayEgress(context),
		...peersOut(context, 'egress-peer'),
		...exceptionsEgress(context),
		...doorsEgress(context),
		...neighboursOut(context, 'egress-neighbour'),
		...hostNeighboursOut(context, 'egress-neighbour'),
		...dhcpEgress(context),
		drop('refuse-egress', {}, 'A raw packet, or one that no other layer stopped.'),
	];
}

/**
 * A raw socket says itself what its frame is, and the rules below read addresses where such a packet has them: an IPv6 packet
 * to anywhere, handed over as IPv4, bears what reads as an address of the LAN in the middle of its own source.
 */
function disguiseRefusal(): readonly Rule[] {
	return (['ip', 'ip6'] as const).map(disguised => drop(`refuse-disguised-${disguised}`, {disguised}, 'A raw frame that is not what its sender says it is.'));
}

/**
 * Docker rewrites port 53 before this hook, so only the address tells. It forwards from the host's or the container's own
 * address: outside the tunnel either way.
 */
function dockerDnsRefusal({config}: Context): readonly Rule[] {
	const resolver = parseCidr('127.0.0.11');
	if (config.dockerDns || resolver === null) return [];
	return [reject('refuse-docker-dns', {destination: [resolver]}, 'Docker\'s resolver answers from outside the tunnel.', 'VKS_DOCKER_DNS')];
}

/**
 * CVE-2019-14899: a neighbour on the link must not be able to probe for the tunnel's address. Before connection tracking,
 * which would take the packet for one of a connection that runs through the tunnel, and change that connection's state.
 */
function tunnelAddressGuard({situation: {outside}, tunnels}: Context): readonly Rule[] {
	if (outside.length === 0) return [];
	return perFamily(hosts(tunnels.flatMap(tunnel => tunnel.addresses)), (destination, family) => drop(
		`refuse-tunnel-address-${family}`,
		{inInterface: [...outside].sort(), destination},
		'The tunnel\'s address is nobody\'s business on the uplink (CVE-2019-14899).',
	));
}

/** Also in lockdown, where no rule names them: the kernel counts their time on, and a lift opens what is left of it. */
function leasesOf({tunnels, exceptions = [], pinholes = [], echoes = [], granted}: Situation): readonly Lease[] {
	return [...tunnels.flatMap(({lease, pass}) => (lease === undefined || pass === 'traffic' ? [] : [lease])), ...exceptions.map(({lease}) => lease), ...[...pinholes, ...echoes].map(({lease}) => lease), ...(granted?.leases ?? [])];
}

function chain(name: Exclude<ChainName, 'egress'>, policy: 'accept' | 'drop', rules: readonly Rule[]): Chain {
	return {name, table: 'inet', policy, rules};
}
