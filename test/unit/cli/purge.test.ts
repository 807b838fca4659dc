/** What is forgotten: by the daemon, on the disk where none runs, and of evidence by the time in its name. */
import {existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {renderServerRecords} from '../../../src/controller/server-records-file.ts';
import {writtenAtMs} from '../../../src/evidence/old.ts';
import {noonMs} from '../../fakes/snapshot.ts';
import {temporaryFolder} from '../control/harness.ts';
import {shell} from './harness.ts';

test.each([
	[['--older-than', '7d'], 604_800], [['--older-than', '90s'], 90], [['--older-than', '1d12h'], 129_600], [['--all', '--yes'], null],
])('%j is said to the daemon', async (options, olderThanSeconds) => {
	const {vks, controller} = await shell();
	expect(await vks('purge', ...options)).toEqual({code: 0, out: 'done\n', err: ''});
	expect(controller.commands).toEqual([{do: 'purge', olderThanSeconds}]);
});

test.each([
	[[], 'needs --older-than TIME, such as 7d, or --all'], [['--all', '--older-than', '7d'], 'not both'], [['--older-than', 'ever'], 'no length of time'], [['--older-than', '9999d'], 'no length of time'],
	[['--all'], 'without a terminal, write: vks purge --all --yes'],
])('%j is wrong usage, and nothing is forgotten', async (options, said) => {
	const {vks, controller} = await shell();
	expect(await vks('purge', ...options)).toMatchObject({code: 2, err: expect.stringContaining(said)});
	expect(controller.commands).toEqual([]);
});

test('everything is forgotten after the word, and nothing after another one', async () => {
	const right = await shell({typed: 'purge', terminal: true});
	expect(await right.vks('purge', '--all')).toMatchObject({code: 0});
	const wrong = await shell({typed: 'yes', terminal: true});
	expect(await wrong.vks('purge', '--all')).toMatchObject({code: 1, err: expect.stringContaining('Nothing was forgotten.')});
	expect(wrong.controller.commands).toEqual([]);
});

test('where no daemon runs, what is on the disk goes; a favourite stays, without its results', async () => {
	const state = temporaryFolder();
	const {vks, closeServer} = await shell({env: {VKS_STATE_FOLDER: state}});
	await closeServer();
	const tried = (id: string, atMs: number, favourite = false) => ({id, favourite, last: {outcome: 'connected', atMs, code: null, what: null}, latency: null}) as const;
	const path = join(state, 'servers.json');
	writeFileSync(path, renderServerRecords([tried('old', noonMs - 7_200_000), tried('loved', noonMs - 7_200_000, true), tried('new', noonMs - 1000)]));
	expect(await vks('purge', '--older-than', '1h')).toMatchObject({code: 0, out: expect.stringContaining('what was known of 2 servers')});
	expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({servers: [{id: 'loved', favourite: true, last: null}, {id: 'new'}]});
	expect(await vks('purge', '--all', '--yes')).toMatchObject({code: 0});
	expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({servers: [{id: 'loved'}]});
});

test('where a daemon cannot be asked, the disk is left alone', async () => {
	const state = temporaryFolder();
	const {vks, runFolder} = await shell({env: {VKS_STATE_FOLDER: state}});
	writeFileSync(join(state, 'servers.json'), 'as it was');
	expect(await vks('purge', '--all', '--yes', '--socket', join(runFolder, 'view.sock'))).toMatchObject({code: 1, err: expect.stringContaining('read-only')});
	expect(readFileSync(join(state, 'servers.json'), 'utf8')).toBe('as it was');
});

test('evidence goes by the time in its name, and nothing else does', async () => {
	const folder = temporaryFolder();
	const iso = (ageMs: number): string => new Date(noonMs - ageMs).toISOString().slice(0, 19).replaceAll(':', '-');
	const [old, young] = [iso(7_200_000), iso(60_000)];
	const stays = [`vks-evidence-${young}`, 'vks-evidence-mine', 'session.jsonl', `vks-${old}.txt`, `vks-evidence-${old}.json`];
	for (const name of [`vks-evidence-${old}`, `vks-evidence-${old}.partial`, `vks-evidence-${young}`, 'vks-evidence-mine']) mkdirSync(join(folder, name));
	for (const name of [`vks-${old}.json`, 'session.jsonl', `vks-${old}.txt`, `vks-evidence-${old}.json`]) writeFileSync(join(folder, name), '{}');
	const elsewhere = temporaryFolder();
	const link = `vks-evidence-${iso(7_300_000)}`;
	symlinkSync(elsewhere, join(folder, link));
	const {vks} = await shell();
	expect(await vks('purge', '--older-than', '1h', '--evidence', folder)).toMatchObject({code: 0, out: `done\nRemoved 3 folders and files of evidence from ${folder}.\n`});
	expect(readdirSync(folder).toSorted()).toEqual([...stays, link].toSorted());
	expect(existsSync(elsewhere)).toBe(true);
	expect(await vks('purge', '--older-than', '1h', '--evidence', join(folder, 'nowhere'))).toMatchObject({code: 1, err: expect.stringContaining('there is no such folder')});
});

test.each(['vks-evidence-2026-13-45T99-99-99', 'vks-evidence-2026-11-21T13-17-20.json', 'vks-2026-11-21T13-17-20', 'vks-evidence-2026-11-21T13-17-20x', '../vks-evidence-2026-11-21T13-17-20'])('%s is no name of ours', name => {
	expect(writtenAtMs(name)).toBeNull();
});
