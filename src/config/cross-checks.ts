/** What only two values together show to be wrong. Runs on whatever did parse, so that all problems come at once. */
import type {InboundPort, PeerPermission} from './config.ts';
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
		...same(values, ['replyMark', 'tunnelMark'], number => `0x${number.toString(16)}`),
		...same(values, ['tunnelTable', 'uplinkTable'], String),
		...tunnelNameTaken(values),
		...twice(values.inboundPorts ?? [], portText).map(fault => ({id: 'inboundPorts' as const, fault})),
		...twice(values.gateway ?? [], ({interface: device, range}) => `${device} ${range}`).map(fault => ({id: 'gateway' as const, fault})),
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

/** A name the tunnel shares with an outside interface would let what is meant for one pass on the other. */
function tunnelNameTaken({tunnelInterface, uplink, peers = [], gateway = []}: Partial<Values>): readonly CrossFault[] {
	if (tunnelInterface === undefined) return [];
	const taken = tunnelInterface === uplink ? 'the uplink' : peers.some(peer => peer.interface === tunnelInterface) ? "a peer's interface" : gateway.some(each => each.interface === tunnelInterface) ? 'an interface of VKS_GATEWAY' : null;
	const right = 'Write a name no other interface of the container has.';
	return taken === null ? [] : [{id: 'tunnelInterface', fault: {value: tunnelInterface, wrong: `is also ${taken}`, right}}];
}

function twice<T>(entries: readonly T[], show: (entry: T) => string): readonly Fault[] {
	const texts = entries.map(show);
	const repeated = new Set(texts.filter((text, index) => texts.indexOf(text) !== index));
	return [...repeated].map(value => ({value, wrong: 'is listed twice', right: 'List it once; several ranges go after one "from".'}));
}

const portText = ({port, transport, on}: InboundPort): string => `${port}/${transport}@${on}`;
const peerText = (peer: PeerPermission): string => `${peer.interface} ${peer.destination} ${peer.transport} ${peer.port}`;
