/** A file that is put into the folder is a server without a restart. */
import {appendFileSync, chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, unlinkSync, utimesSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import {folderKeeper} from '../../../src/controller/folder-keeper.ts';
import {folderStamp} from '../../../src/servers/folder-stamp.ts';
import {makeRig, serverEntry, type Rig} from '../../helpers/controller-rig.ts';

describe('the stamp of a folder', () => {
	let folder = '';
	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), 'vks-stamp-'));
		writeFileSync(join(folder, 'a.conf'), 'one');
	});
	afterEach(() => rmSync(folder, {recursive: true, force: true}));

	test.each([
		['a file more', () => writeFileSync(join(folder, 'b.ovpn'), '')],
		['a certificate beside it', () => writeFileSync(join(folder, 'ca.crt'), 'x')],
		['one file less', () => unlinkSync(join(folder, 'a.conf'))],
		['more in a file', () => appendFileSync(join(folder, 'a.conf'), ' two')],
		['as many other bytes, with the old time', () => {
			writeFileSync(join(folder, 'a.conf'), 'two');
			utimesSync(join(folder, 'a.conf'), 1, 1);
		}],
		['another mode', () => chmodSync(join(folder, 'a.conf'), 0o600)],
		['another file behind a link', () => symlinkSync(join(folder, 'nothing'), join(folder, 'c.conf'))],
		['no folder at all', () => rmSync(folder, {recursive: true})],
	])('is another one with %s', async (_what, change) => {
		const before = await folderStamp(folder);
		expect(await folderStamp(folder)).toBe(before);
		change();
		expect(await folderStamp(folder)).not.toBe(before);
	});

	test('does not look at hidden files, and of a folder that is no folder says so', async () => {
		const before = await folderStamp(folder);
		mkdirSync(join(folder, '..data'));
		expect(await folderStamp(folder)).toBe(before);
		expect(await folderStamp(join(folder, 'a.conf'))).toBe('unreadable ENOTDIR');
	});
});

describe('the keeper', () => {
	const keeping = () => {
		const world = {stamp: async (): Promise<string> => 'one', read: 0};
		const keeper = folderKeeper({stamp: () => world.stamp(), changed: async () => void (world.read += 1)});
		const looks = async (stamp: string): Promise<number> => {
			world.stamp = async () => stamp;
			keeper.tick();
			await new Promise(resolve => setImmediate(resolve));
			return world.read;
		};
		return {world, keeper, looks};
	};

	test('reads at first what came while vks started, and then only what is another one and stands still', async () => {
		const {looks} = keeping();
		const reads = [];
		for (const stamp of ['one', 'one', 'two', 'three', 'three', 'three', 'one', 'one']) reads.push(await looks(stamp));
		expect(reads).toEqual([1, 1, 1, 1, 2, 2, 2, 3]);
	});

	test('has one look under way at most: a folder that hangs holds up nobody', async () => {
		const {world, keeper} = keeping();
		let asked = 0;
		world.stamp = () => new Promise(() => void (asked += 1));
		for (let tick = 0; tick < 3; tick++) keeper.tick();
		expect(asked).toBe(1);
	});
});

describe('a controller', () => {
	const rigs: Rig[] = [];
	afterEach(async () => {
		for (const rig of rigs.splice(0)) await rig.dispose();
	});
	const begin = async (options: Parameters<typeof makeRig>[0] = {}, silent: readonly string[] = []): Promise<Rig> => {
		const rig = makeRig(options);
		silent.forEach(id => rig.silent.add(id));
		rigs.push(rig);
		expect(await rig.controller.start()).toMatchObject({ok: true});
		return rig;
	};
	const becomes = (rig: Rig, state: object) => vi.waitFor(() => {
		rig.clock.tick();
		expect(rig.controller.snapshot().state).toMatchObject(state);
	}, {timeout: 4000, interval: 5});

	test('with nothing to connect to connects to the first file that comes, and says which came', async () => {
		const rig = await begin({only: []});
		await becomes(rig, {kind: 'blocked', cause: 'no-server'});
		rig.put([serverEntry('se-sto-1', '198.51.100.10')]);
		await becomes(rig, {kind: 'connected', server: 'se-sto-1'});
		expect(rig.lines()).toContain('The servers were read again: new is se-sto-1.');
		expect(rig.controller.snapshot().problems).toEqual([]);
	});

	test('takes no other than the one that was named', async () => {
		const rig = await begin({only: [], settings: {VKS_SERVER: 'ch-zrh-1'}});
		rig.put([serverEntry('se-sto-1', '198.51.100.10')]);
		await vi.waitFor(() => {
			rig.clock.tick();
			expect(rig.controller.snapshot().servers).toHaveLength(1);
		});
		await becomes(rig, {kind: 'blocked', cause: 'no-server', detail: 'Blocked (no-server): There is no server ch-zrh-1 (VKS_SERVER); there is se-sto-1.'});
		rig.put([serverEntry('se-sto-1', '198.51.100.10'), serverEntry('ch-zrh-1', '192.0.2.10')]);
		await becomes(rig, {kind: 'connected', server: 'ch-zrh-1'});
	});

	test('does not wait for the back-off where the file of the server it wants is another one', async () => {
		const rig = await begin({only: [serverEntry('se-sto-1', '192.0.2.10')]}, ['ch-zrh-1']);
		await vi.waitFor(() => expect(rig.lines().join()).toContain('Blocked'), {timeout: 4000, interval: 1});
		rig.put([serverEntry('se-sto-1', '198.51.100.10')]);
		await becomes(rig, {kind: 'connected', server: 'se-sto-1'});
		expect(rig.lines()).toContain('The servers were read again: changed is se-sto-1.');
	});

	test('stays connected whatever becomes of the folder, and locked down', async () => {
		const rig = await begin();
		await becomes(rig, {kind: 'connected'});
		const {epoch} = rig.controller.snapshot().tunnel ?? {};
		rig.put([]);
		await vi.waitFor(() => {
			rig.clock.tick();
			expect(rig.controller.snapshot().servers).toEqual([]);
		});
		expect(rig.controller.snapshot()).toMatchObject({state: {kind: 'connected'}, tunnel: {epoch}});
		await rig.controller.submit({do: 'lockdown', reason: ''});
		rig.put([serverEntry('se-sto-1', '198.51.100.10')]);
		await vi.waitFor(() => {
			rig.clock.tick();
			expect(rig.controller.snapshot().servers).toHaveLength(1);
		});
		expect(rig.controller.snapshot().state.kind).toBe('lockdown');
	});
});
