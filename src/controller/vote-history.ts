/** How the votes went: one letter for every five readings, the worst of them. Counted in readings, so that no clock step tears it. Pure. */
import type {Vote} from './votes.ts';

export interface VoteHistory {
	readonly readings: number;
	/** By source; the oldest letter first. */
	readonly letters: Readonly<Partial<Record<Vote['source'], string>>>;
}

export const readingsPerLetter = 5;
const kept = 60;

const letterOf = {none: '-', good: 'g', suspect: 's', bad: 'b'} as const satisfies Record<Vote['verdict'], string>;
/** From the best to the worst; to have nothing to say is not better than good, but must not hide it. */
const order = '-gsb';

export const emptyHistory: VoteHistory = {readings: 0, letters: {}};

export function noteVotes({readings, letters}: VoteHistory, votes: readonly Vote[]): VoteHistory {
	const begins = readings % readingsPerLetter === 0;
	const next = votes.map(({source, verdict}) => {
		const before = letters[source] ?? '';
		const letter = letterOf[verdict];
		return [source, begins || before === '' ? (before + letter).slice(-kept) : before.slice(0, -1) + worse(before.slice(-1), letter)];
	});
	return {readings: readings + 1, letters: {...letters, ...Object.fromEntries(next)}};
}

const worse = (a: string, b: string): string => (order.indexOf(a) > order.indexOf(b) ? a : b);
