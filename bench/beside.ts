/** vks, a ten-second poll and wg-quick's documented kill switch, tampered with in the same way under the same flood. */
import type {Lab} from '../lab/lab.ts';
import {isConnected} from '../test/helpers/daemon.ts';
import {expose, streamsPass, type Exposure, type Tampering} from './exposure.ts';
import {tenSecondPoll, wgQuick, type Rival} from './rivals.ts';
import {withLab, withScene} from './scene.ts';

export interface Row {
	readonly guard: string;
	readonly what: Tampering;
	readonly exposures: readonly Exposure[];
}

export const ownedName = 'vks, tables owned';
export const plainName = 'vks, tables not owned';
export const pollName = 'rules loaded every 10 s';
export const wgQuickName = 'wg-quick, PostUp of its manual';

const guarded = {quietMs: 1_500, watchMs: 8_000} as const;
/** Longer than the poll's interval; one who never comes back is watched as long. */
const polled = {quietMs: 1_500, watchMs: 12_000} as const;

async function ofVks(guard: string, environment: Readonly<Record<string, string>>, ways: readonly Tampering[], rounds: number, signal: AbortSignal): Promise<readonly Row[]> {
	return withScene({signal, environment}, async ({lab, daemon}) => {
		const flood = await lab.flood();
		const witness = await lab.observe();
		try {
			const rows: Row[] = [];
			for (const what of ways) {
				const exposures: Exposure[] = [];
				for (let round = 0; round < rounds; round += 1) {
					signal.throwIfAborted();
					await daemon.until('the next round', isConnected);
					await streamsPass(witness);
					exposures.push(await expose(lab, what, guarded));
				}
				rows.push({guard, what, exposures});
			}
			return rows;
		} finally {
			await flood.process.stop('SIGKILL');
			await witness.stop();
		}
	});
}

async function ofRival(guard: string, raise: (lab: Lab) => Promise<Rival>, what: Tampering, signal: AbortSignal): Promise<Row> {
	return withLab({signal}, async lab => {
		const rival = await raise(lab);
		const flood = await lab.flood();
		const witness = await lab.observe();
		try {
			await streamsPass(witness);
			signal.throwIfAborted();
			return {guard, what, exposures: [await expose(lab, what, polled)]};
		} finally {
			await rival.stop();
			await flood.process.stop('SIGKILL');
			await witness.stop();
		}
	});
}

export async function measureBeside(signal: AbortSignal): Promise<readonly Row[]> {
	return [
		...(await ofVks(ownedName, {}, ['rules', 'routing', 'both'], 2, signal)),
		...(await ofVks(plainName, {VKS_FIREWALL_BACKEND: 'nft'}, ['rules', 'routing', 'both'], 4, signal)),
		await ofRival(pollName, tenSecondPoll, 'both', signal),
		await ofRival(wgQuickName, wgQuick, 'both', signal),
	];
}

const counts = (rows: readonly Row[], which: (row: Row) => boolean): readonly number[] => rows.filter(which).flatMap(({exposures}) => exposures.map(({outside}) => outside));
export const outsideOf = (rows: readonly Row[], which: (row: Row) => boolean): number => counts(rows, which).reduce((sum, count) => sum + count, 0);
export const most = (rows: readonly Row[], which: (row: Row) => boolean): number => Math.max(0, ...counts(rows, which));

const words: Readonly<Record<Tampering, string>> = {rules: 'rules flushed', routing: 'routing opened', both: 'both at the same moment'};

export function renderRows(rows: readonly Row[]): readonly string[] {
	const cell = (text: string): string => text.padStart(14);
	return [
		`${''.padEnd(34)}${''.padEnd(30)}${cell('outside')}${cell('for ms')}`,
		...rows.map(({guard, what, exposures}) => {
			// The worst round: a median of zeros would hide it.
			const outside = Math.max(...exposures.map(exposure => exposure.outside));
			const ms = Math.max(...exposures.map(exposure => exposure.ms));
			const wentOn = exposures.some(exposure => exposure.wentOn);
			return `${guard.padEnd(34)}${words[what].padEnd(30)}${cell(String(Math.round(outside)))}${cell(wentOn ? `> ${Math.round(ms)}` : String(Math.round(ms)))}`;
		}),
	];
}
