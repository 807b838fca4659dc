/** A session as text, made of what the real daemon said in one recorded hour: connecting, connected, locked down, back. */
import {dropsLine, headingLine, journalLine, momentWriter} from '../../src/history/recording.ts';
import type {MomentKind} from '../../src/control/schema.ts';
import {situation, type Situation} from './screen-view.ts';

const frames: ReadonlyArray<readonly [Situation, MomentKind, string]> = [
	['connecting', 'start', 'vks 0.1.0 started'],
	['connected', 'state', 'Connected to se-sto-1.'],
	['switching', 'command', 'switch ch-zrh-1: Switched to ch-zrh-1. (212 ms)'],
	['lockdown', 'state', 'Locked down by operator: from the console'],
	['degraded', 'interval', ''],
	['reconnected', 'state', 'Connected to se-sto-1.'],
];

export function sessionText(): string {
	const moment = momentWriter();
	const last = situation('reconnected');
	const text = frames.map(([name, kind, why], index) => {
		const {snapshot} = situation(name);
		return moment({id: index + 1, atMs: snapshot.atMs, kind, why}, snapshot);
	});
	return [headingLine('0.1.0', last.snapshot.atMs), ...text.slice(0, 3), dropsLine(last.drops), journalLine(last.journal), ...text.slice(3)].join('');
}
