/** What an operator is told of files as people have them: by the socket, by `vks servers` and by the console. */
import {execFileSync} from 'node:child_process';
import {chmod, chown, mkdir, mkdtemp, rm, symlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {selectDetails} from '../../../src/console/select/details.ts';
import {lineText} from '../../../src/console/text.ts';
import {themeFor} from '../../../src/console/theme.ts';
import type {ServerView} from '../../../src/control/schema.ts';
import {serverView} from '../../../src/controller/server-views.ts';
import {readServerFolder} from '../../../src/servers/folder.ts';
import type {ServerEntry} from '../../../src/tunnel/tunnel.ts';
import {sampleSnapshot} from '../../fakes/snapshot.ts';
import {oddFiles, oddSecrets} from '../../helpers/odd-files.ts';
import {viewOf} from '../../helpers/screen-view.ts';
import {shell} from '../cli/harness.ts';

const viewsOf = async (place: string): Promise<readonly ServerView[]> => {
	const read = await readServerFolder(place);
	if (!read.ok) throw new Error(read.error.what);
	return read.value.map((entry: ServerEntry) => serverView(entry, {current: null, recordOf: id => ({id, favourite: false, last: null, latency: null})}));
};

describe('a folder of them', () => {
	let folder = '';
	let views: readonly ServerView[] = [];

	const viewOfFile = (name: string): ServerView => {
		const short = name.replace(/\.[a-z]+$/, '');
		const found = views.find(({id}) => id === name) ?? views.find(({id}) => id === short);
		if (found === undefined) throw new Error(`${name} is not listed`);
		return found;
	};

	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'odd-'));
		for (const {name, text, mode = 0o600, beside = {}} of oddFiles) {
			await writeFile(join(folder, name), text);
			await chmod(join(folder, name), mode);
			for (const [other, inside] of Object.entries(beside)) await writeFile(join(folder, other), inside, {mode: other.startsWith('open') ? 0o644 : 0o600});
		}
		views = await viewsOf(folder);
	});
	afterAll(() => rm(folder, {recursive: true}));

	test.each(oddFiles)('$name', ({name, notes = [], refused}) => {
		const {problem, notes: told, endpoint} = viewOfFile(name);
		if (refused === undefined) {
			expect({problem, told}).toEqual({problem: null, told: notes.map(note => note.replace('FOLDER', folder))});
			expect(endpoint).not.toBeNull();
		} else {
			for (const part of refused) expect(problem).toContain(part);
			expect(told).toEqual([]);
			// What to do ends it.
			expect(problem).toMatch(/[.?]$/);
		}
	});

	test('vks servers and the console say the same, whole; no answer repeats a secret', async () => {
		const {vks} = await shell({snapshot: () => sampleSnapshot({servers: [...views]})});
		const {out} = await vks('servers');
		const json = (await vks('servers', '--json')).out;
		const state = viewOf({snapshot: sampleSnapshot({servers: [...views]})});
		for (const {id, problem, notes} of views) {
			for (const told of [...(problem === null ? [] : [problem]), ...notes]) {
				expect(out.split('\n').find(line => line.trim().split('  ')[0] === id)).toContain(told);
				expect(json).toContain(JSON.stringify(told));
				const shown = selectDetails(state, {kind: 'details', panel: 'servers', key: id, explanation: null, top: 0}, themeFor({})).lines(2000).map(lineText).join('\n');
				expect(shown).toContain(told);
			}
		}
		expect(oddSecrets.filter(secret => `${out}${json}`.includes(secret))).toEqual([]);
	});
});

/** Whatever else may lie there under a server's name. */
test.each<[string, (path: string) => Promise<unknown>, string]>([
	['a link to nothing', path => symlink('nowhere', path), 'cannot be read (ENOENT). It is a link to nothing: mend or remove it.'],
	['a link to itself', path => symlink('odd.conf', path), 'cannot be read (ELOOP). Make it readable for the user vks runs as.'],
	['a folder', path => mkdir(path), 'is not a regular file. Replace it with the file the provider gave.'],
	['a FIFO', async path => execFileSync('mkfifo', [path]), 'is not a regular file. Replace it with the file the provider gave.'],
	['a device', path => symlink('/dev/zero', path), 'is not a regular file. Replace it with the file the provider gave.'],
])('%s is refused by name, and holds nobody up', async (_name, make, told) => {
	const place = await mkdtemp(join(tmpdir(), 'odd-'));
	await make(join(place, 'odd.conf'));
	expect((await viewsOf(place)).map(({problem}) => problem)).toEqual([`odd.conf ${told}`]);
	await rm(place, {recursive: true});
});

test.skipIf(process.getuid?.() !== 0)('a file of another user is used, and who can change it is named', async () => {
	const place = await mkdtemp(join(tmpdir(), 'odd-'));
	await writeFile(join(place, 'odd.conf'), oddFiles[0]?.text ?? '', {mode: 0o600});
	await chown(join(place, 'odd.conf'), 1000, 1000);
	expect(await viewsOf(place)).toMatchObject([{problem: null, notes: [`odd.conf belongs to uid 1000, who can change it: sudo chown 0 ${place}/odd.conf`]}]);
	// The owner first: closed to others while it is another's, it would be closed to a vks without DAC_OVERRIDE.
	await chmod(join(place, 'odd.conf'), 0o644);
	expect(await viewsOf(place)).toMatchObject([{notes: [`odd.conf can be read by others (mode 0644) and belongs to uid 1000, who can change it: sudo chown 0 ${place}/odd.conf && sudo chmod 600 ${place}/odd.conf`]}]);
	await rm(place, {recursive: true});
});

test('of a folder with thousands of files the first thousand are listed, and that is said', async () => {
	const place = await mkdtemp(join(tmpdir(), 'odd-'));
	await Promise.all(Array.from({length: 1003}, (_, index) => writeFile(join(place, `${1000 + index}.conf`), oddFiles[0]?.text ?? '', {mode: 0o600})));
	const found = await viewsOf(place);
	expect(found).toHaveLength(1001);
	expect(found.at(-1)).toMatchObject({id: '3 more', problem: `${place} holds 1003 server files, and vks takes the first 1000 by name. Remove those that you do not use.`});
	await rm(place, {recursive: true});
});
