/**
 * The smallest change that would let a packet pass. What names a setting was tried: the policy was compiled with it and asked
 * again. Where nothing sensible would, that is said.
 */
import type {Config} from '../config/config.ts';
import {hostCidr} from '../net/cidr.ts';
import {formatEndpoint} from '../net/port.ts';
import {isPrivate} from '../net/private-ranges.ts';
import type {Exception} from './exception.ts';
import {contextOf, tunnelNamesIn} from './context.ts';
import {leaseName} from './lease.ts';
import type {Situation} from './policy.ts';
import type {Question} from './question.ts';
import {wayWith, type Change, type Openable} from './try-out.ts';
import type {Way, World} from './way.ts';

export interface OpenInput {
	readonly world: World;
	readonly question: Question;
	readonly way: Way;
	readonly openable: Openable | null;
}

interface Candidate extends Change {
	readonly text: string;
}

export function wouldOpen(input: OpenInput): string {
	const {question, openable} = input;
	const obvious = neverOpened(input);
	if (obvious !== null) return obvious;
	if (openable === null) return nothingSensible(question);
	const [lasting, passing] = [candidates(question, openable), forATime(question, openable)].map(each => each.find(candidate => wayWith(input, openable, candidate).verdict === 'accept'));
	return [lasting?.text ?? (passing === undefined ? nothingSensible(question) : null), passing?.text].filter(text => typeof text === 'string').join(' ');
}

/** What no permission is meant to open. */
function neverOpened({question: {raw, mark, direction, established}, way, openable}: OpenInput): string | null {
	if (openable?.situation.kind === 'lockdown') return 'Nothing while the lockdown lasts: `vks lift` ends it.';
	if (way.rule?.setting === 'VKS_EGRESS') return 'A name that VKS_EGRESS lists, once it was looked up: no address is opened by itself. The drops have the names that were asked for.';
	if (raw) return 'Nothing sensible would: raw frames go round the firewall. An ordinary socket may be let out.';
	if (way.other === 'kernel') return 'Nothing would: the kernel drops it by itself.';
	if (way.rule?.id === 'refuse-forward' || (direction === 'in' && way.path.some(step => step.startsWith('routing')))) return 'Nothing here would: it is for another host, and vks routes for nobody it was not told to.';
	if (mark !== 0) return 'Nothing sensible would: marks open nothing by themselves. Ask again without --mark.';
	if (established && direction === 'in') return 'Nothing here: an answer passes when the question was let out. Ask again for that one.';
	return null;
}

/** From the narrowest to the widest. */
function candidates(question: Question, {config, situation}: Openable): readonly Candidate[] {
	const permissions = question.direction === 'out' ? outward(question, config) : inward(question, config, tunnelNamesIn(contextOf(config, situation)));
	return [dockerResolver(question), namedResolver(question, config), ...permissions, verifiedTunnel(question, situation)].filter(candidate => candidate !== null);
}

function dockerResolver({destination}: Question): Candidate | null {
	return destination === '127.0.0.11' ? {config: {dockerDns: true}, text: 'VKS_DOCKER_DNS=yes lets Docker\'s resolver be asked; it answers from outside the tunnel.'} : null;
}

function namedResolver({destination, port, direction}: Question, {resolvers}: Config): Candidate | null {
	if (direction === 'in' || (port !== 53 && port !== 853)) return null;
	const named = [...resolvers, destination];
	return {config: {resolvers: named}, text: `VKS_DNS=${named.join(',')} makes it a resolver that is asked through the tunnel.`};
}

function outward({destination, protocol, port, via}: Question, config: Config): readonly (Candidate | null)[] {
	if (!isPrivate(destination)) return [];
	const host = hostCidr(destination);
	const named = {direction: 'out', range: host, protocol: protocol === 'other' ? null : protocol, ports: port === null ? null : {first: port, last: port}} as const;
	const lan = ['out', destination, ...(named.protocol === null ? [] : [named.protocol]), ...(port === null ? [] : [port])].join(' ');
	const peer = via === null || (protocol !== 'tcp' && protocol !== 'udp') || port === null ? null : {interface: via, destination: host, transport: protocol, port};
	return [
		{config: {lan: [...config.lan, named]}, routed: true, text: `${setting('VKS_LAN', config.lan.length > 0)}${lan} opens exactly this, outside the tunnel, and the answers.`},
		peer && {config: {peers: [...config.peers, peer]}, text: `${setting('VKS_PEERS', config.peers.length > 0)}${via} ${host} ${protocol} ${port} opens exactly this, outside the tunnel, and the answers.`},
		{config: {network: [...config.network, host]}, routed: true, text: `NETWORK=${[...config.network, host].join(',')} opens this host outside the tunnel, ${protocol} and everything else, both ways.`},
	];
}

function inward({source, protocol, port, via}: Question, config: Config, tunnelNames: readonly string[]): readonly (Candidate | null)[] {
	if (source === null) return [];
	const from = hostCidr(source);
	const transport = protocol === 'tcp' || protocol === 'udp' ? protocol : null;
	const published = (on: 'uplink' | 'tunnel'): Candidate | null => (transport === null || port === null ? null : {
		config: {inboundPorts: [...config.inboundPorts, {port, transport, on, from: on === 'tunnel' ? [] : [from]}]},
		text: `${setting('VKS_INBOUND_PORTS', config.inboundPorts.length > 0)}${port}/${transport}${on === 'tunnel' ? '@tunnel lets anyone who reaches us through the tunnel connect to the port.' : ` from ${from} lets this host connect to the port.`}`,
	});
	const named = {direction: 'in', range: from, protocol: protocol === 'other' ? null : protocol, ports: port === null ? null : {first: port, last: port}} as const;
	const lan = ['in', source, ...(named.protocol === null ? [] : [named.protocol]), ...(port === null ? [] : [port])].join(' ');
	return [
		isPrivate(source) ? {config: {lan: [...config.lan, named]}, text: `${setting('VKS_LAN', config.lan.length > 0)}${lan} lets exactly this in, and the answers out.`} : null,
		published(tunnelNames.some(name => name === via) ? 'tunnel' : 'uplink'),
	];
}

/** What an operator may be granted meanwhile: one private host, neither DNS nor the tunnel's own. */
function forATime({direction, protocol, destination, source, port, uid}: Question, {situation}: Openable): readonly Candidate[] {
	const host = direction === 'out' ? destination : source;
	if (host === null || protocol === 'other' || port === 53 || port === 853 || !isPrivate(host)) return [];
	if (situation.tunnels.some(({addresses, resolvers}) => [...addresses, ...resolvers].includes(host))) return [];
	const sender = direction === 'out' ? uid : null;
	const exception: Exception = {
		id: 0, protocol, range: hostCidr(host), port, direction, uid: sender, by: 'nobody', reason: 'tried out',
		lease: {name: leaseName('exception-0'), protocol, untilMs: 0, forMs: 0},
	};
	const options = [...(direction === 'in' ? ['--in'] : []), ...(sender === null ? [] : [`--uid ${sender}`]), '--for 15m', '--reason "…"'].join(' ');
	return [{
		situation: {...situation, exceptions: [...(situation.exceptions ?? []), exception]}, routed: true,
		text: `For a time: \`vks allow ${protocol} ${port === null ? host : formatEndpoint({address: host, port})} ${options}\`.`,
	}];
}

function verifiedTunnel({direction}: Question, situation: Situation): Candidate | null {
	if (direction === 'in' || situation.kind !== 'tunnelled' || situation.tunnels.every(({pass}) => pass === 'traffic')) return null;
	return {situation: {...situation, tunnels: situation.tunnels.map(tunnel => ({...tunnel, pass: 'traffic'}))}, text: 'Nothing to change: the tunnel carries it as soon as it was verified.'};
}

/** What is there already stays, so the addition is named as one. */
const setting = (name: string, more: boolean): string => `${name}=${more ? '…; ' : ''}`;

function nothingSensible({destination, port, protocol, direction, source}: Question): string {
	if (direction === 'in') return `Nothing sensible would: vks lets ${source ?? 'that host'} begin nothing here.`;
	if (port === 53 || port === 853) return 'Nothing sensible would while no tunnel carries it: look-ups go to resolvers through the tunnel.';
	if (isPrivate(destination)) return `Nothing sensible would: no interface leads to ${destination}.`;
	const target = port === null ? destination : formatEndpoint({address: destination, port});
	return `A connected tunnel carries ${protocol} to ${target}; vks opens no public address outside the tunnel.`;
}
