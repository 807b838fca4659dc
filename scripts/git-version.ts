/** The version of what is built: what the history says of it, else what package.json does. Always one that npm takes (semver.org). */
import {execFileSync} from 'node:child_process';
import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';

const tagged = /^v?(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)$/;

/** Pure. `described` is what `git describe --tags --always --dirty` said; null where there is no history. */
export function versionFrom(described: string | null, released: string): string {
	if (described === null || described === '') return released;
	const [, version] = tagged.exec(described) ?? [];
	// Without a tag it is a commit alone; the letter keeps one that is all digits from being a number with leading zeros.
	return version ?? `${released}-g${described.replaceAll(/[^0-9A-Za-z.-]/g, '-')}`;
}

export const releasedVersion = (root: string): string => (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {version: string}).version;

/** A folder inside somebody else's repository has that one's history, which says nothing of ours. */
export function describeHistory(root: string): string | null {
	if (!existsSync(join(root, '.git'))) return null;
	try {
		return execFileSync('git', ['-C', root, 'describe', '--tags', '--always', '--dirty', '--match', 'v[0-9]*'], {encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']}).trim();
	} catch {
		return null;
	}
}

/** An image is built where there is no history, and is told what the history says. */
export const versionNow = (root: string, told: string | undefined): string =>
	versionFrom(told === undefined || told === '' ? describeHistory(root) : told, releasedVersion(root));
