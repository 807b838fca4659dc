/** Whatever the history says, the version is one that npm takes and a person can find again. */
import {execFileSync} from 'node:child_process';
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {describeHistory, versionFrom, versionNow} from '../../../scripts/git-version.ts';
import {temporaryFolder} from '../control/harness.ts';

test.each([
	[null, '0.1.0'], ['', '0.1.0'], ['v1.2.3', '1.2.3'], ['1.2.3', '1.2.3'], ['v1.2.3-dirty', '1.2.3-dirty'], ['v1.2.3-4-gabc1234', '1.2.3-4-gabc1234'], ['v2.0.0-rc.1-4-gabc1234-dirty', '2.0.0-rc.1-4-gabc1234-dirty'],
	['cec057f', '0.1.0-gcec057f'], ['0123456', '0.1.0-g0123456'], ['cec057f-dirty', '0.1.0-gcec057f-dirty'], ['some tag/x', '0.1.0-gsome-tag-x'],
])('%s is %s', (described, version) => {
	expect(versionFrom(described, '0.1.0')).toBe(version);
	// semver.org, without build metadata, which npm leaves out.
	expect(version).toMatch(/^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)(?:\.(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*))*)?$/);
});

const git = (folder: string, ...args: readonly string[]): string =>
	execFileSync('git', ['-C', folder, '-c', 'user.name=x', '-c', 'user.email=x@example.net', ...args], {encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']});

test('the history is asked where it is ours, and not where the folder lies in somebody else\'s', () => {
	const folder = temporaryFolder();
	writeFileSync(join(folder, 'package.json'), '{"version":"0.1.0"}');
	expect(versionNow(folder, undefined)).toBe('0.1.0');
	git(folder, 'init', '-q');
	git(folder, 'add', '.');
	git(folder, 'commit', '-qm', 'x');
	expect(versionNow(folder, undefined)).toMatch(/^0\.1\.0-g[0-9a-f]{7,}$/);
	git(folder, 'tag', 'not-a-version');
	git(folder, 'tag', 'v3.1.4');
	expect(versionNow(folder, '')).toBe('3.1.4');
	expect(versionNow(folder, 'v9.9.9'), 'who builds an image says it').toBe('9.9.9');
	mkdirSync(join(folder, 'inside'));
	expect(describeHistory(join(folder, 'inside'))).toBeNull();
});
