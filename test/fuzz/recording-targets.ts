/** Recordings and written moments: files that anybody may have made. */
import assert from 'node:assert/strict';
import {readRecording} from '../../src/history/read-recording.ts';
import {snapshotSchema} from '../../src/control/schema.ts';
import {sessionText} from '../helpers/session.ts';
import {checkSame, checkText} from './checks.ts';
import {brokenJson, brokenText} from './mutate.ts';
import {snapshots} from './samples.ts';
import {target, type FuzzTarget} from './target.ts';
import fc from 'fast-check';

const lines = sessionText().trimEnd().split('\n');
const heading = lines[0] ?? '';
const files = fc.oneof(
	brokenText([sessionText(), heading], ['"p":', '"q"', '\n{"d":[]}\n', '__proto__']),
	// Sound JSON in every line, with other things in it.
	brokenJson(lines.slice(1, 5).map(line => JSON.parse(line) as unknown)).map(value => [heading, ...lines.slice(1, 4), JSON.stringify(value) ?? '', ...lines.slice(4)].join('\n')),
	brokenJson(snapshots().slice(0, 3).map(snapshot => ({snapshot, drops: [], journal: []}))).map(value => JSON.stringify(value) ?? ''),
);

export const recordingTargets: readonly FuzzTarget[] = [
	target('recordings', files, text => {
		const session = readRecording(text);
		if (!session.ok) return checkText(session.error);
		assert.ok(session.value.frames.length > 0);
		for (const {snapshot} of session.value.frames.slice(-2)) checkSame(snapshotSchema.parse(snapshot), snapshot);
	}, 0.1),
];
