/** Opens what `--replay` names: a recording, a written moment, or a folder of evidence. A bundle of its own, with its validator. */
import {closeSync, constants, existsSync, fstatSync, openSync, readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {mostRecordedMib} from '../../history/recording.ts';
import {manifestName, sha256, sumIn} from '../../evidence/manifest.ts';
import {readRecording, type Session} from '../../history/read-recording.ts';
import {fail, ok, type Result} from '../../result.ts';
import {fileTrouble} from '../../small-file.ts';

const sessionFile = 'session.jsonl';

export function openRecording(path: string): Result<Session, string> {
	try {
		const isFolder = statSync(path).isDirectory();
		const place = isFolder ? join(path, sessionFile) : path;
		const text = readBounded(place);
		const session = text.ok ? readRecording(text.value) : text;
		if (!session.ok) return fail(`${place} cannot be replayed: ${session.error}`);
		const doubt = isFolder && text.ok ? doubtAbout(path, text.value) : null;
		return ok(doubt === null ? session.value : {...session.value, doubt});
	} catch (error) {
		return fail(`${path} cannot be read: ${fileTrouble(error)}`);
	}
}

/** Why what is in a folder may not be what was written; null when its manifest has the same sum. */
function doubtAbout(folder: string, text: string): string | null {
	const path = join(folder, manifestName);
	// Evidence of earlier versions has none.
	if (!existsSync(path)) return null;
	const manifest = readBounded(path);
	if (!manifest.ok) return `${manifestName} cannot be read: ${manifest.error}`;
	return sumIn(manifest.value, sessionFile) === sha256(text) ? null : `${sessionFile} is not what ${manifestName} says: it was changed since it was written`;
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
