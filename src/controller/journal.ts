/** What happened, in order: kept in memory for the screens, and written as JSON lines for those who keep logs. */
import type {Logger} from 'pino';
import type {JournalEntry} from '../control/schema.ts';
import type {Clock} from './clock.ts';

export interface Journal {
	/** `diff` is for the screens; the log has the text. */
	write(kind: JournalEntry['kind'], level: JournalEntry['level'], text: string, diff?: readonly string[]): void;
	recent(): readonly JournalEntry[];
	/** How many were from before that moment, and are gone. */
	forget(beforeMs: number): number;
}

/** Two hours of a busy daemon. */
const usuallyKept = 5000;
/** Lines of diffs in all: an old entry loses its own before a new one goes without. */
const keptDiffLines = 4000;

export function journal(clock: Pick<Clock, 'now'>, logger: Pick<Logger, 'info' | 'warn' | 'error'>, listener: (entry: JournalEntry) => void, kept = usuallyKept): Journal {
	const entries: JournalEntry[] = [];
	let seq = 0;
	let diffLines = 0;

	const forgetOldDiffs = (): void => {
		for (let index = 0; diffLines > keptDiffLines && index < entries.length; index++) {
			const entry = entries[index];
			if (entry?.diff === undefined) continue;
			const {diff, ...rest} = entry;
			diffLines -= diff.length;
			entries[index] = rest;
		}
	};

	return {
		write(kind, level, text, diff) {
			const entry: JournalEntry = {seq: ++seq, atMs: clock.now(), kind, level, text, ...(diff === undefined ? {} : {diff: [...diff]})};
			entries.push(entry);
			diffLines += diff?.length ?? 0;
			for (const gone of entries.splice(0, Math.max(0, entries.length - kept))) diffLines -= gone.diff?.length ?? 0;
			forgetOldDiffs();
			logger[level]({kind}, text);
			listener(entry);
		},
		recent: () => entries,
		forget(beforeMs) {
			const stays = entries.filter(({atMs}) => atMs >= beforeMs);
			const gone = entries.length - stays.length;
			entries.splice(0, entries.length, ...stays);
			diffLines = stays.reduce((sum, {diff}) => sum + (diff?.length ?? 0), 0);
			return gone;
		},
	};
}
