/** What to ask the daemon about a refused packet: the packet as it was recorded, so that the answer is about this one. */
import type {DropView, ExplainQuery} from '../../control/schema.ts';
import type {ViewState} from '../view.ts';
import {ruleById} from './ruleset.ts';

/** Null where the record says too little: no addresses, or a frame whose protocol may not be IP at all (ARP). */
export function questionAbout(record: DropView, state: ViewState): ExplainQuery | null {
	// A name is no packet; the entry that would list it is known already.
	if (record.named !== undefined) return null;
	const {protocol, source, destination, sourcePort, destinationPort, direction, mark, icmpType} = record;
	if (source === '' || destination === '' || destinationPort === 0) return null;
	const hasPorts = protocol === 'tcp' || protocol === 'udp';
	// A fragment or a torn packet bears none.
	if (hasPorts && destinationPort === null) return null;
	const raw = direction === 'out' && ruleById(state, record.ruleId)?.table === 'netdev';
	if (raw && protocol === 'other') return null;
	// Where it was on its way is part of what was asked: what a socket bound to the uplink sends is not what the tunnel carries.
	const via = direction === 'out' ? record.outInterface : record.inInterface;
	return {
		protocol, destination, source,
		port: hasPorts ? destinationPort : null,
		uid: direction === 'out' ? record.uid : null,
		direction: direction === 'out' ? 'out' : 'in',
		...(sourcePort === null || sourcePort === 0 ? {} : {sourcePort}),
		...(via === null ? {} : {via}),
		...(mark === undefined ? {} : {mark}),
		...(raw ? {raw} : {}),
		...(icmpType === null ? {} : {icmpType}),
	};
}
