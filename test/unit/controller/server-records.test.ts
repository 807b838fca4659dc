/** What is remembered of servers: marked and noted once, told to every console, kept across a restart. */
import {mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, expect, test, vi} from 'vitest';
import type {ServerView} from '../../../src/control/schema.ts';
import {serverRecords} from '../../../src/controller/server-records.ts';
import {parseServerRecords, renderServerRecords, serverRecordsFile, type ServerRecord} from '../../../src/controller/server-records-file.ts';
import {ok} from '../../../src/result.ts';
import {makeRig, type Rig} from '../../helpers/controller-rig.ts';
import {eventually} from '../../helpers/eventually.ts';

const rigs: Rig[] = [];
afterEach(async () => {
	for (const rig of rigs.splice(0)) await rig.dispose();
});

const started = async (options: Parameters<typeof makeRig>[0] = {}, silent: readonly string[] = []): Promise<Rig> => {
	const rig = makeRig(options);
	rigs.push(rig);
	silent.forEach(id => rig.silent.add(id));
	expect(await rig.controller.start()).toMatchObject({ok: true});
	return rig;
};
const becomes = (rig: Rig, kind: string) => vi.waitFor(() => expect(rig.controller.snapshot().state.kind).toBe(kind), {timeout: 4000, interval: 5});
const server = (rig: Rig, id: string): ServerView | undefined => rig.controller.snapshot().servers.find(each => each.id === id);
const favour = (rig: Rig, id: string, on = true) => rig.controller.submit({do: 'favourite', server: id, on});

test('a favourite is marked, shown, kept across a restart, and let go', async () => {
	const rig = await started();
	expect(await favour(rig, 'se-sto-1')).toMatchObject({ok: true, message: 'se-sto-1 is a favourite.'});
	expect([server(rig, 'se-sto-1')?.favourite, server(rig, 'ch-zrh-1')?.favourite]).toEqual([true, false]);
	const next = await started({folder: rig.folder});
	expect(server(next, 'se-sto-1')?.favourite).toBe(true);
	expect(await favour(next, 'se-sto-1', false)).toMatchObject({ok: true, message: 'se-sto-1 is no favourite.'});
	expect(server(next, 'se-sto-1')?.favourite).toBe(false);
});

test('one that is not there cannot be marked, and the answer says where they are listed', async () => {
	const rig = await started();
	expect(await favour(rig, 'nowhere')).toMatchObject({ok: false, problem: {code: 'no-server', next: expect.stringContaining('vks servers') as unknown}});
});

test('a mark waits for no dial, and needs no end of a lockdown', async () => {
	const rig = await started({}, ['ch-zrh-1', 'se-sto-1']);
	const dialling = rig.controller.submit({do: 'reconnect'});
	expect(await favour(rig, 'se-sto-1')).toMatchObject({ok: true});
	expect(await rig.controller.submit({do: 'lockdown', reason: 'test'})).toMatchObject({ok: true});
	expect(await favour(rig, 'ch-zrh-1')).toMatchObject({ok: true});
	expect(rig.controller.snapshot().state.kind).toBe('lockdown');
	await dialling;
});

test('how the last attempt ended is kept with its time and reason', async () => {
	const rig = await started();
	await becomes(rig, 'connected');
	expect(server(rig, 'ch-zrh-1')?.last).toMatchObject({outcome: 'connected', code: null});
	rig.silent.add('se-sto-1');
	expect(await rig.controller.submit({do: 'switch', server: 'se-sto-1'})).toMatchObject({ok: false});
	expect(server(rig, 'se-sto-1')).toMatchObject({last: {outcome: 'failed', code: 'no-handshake', what: expect.stringContaining('did not answer') as unknown}, lastResult: expect.stringMatching(/^failed \(no-handshake\) at 2027-/) as unknown});
	const {servers} = JSON.parse(readFileSync(join(rig.folder, 'servers.json'), 'utf8')) as {servers: readonly ServerRecord[]};
	expect(servers.map(({id}) => id).toSorted()).toEqual(['ch-zrh-1', 'se-sto-1']);
});

test.each([
	['is no JSON', '{'],
	['was written by something else', '{"version":1,"servers":[{"id":"x"}]}'],
	['names one server twice', renderServerRecords([record('a'), record('a')])],
])('a file that %s is told, blocks nothing, and is begun anew', async (_name, text) => {
	const rig = makeRig();
	rigs.push(rig);
	writeFileSync(join(rig.folder, 'servers.json'), text);
	await rig.controller.start();
	await eventually(() => expect(rig.controller.snapshot().problems).toContainEqual(expect.objectContaining({code: 'state-folder', stillBlocking: true})));
	await becomes(rig, 'connected');
	expect(await favour(rig, 'se-sto-1')).toMatchObject({ok: true});
	expect(rig.controller.snapshot().problems).toEqual([]);
});

test('a folder that cannot be written is told, and the mark stands until the end', async () => {
	const rig = await started();
	await becomes(rig, 'connected');
	rmSync(join(rig.folder, 'servers.json'), {force: true});
	mkdirSync(join(rig.folder, 'servers.json.next'));
	expect(await favour(rig, 'se-sto-1')).toMatchObject({ok: true});
	expect(rig.controller.snapshot().problems).toContainEqual(expect.objectContaining({code: 'state-folder', what: expect.stringContaining('a restart forgets them') as unknown}));
	expect(server(rig, 'se-sto-1')?.favourite).toBe(true);
});

test('what does not fit is the oldest, never a favourite, and the file can be read again', () => {
	const many = Array.from({length: 2000}, (_, index) => ({...record(`server-${index}`), last: {outcome: 'failed' as const, atMs: index, code: 'no-handshake', what: 'x'.repeat(300)}}));
	const text = renderServerRecords([...many, {...record('mine'), favourite: true}]);
	expect(Buffer.byteLength(text)).toBeLessThan(64 * 1024);
	const read = parseServerRecords(text) ?? [];
	expect(read.slice(0, 2).map(({id}) => id)).toEqual(['mine', 'server-1999']);
	expect(read.length).toBeGreaterThan(100);
});

test('nothing is remembered where nothing was', () => {
	expect(serverRecordsFile('/nonexistent').recall()).toEqual({ok: true, value: []});
});

test('what goes through the tunnel stands for the latency where no ping was answered of late, and is worth no write each time', () => {
	let nowMs = 1_800_000_000_000;
	let writes = 0;
	const records = serverRecords({clock: {now: () => nowMs}, servers: () => [], note: () => undefined, file: {recall: () => ok([]), remember: () => ok(void (writes += 1))}});
	const shown = (): readonly unknown[] => [records.of('a').latency?.ms, records.of('a').latency?.how];
	records.timed('a', 31);
	expect([...shown(), writes]).toEqual([31, 'tunnel', 1]);
	nowMs += 10_000;
	records.timed('a', 35);
	expect([...shown(), writes]).toEqual([35, 'tunnel', 1]);
	records.measured(new Map([['a', {ms: 20, atMs: nowMs, how: 'echo'}]]));
	records.timed('a', 36);
	expect(shown()).toEqual([20, 'echo']);
	nowMs += 3_600_001;
	records.timed('a', 37);
	expect(shown()).toEqual([37, 'tunnel']);
	records.measured(new Map([['a', {ms: null, atMs: nowMs, how: 'echo'}]]));
	expect(shown()).toEqual([null, 'echo']);
	records.timed('a', 38);
	expect(shown()).toEqual([38, 'tunnel']);
});

function record(id: string): ServerRecord {
	return {id, favourite: false, last: null, latency: null};
}

test('no mark is left out for want of room, however much is known of each server', () => {
	const what = 'x'.repeat(300);
	const favourites = Array.from({length: 200}, (_, index): ServerRecord => ({...record(`${'a-long-name-of-a-provider-'.repeat(6)}${index}`), favourite: true, last: {outcome: 'failed', atMs: 1_800_000_000_000 + index, code: 'no-handshake', what}}));
	const text = renderServerRecords([record('other'), ...favourites]);
	expect(Buffer.byteLength(text)).toBeLessThan(64 * 1024);
	const read = parseServerRecords(text) ?? [];
	expect(read.filter(({favourite}) => favourite)).toHaveLength(200);
	// What room is left goes to the newest results.
	expect([read[0]?.last?.what, read.at(-1)?.last]).toEqual([what, null]);
	expect(read.map(({id}) => id)).not.toContain('other');
});
