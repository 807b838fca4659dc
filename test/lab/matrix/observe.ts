/** Sends one cell and reads what the kernel did with it. */
import {setTimeout as sleep} from 'node:timers/promises';
import type {Ruleset} from '../../../src/policy/policy.ts';
import {arrives, type Cell, type Sender} from './cell.ts';
import type {Counts, openCounters} from './counters.ts';
import type {FarEnd} from './far-end.ts';
import type {Observation} from './judge.ts';
import type {Links} from './links.ts';
import type {openSender} from './senders.ts';
import {signatureOf} from './wire.ts';

export interface Bench {
	readonly farEnd: FarEnd;
	readonly links: Links;
	readonly senders: Readonly<Record<Sender, Awaited<ReturnType<typeof openSender>>>>;
	readonly counters: Awaited<ReturnType<typeof openCounters>>;
}

export interface Before {
	readonly ruleset: Ruleset;
	/** The last reading, when nothing was sent since. */
	readonly last: Counts | null;
}

/** What answers a packet goes through the other half, and is not compared. */
const outChains = ['reroute', 'output', 'postrouting', 'egress'];
const inChains = ['early', 'prerouting', 'input', 'forward', 'postrouting'];

/** The rules whose counters tell of this cell alone. */
export function compared(ruleset: Ruleset, cell: Cell): ReadonlySet<string> {
	const names = arrives(cell) ? inChains : outChains;
	return new Set(ruleset.chains.filter(({name}) => names.includes(name)).flatMap(({rules}) => rules.map(({id}) => String(id))));
}

/** `settled` says when nothing more is to be expected: the far end and what arrives are a soft interrupt away. */
export async function observe(bench: Bench, {ruleset, last}: Before, cell: Cell, settled: (now: Observation) => boolean): Promise<Observation & {readonly after: Counts}> {
	const {farEnd, counters} = bench;
	if (cell.after !== undefined) {
		await pass(bench, cell.after);
		await sleep(3);
	}
	farEnd.drain();
	const before = cell.after === undefined && last !== null ? last : counters.read();
	const errno = -Math.min(0, await pass(bench, cell));
	const ids = compared(ruleset, cell);
	const seen: {device: string; packet: string}[] = [];
	for (let attempt = 0; ; attempt += 1) {
		const after = counters.read();
		seen.push(...farEnd.drain());
		const counted = [...after].filter(([id, count]) => ids.has(id) && count > (before.get(id) ?? 0)).map(([id]) => id);
		const now = {errno, counted, after, seenOn: seen.filter(({packet}) => packet === signatureOf(cell)).map(({device}) => device)};
		if (settled(now) || attempt === (arrives(cell) ? 7 : 4)) return now;
		await sleep(attempt);
	}
}

async function pass({senders, farEnd, links}: Bench, cell: Omit<Cell, 'after'>): Promise<number> {
	if (cell.way !== 'in') return senders[cell.sender].send(cell);
	farEnd.inject(cell, links);
	return 0;
}
