/** A folder and those above it, or a refusal: never a wait without an end. */
import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, describe, expect, test} from 'vitest';
import {makeFolder, makeFolderAside} from '../../src/make-folder.ts';

const place = mkdtempSync(join(tmpdir(), 'vks-folder-'));
afterAll(() => rmSync(place, {recursive: true, force: true}));

describe.each([['sync', async (path: string) => makeFolder(path, 0o700)], ['aside', async (path: string) => makeFolderAside(path, 0o700)]])('%s', (name, make) => {
	test('those above it are made, and one that is there is taken', async () => {
		const path = join(place, name, 'a', 'b');
		await make(path);
		await make(path);
		expect(statSync(path).isDirectory()).toBe(true);
		expect(statSync(path).mode & 0o777).toBe(0o700);
	});

	test('a file in its place is refused', async () => {
		writeFileSync(join(place, `${name}-file`), '');
		await expect(make(join(place, `${name}-file`))).rejects.toThrow('EEXIST');
		await expect(make(join(place, `${name}-file`, 'under'))).rejects.toThrow('ENOTDIR');
	});
});

test('where the kernel lets nobody make one it is refused at once', () => {
	const program = `import {makeFolder, makeFolderAside} from ${JSON.stringify(new URL('../../src/make-folder.ts', import.meta.url).href)};
		for (const make of [makeFolder, makeFolderAside]) try { await make('/proc/nope/deeper', 0o700); } catch (error) { console.log(error.code); }`;
	const said = execFileSync(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module-typescript', '-e', program], {encoding: 'utf8', timeout: 10_000});
	expect(said).toBe('ENOENT\nENOENT\n');
});
