/** Opens what `--replay` names: a recording, a written moment, or a folder of evidence. A bundle of its own, with its validator. */
import {closeSync, constants, fstatSync, openSync, readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {mostRecordedMib} from '../../history/recording.ts';
import {readRecording, type Session} from '../../history/read-recording.ts';
import {fail, ok, type Result} from '../../result.ts';
import {fileTrouble} from '../../small-file.ts';

const sessionFile = 'session.jsonl';

export function openRecording(path: string): Result<Session, string> {
	try {
		const place = statSync(path).isDirectory() ? join(path, sessionFile) : path;
		const text = readBounded(place);
		const session = text.ok ? readRecording(text.value) : text;
		return session.ok ? ok(session.value) : fail(`${place} cannot be replayed: ${session.error}`);
	} catch (error) {
		return fail(`${path} cannot be read: ${fileTrouble(error)}`);
	}
}

/** A FIFO that nobody writes to would never open, and a device has no end. */
function readBounded(path: string): Result<string, string> {
	const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
	try {
		const found = fstatSync(file);
		if (!found.isFile()) return fail('it is not a regular file');
		if (found.size > mostRecordedMib * 1024 * 1024) return fail(`it is larger than ${mostRecordedMib} MiB`);
		return ok(readFileSync(file, 'utf8'));
	} finally {
		closeSync(file);
	}
}
