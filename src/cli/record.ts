/** `vks record`: what consoles are told, second by second, in a file that `vks-tui --replay` opens. */
import {closeSync, openSync, writeSync} from 'node:fs';
import type {JournalEntry, Snapshot} from '../control/schema.ts';
import {dropsLine, headingLine, journalLine, momentWriter, mostRecordedMib} from '../history/recording.ts';
import {shareWith} from '../history/share.ts';
import {reasonFor} from '../history/worth-keeping.ts';
import type {Problem} from '../problem.ts';
import {fail, ok, type Result} from '../result.ts';
import {fileTrouble} from '../small-file.ts';
import {version} from '../version.ts';
import {follow, withDaemon} from './daemon.ts';
import {parseDuration} from './duration.ts';
import {exitCodes, textOption, type Args, type ExitCode, type Io} from './io.ts';
import {outputFor, wrongUsage} from './output.ts';

const mostBytes = mostRecordedMib * 1024 * 1024;

export function run(args: Args, io: Io): Promise<ExitCode> {
	const path = args.positionals[0] ?? '';
	const time = textOption(args, 'for');
	const seconds = time === null ? null : parseDuration(time);
	if (time !== null && (seconds === null || seconds === 0)) return Promise.resolve(wrongUsage(`--for ${time} is no time: write 90s, 10m or 2h`, io, 'record'));
	return withDaemon(args, io, 'read', async daemon => {
		const file = create(path);
		if (!file.ok) return file;
		const full = new AbortController();
		const tape = recorder(line => {
			const bytes = Buffer.byteLength(line);
			if (tape.bytes() + bytes > mostBytes) full.abort();
			else writeSync(file.value, line);
			return full.signal.aborted ? 0 : bytes;
		});
		try {
			tape.begin(io.now());
			const enough = [io.signal, full.signal, ...(seconds === null ? [] : [AbortSignal.timeout(seconds * 1000)])];
			const ended = await follow(daemon, ['drops', 'journal', 'snapshot'], AbortSignal.any(enough), update => {
				if (full.signal.aborted) return;
				if (update.type === 'drops') tape.drops(dropsLine(update.records));
				else if (update.type === 'journal') tape.journal(update.entries);
				else tape.snapshot(update.snapshot);
			});
			const output = outputFor(args, io);
			if (output.wantsJson) output.json({version: 1, file: path, moments: tape.moments(), bytes: tape.bytes(), full: full.signal.aborted});
			else output.line(`Recorded ${tape.moments()} moments in ${path}${full.signal.aborted ? ', which is full' : ''}; look at them with \`vks-tui --replay ${path}\`.`);
			return ended.ok ? ok(exitCodes.fine) : ended;
		} catch (error) {
			return fail(unwritten(path, fileTrouble(error)));
		} finally {
			closeSync(file.value);
		}
	});
}

interface Recorder {
	begin(atMs: number): void;
	snapshot(snapshot: Snapshot): void;
	journal(entries: readonly JournalEntry[]): void;
	drops(line: string): void;
	readonly moments: () => number;
	readonly bytes: () => number;
}

function recorder(put: (line: string) => number): Recorder {
	const moment = momentWriter();
	let last: Snapshot | null = null;
	let news: JournalEntry[] = [];
	let id = 0;
	let bytes = 0;
	const write = (line: string): void => {
		bytes += put(line);
	};
	return {
		begin: atMs => write(headingLine(version, atMs)),
		snapshot(next) {
			const snapshot = shareWith(last, next);
			const reason = last === null ? null : reasonFor(last, snapshot, news);
			write(moment({id: ++id, atMs: snapshot.atMs, ...(reason ?? {kind: 'interval', why: ''})}, snapshot));
			last = snapshot;
			news = [];
		},
		journal(entries) {
			news.push(...entries.slice(-100));
			write(journalLine(entries));
		},
		drops: write,
		moments: () => id,
		bytes: () => bytes,
	};
}

/** For its owner only; addresses and uids are in it. */
function create(path: string): Result<number, Problem> {
	try {
		return ok(openSync(path, 'wx', 0o600));
	} catch (error) {
		return fail(unwritten(path, fileTrouble(error)));
	}
}

const unwritten = (path: string, why: string): Problem => ({code: 'internal', severity: 'error', what: `${path} cannot be written: ${why}.`, stillBlocking: 'unknown', next: 'Name a file that is not there yet, in a folder that can be written to.'});
