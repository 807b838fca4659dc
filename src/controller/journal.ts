/** What happened, in order: kept in memory for the screens, and written as JSON lines for those who keep logs. */
import type {Logger} from 'pino';
import type {JournalEntry} from '../control/schema.ts';
import type {Clock} from './clock.ts';

export interface Journal {
	write(kind: JournalEntry['kind'], level: JournalEntry['level'], text: string): void;
	recent(): readonly JournalEntry[];
}

const kept = 2000;

export function journal(clock: Pick<Clock, 'now'>, logger: Pick<Logger, 'info' | 'warn' | 'error'>, listener: (entry: JournalEntry) => void): Journal {
	const entries: JournalEntry[] = [];
	let seq = 0;
	return {
		write(kind, level, text) {
			const entry: JournalEntry = {seq: ++seq, atMs: clock.now(), kind, level, text};
			entries.push(entry);
			if (entries.length > kept) entries.splice(0, entries.length - kept);
			logger[level]({kind}, text);
			listener(entry);
		},
		recent: () => entries,
	};
}
