/** `vks events`: the journal, and every change of state or proof between its lines. */
import type {JournalEntry, Snapshot} from '../control/schema.ts';
import {isoTime, statusOf} from '../control/status.ts';
import type {Status} from '../control/status-schema.ts';
import {follow, withDaemon} from './daemon.ts';
import type {Args, ExitCode, Io} from './io.ts';
import {outputFor, paint, type Tone} from './output.ts';

export function run(args: Args, io: Io): Promise<ExitCode> {
	const output = outputFor(args, io);
	const changed = changeDetector();
	return withDaemon(args, io, 'read', daemon =>
		follow(daemon, ['journal', 'snapshot'], io.signal, update => {
			if (update.type === 'journal') {
				for (const entry of update.entries) {
					if (output.wantsJson) output.json(entryJson(entry));
					else output.line(entryLine(entry));
				}
			} else if (update.type === 'snapshot') {
				const status = statusOf(update.snapshot, io.now());
				if (!changed(status, update.snapshot)) return;
				if (output.wantsJson) output.json(changeJson(status));
				else output.line(changeLine(status));
			}
		}),
	);
}

/** Counters and ages change with every snapshot; what an operator would call an event does not. */
function changeDetector(): (status: Status, snapshot: Snapshot) => boolean {
	let last = '';
	return ({state, cause, proof}, snapshot) => {
		const now = JSON.stringify([state, cause, proof.kind, snapshot.state.server]);
		const changed = now !== last;
		last = now;
		return changed;
	};
}

const entryJson = ({atMs, ...entry}: JournalEntry): object => ({type: 'journal', at: isoTime(atMs), ...entry});

const changeJson = ({at, state, cause, detail, since, proof, tunnel}: Status): object => ({type: 'state', at, state, cause, detail, since, proof, server: tunnel?.server ?? null});

const levelTones: Readonly<Record<JournalEntry['level'], Tone | null>> = {info: null, warn: 'warn', error: 'bad'};

function entryLine({atMs, level, kind, text}: JournalEntry): string {
	const tone = levelTones[level];
	return `${isoTime(atMs)}  ${kind.padEnd(7)}  ${tone === null ? text : paint(tone, text)}`;
}

function changeLine({at, state, cause, proof, tunnel, detail}: Status): string {
	const words = [state.toUpperCase(), cause, tunnel?.server].filter(word => word !== null && word !== undefined).join(' ');
	const kind = proof.kind.replaceAll('-', ' ').toUpperCase();
	return `${at}  ${'state'.padEnd(7)}  ${paint('strong', words)}  ${paint(proof.kind === 'proven' ? 'good' : 'bad', kind)}  ${detail}`;
}
