/**
 * Refused packets that are the same to an operator, counted since the console follows: one rule, destination, port and uid.
 * An immutable value that grows with each batch; what a batch costs depends on the batch and on how many groups there are,
 * which is bounded, and not on how many packets there were.
 */
import type {DropOwner, DropView} from '../control/schema.ts';
import {itemsOf, type Ring} from './ring.ts';

export interface DropGroup {
	readonly key: string;
	/** The newest packet of it. */
	readonly record: DropView;
	readonly packets: number;
	readonly firstAtMs: number;
	readonly lastAtMs: number;
	/** More than one source; the record's is one of them. */
	readonly manySources: boolean;
	/** The last that was known; the newest packet's own may not be. */
	readonly owner: DropOwner | null;
	/** Packets by second; the last is that of `lastSecond`. */
	readonly seconds: readonly number[];
	readonly lastSecond: number;
}

export interface DropGroups {
	readonly groups: ReadonlyMap<string, DropGroup>;
	/** Packets recorded, those of forgotten groups too. */
	readonly packets: number;
	/** Groups that made room: those that were quiet for longest. */
	readonly forgotten: number;
}

export const noGroups: DropGroups = {groups: new Map(), packets: 0, forgotten: 0};

export const keptSeconds = 20;
const mostGroups = 1000;
/** A quarter goes at once, so that a scan of ports does not look for the quietest with each packet. */
const keptOfFull = 750;

export function addToGroups(before: DropGroups, records: readonly DropView[]): DropGroups {
	if (records.length === 0) return before;
	const groups = new Map(before.groups);
	for (const record of records) {
		const key = groupKey(record);
		groups.set(key, grown(groups.get(key), key, record));
	}
	const packets = before.packets + records.reduce((sum, record) => sum + timesOf(record), 0);
	if (groups.size <= mostGroups) return {groups, packets, forgotten: before.forgotten};
	const newest = [...groups.values()].toSorted((a, b) => b.lastAtMs - a.lastAtMs).slice(0, keptOfFull);
	const kept = new Set(newest.map(({key}) => key));
	return {groups: new Map([...groups].filter(([key]) => kept.has(key))), packets, forgotten: before.forgotten + groups.size - kept.size};
}

/** Of a past moment only what the ring still holds is known. */
export const groupsOf = (drops: Ring<{readonly record: DropView}>): DropGroups => addToGroups(noGroups, itemsOf(drops).map(({record}) => record));

/** Refused names are gathered where there are many. */
const timesOf = ({named}: DropView): number => named?.times ?? 1;

export const groupKey = ({ruleId, direction, protocol, destination, destinationPort, icmpType, uid}: DropView): string =>
	`${ruleId} ${direction} ${protocol} ${destination} ${destinationPort ?? ''} ${icmpType ?? ''} ${uid ?? ''}`;

function grown(group: DropGroup | undefined, key: string, record: DropView): DropGroup {
	const second = Math.floor(record.atMs / 1000);
	if (group === undefined) {
		return {key, record, packets: timesOf(record), firstAtMs: record.atMs, lastAtMs: record.atMs, manySources: false, owner: record.owner ?? null, seconds: [timesOf(record)], lastSecond: second};
	}
	return {
		key, record,
		packets: group.packets + timesOf(record),
		firstAtMs: group.firstAtMs,
		lastAtMs: Math.max(group.lastAtMs, record.atMs),
		manySources: group.manySources || group.record.source !== record.source,
		owner: record.owner?.process === undefined ? (group.owner ?? record.owner ?? null) : record.owner,
		...counted(group, second, timesOf(record)),
	};
}

function counted({seconds, lastSecond}: DropGroup, second: number, times: number): Pick<DropGroup, 'seconds' | 'lastSecond'> {
	// A clock that was set back counts into the newest second.
	const ahead = Math.max(0, second - lastSecond);
	const shifted = ahead === 0 ? [...seconds] : [...seconds, ...Array.from({length: Math.min(ahead, keptSeconds)}, () => 0)].slice(-keptSeconds);
	shifted[shifted.length - 1] = (shifted.at(-1) ?? 0) + times;
	return {seconds: shifted, lastSecond: lastSecond + ahead};
}

/** The last seconds before now, oldest first. */
export function secondsUntil({seconds, lastSecond}: DropGroup, nowMs: number): readonly number[] {
	const quiet = Math.min(keptSeconds, Math.max(0, Math.floor(nowMs / 1000) - lastSecond));
	return [...seconds, ...Array.from({length: quiet}, () => 0)].slice(-keptSeconds);
}

const rateSeconds = 10;

/** Packets a second, over the last ten. */
export function rateOf(group: DropGroup, nowMs: number): number {
	return secondsUntil(group, nowMs).slice(-rateSeconds).reduce((sum, packets) => sum + packets, 0) / rateSeconds;
}
