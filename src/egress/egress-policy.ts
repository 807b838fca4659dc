/** Which names may be reached from behind vks, by whom and at which ports. Everything else of whom it governs is refused. Pure. */
import type {Port} from '../net/port.ts';
import {matchesName, patternText, type DomainName, type NamePattern} from './name.ts';

export interface EgressEntry {
	/** Whose; null is everybody behind vks. */
	readonly uid: number | null;
	readonly pattern: NamePattern;
	/** Port 80 carries HTTP, every other port TLS: the two protocols that say which name they mean. Never empty. */
	readonly ports: readonly Port[];
}

/** Empty governs nobody. */
export type EgressPolicy = readonly EgressEntry[];

/** Whom some entries are for. A uid with entries of its own has those of everybody too. */
export interface Scope {
	readonly uid: number | null;
	readonly entries: readonly EgressEntry[];
}

export const httpPort = 80;

/** Those of one uid first, and everybody last, as the rules ask. */
export function scopesOf(policy: EgressPolicy): readonly Scope[] {
	const all = policy.filter(({uid}) => uid === null);
	const uids = [...new Set(policy.flatMap(({uid}) => (uid === null ? [] : [uid])))].sort((a, b) => a - b);
	return [
		...uids.map(uid => ({uid, entries: [...policy.filter(entry => entry.uid === uid), ...all]})),
		...(all.length === 0 ? [] : [{uid: null, entries: all}]),
	];
}

/** The ports at which the name may be reached; empty is not at all. */
export function portsOf({entries}: Scope, name: DomainName): readonly Port[] {
	return portsIn(entries.filter(({pattern}) => matchesName(pattern, name)));
}

export const portsIn = (entries: readonly EgressEntry[]): readonly Port[] => [...new Set(entries.flatMap(({ports}) => ports))].sort((a, b) => a - b);

/** As it is written in `VKS_EGRESS`. */
export const entryText = ({uid, pattern, ports}: EgressEntry): string => [...(uid === null ? [] : [`uid ${uid}`]), patternText(pattern), ...ports].join(' ');
