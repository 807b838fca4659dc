/** What is to be looked at each day, week, month and quarter: what vks reads by itself, and what only a person can say. Pure. */
import type {CheckedView} from '../control/checklist-schema.ts';
import type {Snapshot} from '../control/schema.ts';

const dayMs = 86_400_000;
/** With some air: who does it each Monday is not late on the next. */
export const periods = {daily: 1.5 * dayMs, weekly: 8 * dayMs, monthly: 33 * dayMs, quarterly: 95 * dayMs} as const;
export type Period = keyof typeof periods;

export interface Item {
	readonly id: string;
	readonly every: Period;
	readonly what: string;
	/** What is done, and how. */
	readonly how: string;
	/** What vks itself read of it; absent where only a person can say. */
	readonly read?: (snapshot: Snapshot) => CheckedView | null;
}

export const checklist: readonly Item[] = [
	{id: 'state', every: 'daily', what: 'state and proof', how: 'vks status', read: stateRead},
	{id: 'refused', every: 'daily', what: 'what was refused or changed', how: 'drops and journal: panels 4 and 5 of the console, `vks drops`'},
	{id: 'leak-test', every: 'weekly', what: 'a leak test passed', how: 'vks drill; by itself each hour (VKS_DRILL_EVERY)', read: drillRead},
	{id: 'openings', every: 'weekly', what: 'openings still wanted', how: 'exceptions, NETWORK, VKS_LAN, published ports: `vks exceptions`, `vks rules`'},
	{id: 'updates', every: 'weekly', what: 'vks, engine, host up to date', how: 'its CHANGELOG; a new image, the host\'s packages'},
	{id: 'keys', every: 'monthly', what: 'the tunnel\'s key is young', how: 'another one from the provider; vks takes the new file by itself', read: keyRead},
	{id: 'access', every: 'monthly', what: 'who may come in', how: 'logins of the host, who is in its docker group, who has the engine\'s socket'},
	{id: 'notes', every: 'monthly', what: 'notes are right', how: 'what runs where, whose accounts, how it is set up anew'},
	{id: 'audit', every: 'quarterly', what: 'what surrounds the tunnel', how: 'vks audit on the host, or its key in a console there'},
	{id: 'full-drill', every: 'quarterly', what: 'leak test without a tunnel', how: 'vks drill --full'},
	{id: 'restore', every: 'quarterly', what: 'set up anew from a copy', how: 'settings, tunnel files and secrets on another machine; a lockdown and its lift'},
];

export const isItem = (id: string): boolean => checklist.some(each => each.id === id);

export interface Standing {
	readonly item: Item;
	/** The last result; null where there is none. */
	readonly last: CheckedView | null;
	/** `due`: never looked at, or longer ago than its time. */
	readonly standing: 'good' | 'due' | 'wrong';
	/** When it is due again; null where it is. */
	readonly dueAtMs: number | null;
}

/** In the order of the list. */
export function standings(snapshot: Snapshot, nowMs: number): readonly Standing[] {
	return checklist.map(item => {
		const kept = (snapshot.checklist ?? []).find(({id}) => id === item.id) ?? null;
		const read = item.read?.(snapshot) ?? null;
		const last = read !== null && read.atMs >= (kept?.atMs ?? 0) ? read : kept;
		if (last === null) return {item, last, standing: 'due', dueAtMs: null};
		const dueAtMs = last.atMs + periods[item.every];
		// A clock that was set back makes nothing new.
		const isDue = dueAtMs <= nowMs || last.atMs > nowMs + dayMs;
		return {item, last, standing: last.result === 'failed' ? 'wrong' : isDue ? 'due' : 'good', dueAtMs: isDue ? null : dueAtMs};
	});
}

/** `2 due, 1 wrong`; empty where all is well. */
export function dueText(all: readonly Standing[]): string {
	const count = (of: Standing['standing']): number => all.filter(({standing}) => standing === of).length;
	return [...(count('wrong') === 0 ? [] : [`${count('wrong')} wrong`]), ...(count('due') === 0 ? [] : [`${count('due')} due`])].join(', ');
}

function stateRead({atMs, state, proof}: Snapshot): CheckedView {
	const good = proof.kind === 'proven' && (state.kind === 'connected' || state.kind === 'lockdown');
	return {id: 'state', atMs, result: good ? 'passed' : 'failed', detail: `${state.kind}, ${proof.kind}`};
}

function drillRead({lastDrill}: Snapshot): CheckedView | null {
	return lastDrill === null || lastDrill.kind === 'inconclusive' ? null : {id: 'leak-test', atMs: lastDrill.atMs, result: lastDrill.kind, detail: lastDrill.detail};
}

/** Counted from when it was made; vks says nothing of a key that it cannot date. */
function keyRead({servers, tunnel}: Snapshot): CheckedView | null {
	const key = servers.find(({id}) => id === tunnel?.server)?.key ?? null;
	const sinceMs = key?.sinceMs ?? tunnel?.keyFileChangedAtMs ?? null;
	return sinceMs === null ? null : {id: 'keys', atMs: sinceMs, result: 'passed', detail: `${tunnel?.server ?? ''}: its key is from then`};
}
