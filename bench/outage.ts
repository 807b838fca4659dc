/** What an application with a steady stream of datagrams notices while something is done to its tunnel. */
import {setTimeout as sleep} from 'node:timers/promises';
import type {Lab} from '../lab/lab.ts';
import type {StreamKind, StreamReport} from '../lab/stream.ts';
import type {Witness} from '../lab/witness/witness.ts';

export interface Outage extends StreamReport {
	/** What was done took so long. */
	readonly tookMs: number;
	/** Packets that left outside any tunnel. */
	readonly outside: number;
}

export interface OutageRow {
	readonly way: string;
	readonly outages: readonly Outage[];
}

export interface Watched {
	readonly lab: Lab;
	readonly witness: Witness;
	readonly kind: StreamKind;
	/** What a bound socket is bound to. */
	readonly source: string;
}

export const rate = 1000;
/** The stream is steady by then; and what came of it is over. */
const [beforeMs, afterMs] = [600, 900];

export async function measureOutage({lab, witness, kind, source}: Watched, act: () => Promise<unknown>): Promise<Outage> {
	const start = await witness.mark();
	const stream = await lab.stream({kind, rate, source});
	try {
		await sleep(beforeMs);
		const beganMs = performance.now();
		await act();
		const tookMs = performance.now() - beganMs;
		await sleep(afterMs);
		const report = await stream.stop();
		const {outside} = await witness.since(start);
		return {...report, tookMs, outside: outside.count};
	} finally {
		await stream.process.stop('SIGKILL');
	}
}

export const lostIn = ({outages}: OutageRow): number => outages.reduce((sum, {lost}) => sum + lost, 0);
export const outsideOf = ({outages}: OutageRow): number => outages.reduce((sum, {outside}) => sum + outside, 0);
export const longestGaps = ({outages}: OutageRow): readonly number[] => outages.map(({longestGapMs}) => longestGapMs);
export const refusedAfter = ({outages}: OutageRow): readonly number[] => outages.flatMap(({refusedAfterMs}) => refusedAfterMs ?? []);

const columns = ['sent', 'lost', 'refused', 'outside', 'gap ms', 'took ms', 'refused by, ms after the last echo'] as const;

/** Sums over the rounds of a row, and of times the longest. */
export function renderOutages(rows: readonly OutageRow[]): readonly string[] {
	const width = Math.max(...rows.map(({way}) => way.length)) + 2;
	const line = (way: string, cells: readonly string[]): string => `${way.padEnd(width)}${cells.slice(0, -1).map(cell => cell.padStart(9)).join('')}  ${cells.at(-1) ?? ''}`.trimEnd();
	return [
		line('', columns),
		...rows.map(row => {
			const sum = (of: (outage: Outage) => number): string => String(row.outages.reduce((total, outage) => total + of(outage), 0));
			const most = (times: readonly number[]): string => String(Math.round(Math.max(...times)));
			const codes = [...new Set(row.outages.flatMap(outage => outage.codes))];
			return line(row.way, [
				sum(({sent}) => sent), sum(({lost}) => lost), sum(({refused}) => refused), sum(({outside}) => outside),
				most(longestGaps(row)), most(row.outages.map(({tookMs}) => tookMs)),
				codes.length === 0 ? '' : `${codes.join(', ')}, ${most(refusedAfter(row))}`,
			]);
		}),
	];
}
