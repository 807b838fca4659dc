/** Published ports, with the host's rules known: who is let in past what, and the rule that keeps them out. Pure. */
import {sentence} from '../../sentence.ts';
import {finding, type Command, type Finding} from '../finding.ts';
import type {Running} from '../engine/facts.ts';
import type {HostFacts} from '../host.ts';
import {portKind} from '../image-kinds.ts';
import {closeByFile, manners} from '../published.ts';
import {openPorts, portText, type PublishedPort} from '../service.ts';
import {inserted, nothing, textOf, type Change} from './change.ts';
import {filterOf, firewallOf, isDockers, programOf, hasEngineTable, type HostRules} from './facts.ts';
import {ownTable} from './nft-fix.ts';
import {waysTo, type Way} from './paths.ts';

export function exposedFindings(running: Running, host: HostFacts): readonly Finding[] {
	const ports = openPorts(running.service);
	const texts = [...new Set(ports.map(portText))];
	return texts.flatMap(text => portFindings(running, ports.filter(port => portText(port) === text), host));
}

/** One port, to IPv4 and to IPv6. */
function portFindings(running: Running, bindings: readonly PublishedPort[], host: HostFacts): readonly Finding[] {
	const [port] = bindings;
	if (port === undefined) return [];
	const {service} = running;
	const all = bindings.flatMap(binding => waysTo(running, binding, host).map(way => ({...way, binding})));
	const open = all.filter(({fate}) => fate !== 'refused');
	// Without a default route nobody from elsewhere comes, but the neighbours do.
	if (all.length > 0 && open.length === 0) return [];
	const change = closingAll(open, port, host.rules);
	const firewall = firewallOf(host.rules);
	const past = open.find(({kind, fate, inputFate}) => kind === 'forwarded' && fate === 'accepted' && inputFate !== 'accepted');
	const kind = portKind(service, port);
	const {severity, what, risk} = manners[kind];
	const lasting = closeByFile(service, port);
	const fix = change.commands.length === 0 ? lasting : `At once: ${textOf(change)}. For good: ${lasting.slice(0, 1).toLowerCase()}${lasting.slice(1)}`;
	const common = {proof: bindings.map(({proof}) => proof).join('; '), fix, ...change};
	if (past === undefined || firewall === null) return [finding({...common, id: 'port-published', severity, what: `${what}: ${portText(port)} of ${service.called}.`, risk})];
	// What the firewall itself says of that port is not always known; that nobody asks it is.
	const refused = past.inputFate === 'refused';
	// The name of a program stays as it is written.
	const who = firewall.startsWith('the ') ? sentence(firewall) : firewall;
	return [finding({
		...common, id: 'port-past-firewall', severity: !refused ? severity : kind === 'public' ? 'medium' : 'high',
		what: `${refused ? `${who} does not let others in to port ${port.hostPort ?? ''}/${port.transport}, and the engine does` : `${who} is not asked about port ${port.hostPort ?? ''}/${port.transport}, which the engine lets in`}: to ${service.called}.`,
		proof: `${common.proof}; the first packet from ${past.uplink} is accepted in FORWARD, and INPUT, which ${refused ? 'refuses it' : 'is closed'}, is not asked`,
		risk: refused ? 'Who relies on the firewall believes that this port is closed; who can reach the host can reach it.' : 'What the firewall is told to refuse there is let in all the same.',
	})];
}

type OpenWay = Way & {readonly binding: PublishedPort};

function closingAll(open: readonly OpenWay[], port: PublishedPort, rules: HostRules): Change {
	if (hasEngineTable(rules, 4) || hasEngineTable(rules, 6)) return closingByNft(open, port);
	return inserted(open.flatMap(way => closing(way, way.binding, rules)).filter((each, index, list) => list.findIndex(other => other.join(' ') === each.join(' ')) === index));
}

function closingByNft(open: readonly OpenWay[], {hostPort, transport}: PublishedPort): Change {
	if (hostPort === null || open.length === 0) return nothing;
	const rules = open.map(({family, uplink, kind}) => {
		const from = `iifname "${uplink}" meta nfproto ipv${family} ct state new`;
		return kind === 'forwarded' ? {hook: 'forward' as const, rule: `${from} meta l4proto ${transport} ct direction original ct original proto-dst ${hostPort} drop`} : {hook: 'input' as const, rule: `${from} ${transport} dport ${hostPort} drop`};
	});
	return ownTable('inet', `vks-close-${transport}-${hostPort}`, rules.filter(({rule}, index) => rules.findIndex(each => each.rule === rule) === index));
}

/** What refuses new connections by that way. Rules in DOCKER-USER see the translated port, so the original one is asked for. */
function closing({family, uplink, kind}: Way, {hostPort, transport}: PublishedPort, {sets}: HostRules): readonly Command[] {
	const set = sets.find(each => each.family === family && isDockers(each));
	if (hostPort === null) return [];
	if (kind === 'forwarded') {
		if (set === undefined) return [];
		return [[programOf(set), '-I', filterOf(set)?.has('DOCKER-USER') === true ? 'DOCKER-USER' : 'FORWARD', '1', '-i', uplink, '-p', transport, '-m', 'conntrack', '--ctstate', 'NEW', '--ctorigdstport', hostPort, '--ctdir', 'ORIGINAL', '-j', 'DROP']];
	}
	const backend = set?.backend ?? sets.find(isDockers)?.backend;
	return backend === undefined ? [] : [[programOf({family, backend}), '-I', 'INPUT', '1', '-i', uplink, '-p', transport, '-m', transport, '--dport', hostPort, '-j', 'DROP']];
}
