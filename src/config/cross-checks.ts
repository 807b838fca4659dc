/** What only two values together show to be wrong. Runs on whatever did parse, so that all problems come at once. */
import {entryText} from '../egress/egress-policy.ts';
import {nameBeside} from '../policy/slots.ts';
import type {InboundPort, PeerPermission} from './config.ts';
import {egressFaults} from './check-egress.ts';
import {lanText} from './parse-lan.ts';
import type {Fault} from './setting-problem.ts';
import type {SettingId} from './settings.ts';
import type {Values} from './schema.ts';

export interface CrossFault {
	readonly id: SettingId;
	readonly fault: Fault;
}

export function crossFaults(values: Partial<Values>): readonly CrossFault[] {
	return [
		...same(values, ['replyMark', 'tunnelMark'], hex),
		...same(values, ['tunnelTable', 'uplinkTable'], String),
		...probeTaken(values, 'probeMark', {'tunnel mark': values.tunnelMark, 'reply mark': values.replyMark}, hex),
		...probeTaken(values, 'probeTable', {'tunnel table': values.tunnelTable, 'uplink table': values.uplinkTable}, String),
		...tunnelNameTaken(values),
		...besideAttach(values),
		...reconnectNobody(values),
		...forwardsNowhere(values),
		...portFileAmongOurs(values),
		...twice((values.gluetunServers ?? []).map(({id}) => id.toLowerCase()), String).map(fault => ({id: 'gluetunServers' as const, fault})),
		...twice(values.inboundPorts ?? [], portText).map(fault => ({id: 'inboundPorts' as const, fault})),
		...twice(values.gateway ?? [], ({interface: device, range}) => `${device} ${range}`).map(fault => ({id: 'gateway' as const, fault})),
		...egressFaults(values).map(fault => ({id: 'egress' as const, fault})),
		...twice(values.egress ?? [], entryText).map(fault => ({id: 'egress' as const, fault})),
		...twice(values.lan ?? [], lanText).map(fault => ({id: 'lan' as const, fault})),
		...twice(values.peers ?? [], peerText).map(fault => ({id: 'peers' as const, fault})),
	];
}

type NumberId = 'replyMark' | 'tunnelMark' | 'tunnelTable' | 'uplinkTable';

function same(values: Partial<Values>, [id, other]: readonly [NumberId, NumberId], show: (number: number) => string): readonly CrossFault[] {
	const value = values[id];
	if (value === undefined || value !== values[other]) return [];
	const kind = id === 'replyMark' ? 'tunnel mark' : 'uplink table';
	return [{id, fault: {value: show(value), wrong: `is also the ${kind}`, right: `Write a number that is not the ${kind}.`}}];
}

/** Two numbers are taken: one for each of two tunnels that stand beside each other. */
function probeTaken(values: Partial<Values>, id: 'probeMark' | 'probeTable', others: Readonly<Record<string, number | undefined>>, show: (number: number) => string): readonly CrossFault[] {
	const value = values[id];
	if (value === undefined) return [];
	return Object.entries(others).filter(([, other]) => other === value || other === value + 1)
		.map(([kind]) => ({id, fault: {value: show(value), wrong: `or the next number is also the ${kind}`, right: `Write a number so that neither it nor the next is the ${kind}.`}}));
}

const hex = (number: number): string => `0x${number.toString(16)}`;

/** A name the tunnel shares with an outside interface would let what is meant for one pass on the other. */
function tunnelNameTaken({tunnelInterface, uplink, peers = [], gateway = []}: Partial<Values>): readonly CrossFault[] {
	if (tunnelInterface === undefined) return [];
	const holderOf = (name: string): string | null => (name === uplink ? 'the uplink' : peers.some(peer => peer.interface === name) ? "a peer's interface" : gateway.some(each => each.interface === name) ? 'an interface of VKS_GATEWAY' : null);
	const right = 'Write a name no other interface of the container has.';
	const beside = nameBeside(tunnelInterface);
	const [own, next] = [holderOf(tunnelInterface), holderOf(beside)];
	if (own !== null) return [{id: 'tunnelInterface', fault: {value: tunnelInterface, wrong: `is also ${own}`, right}}];
	return next === null ? [] : [{id: 'tunnelInterface', fault: {value: tunnelInterface, wrong: `leaves ${beside} for the next tunnel of a switch, which is also ${next}`, right}}];
}

/** What a tunnel of somebody else's leaves no room for, and what it needs. */
function besideAttach({attach, attachInterface, gateway = [], provider, server, resolvers, uplink, peers = []}: Partial<Values>): readonly CrossFault[] {
	if (attach === undefined || attach === 'off') return [];
	const own = 'Remove it, or VKS_ATTACH: beside somebody else\'s tunnel vks brings up none of its own.';
	const name = attachInterface ?? null;
	return [
		...(provider === undefined || provider === 'folder' ? [] : [{id: 'provider' as const, fault: {value: provider, wrong: 'asks for servers of our own', right: own}}]),
		...(server === undefined || server === null ? [] : [{id: 'server' as const, fault: {value: server, wrong: 'names a server of our own', right: own}}]),
		...(gateway.length === 0 ? [] : [{id: 'gateway' as const, fault: {value: null, wrong: 'routes hosts, and the routing is the tunnel\'s owner\'s', right: 'Remove it, and have the owner of the tunnel route them.'}}]),
		...(attach === 'external' && resolvers?.length === 0 ? [{id: 'resolvers' as const, fault: {value: null, wrong: 'names no resolver, and of somebody else\'s tunnel none is known', right: 'Set VKS_DNS to a resolver that is reached through that tunnel: vks asks it whether data flows.'}}] : []),
		...(name !== null && (name === uplink || peers.some(peer => peer.interface === name)) ? [{id: 'attachInterface' as const, fault: {value: name, wrong: `is also ${name === uplink ? 'the uplink' : "a peer's interface"}`, right: 'Write the name of the tunnel\'s interface.'}}] : []),
	];
}

/** Two ways to connect anew, of which one would never be taken. */
function reconnectNobody({attach, reconnectCommand}: Partial<Values>): readonly CrossFault[] {
	if (attach !== 'gluetun' || reconnectCommand === undefined || reconnectCommand === null) return [];
	return [{id: 'reconnectCommand', fault: {value: null, wrong: 'is not how Gluetun is told: its control server is', right: 'Remove it, or set VKS_ATTACH=external.'}}];
}

/** Whom to ask behind somebody else's tunnel is not known by itself. */
function forwardsNowhere({attach, portForward, portGateway}: Partial<Values>): readonly CrossFault[] {
	if (attach === undefined || attach === 'off' || portForward !== 'nat-pmp' || portGateway !== null) return [];
	return [{id: 'portGateway', fault: {value: null, wrong: 'names nobody, and of somebody else\'s tunnel no gateway is known', right: 'Set it to the gateway behind that tunnel, such as 10.2.0.1, or VKS_PORT_FORWARD=off.'}}];
}

/** What vks keeps, and its sockets, would be replaced by a port, or read as one. */
function portFileAmongOurs({portFile, stateFolder, runFolder}: Partial<Values>): readonly CrossFault[] {
	if (portFile === undefined || portFile === null) return [];
	const folder = [stateFolder, runFolder].find(each => each !== undefined && (portFile === each || portFile.startsWith(`${each}/`)));
	return folder === undefined ? [] : [{id: 'portFile', fault: {value: portFile, wrong: `is inside ${folder}, which is vks's own`, right: 'Write a path in a folder of its own, such as /run/vks-port/forwarded_port.'}}];
}

function twice<T>(entries: readonly T[], show: (entry: T) => string): readonly Fault[] {
	const texts = entries.map(show);
	const repeated = new Set(texts.filter((text, index) => texts.indexOf(text) !== index));
	return [...repeated].map(value => ({value, wrong: 'is listed twice', right: 'List it once; several ranges go after one "from".'}));
}

const portText = ({port, transport, on}: InboundPort): string => `${port}/${transport}@${on}`;
const peerText = (peer: PeerPermission): string => `${peer.interface} ${peer.destination} ${peer.transport} ${peer.port}`;
