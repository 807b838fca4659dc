/** Names of uids from /etc/passwd, read again when the file is another one. */
import {readFileSync, statSync} from 'node:fs';
import {parsePasswd} from './parse-owner.ts';

const LOOK_EVERY_MS = 5000;
const LARGEST_BYTES = 1024 * 1024;

export function userNames({path, monotonic}: {readonly path: string; readonly monotonic: () => number}): (uid: number) => string | null {
	let names: ReadonlyMap<number, string> = new Map();
	let version = '';
	let lookAgainAt = Number.NEGATIVE_INFINITY;

	const look = (): void => {
		try {
			const {mtimeMs, ino, size} = statSync(path);
			const found = `${mtimeMs} ${ino} ${size}`;
			if (found === version) return;
			names = size > LARGEST_BYTES ? new Map() : parsePasswd(readFileSync(path, 'utf8'));
			version = found;
		} catch {
			// A name from a file that is gone would be a guess.
			[names, version] = [new Map(), ''];
		}
	};

	return uid => {
		const now = monotonic();
		if (now >= lookAgainAt) {
			lookAgainAt = now + LOOK_EVERY_MS;
			look();
		}
		return names.get(uid) ?? null;
	};
}
