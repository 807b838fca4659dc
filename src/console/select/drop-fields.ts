/** What of a refused packet is shown and searched. */
import type {DropView} from '../../control/schema.ts';
import {formatAddress, formatPacketRate} from '../format.ts';
import type {Searchable} from './filter.ts';

export const sourceOf = (record: DropView): string => formatAddress(record.source, record.sourcePort);
export const destinationOf = (record: DropView): string => frameOf(record) ?? formatAddress(record.destination, record.destinationPort);

/** A frame that bears no addresses; null for all others. */
export function frameOf({source, destination, etherType}: Pick<DropView, 'source' | 'destination' | 'etherType'>): string | null {
	if (source !== '' || destination !== '') return null;
	return etherType === undefined ? 'frame of an unknown kind' : `frame of type 0x${etherType.toString(16).padStart(4, '0')}`;
}

export function interfaceOf(record: DropView): string {
	return (record.direction === 'in' ? record.inInterface : record.outInterface) ?? record.inInterface ?? record.outInterface ?? '';
}

/** The best name there is, in a word: our own leak test, the process, else the user, else the number. */
export function whoOf({uid, owner, drill}: Pick<DropView, 'uid' | 'owner' | 'drill'>): string {
	if (drill === true) return 'a drill';
	return owner?.process ?? owner?.user ?? (uid === null ? '' : `uid ${uid}`);
}

/** All that was known, in a sentence. */
export function whoInFull({uid, gid, owner = {}}: Pick<DropView, 'uid' | 'gid' | 'owner'>): string {
	if (uid === null) return 'not known: no socket here sent it';
	const {user, process, pid, container} = owner;
	const id = `${user === undefined ? '' : `${user}, `}uid ${uid}${gid === null ? '' : `, gid ${gid}`}`;
	const running = process === undefined ? 'process not known' : `${process}${pid === undefined ? '' : `, pid ${pid}`}`;
	return `${id}; ${running}${container === undefined ? '' : `, in ${container}`}`;
}

export function searchable(record: DropView): Pick<Searchable, 'text' | 'fields'> {
	const {owner = {}} = record;
	const fields: Readonly<Record<string, string>> = {
		dir: record.direction,
		proto: record.protocol,
		src: record.source,
		dst: record.destination,
		sport: String(record.sourcePort ?? ''),
		dport: String(record.destinationPort ?? ''),
		uid: String(record.uid ?? ''),
		user: (owner.user ?? '').toLowerCase(),
		proc: (owner.process ?? '').toLowerCase(),
		container: (owner.container ?? '').toLowerCase(),
		rule: record.ruleId.toLowerCase(),
		if: interfaceOf(record).toLowerCase(),
		name: record.named === undefined ? '' : record.destination.toLowerCase(),
	};
	const names = [owner.user, owner.process, owner.container].filter(name => name !== undefined).join(' ');
	return {text: `${record.direction} ${record.protocol} ${sourceOf(record)} ${destinationOf(record)} ${record.ruleId} ${interfaceOf(record)} uid ${record.uid ?? ''} ${names}${record.drill === true ? ' a drill' : ''}`.toLowerCase(), fields};
}

/** `12/s`; below one a second only that there is something. */
export const rateText = (perSecond: number): string => (perSecond > 0 && perSecond < 1 ? '<1/s' : formatPacketRate(perSecond));
