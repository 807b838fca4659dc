import {readdirSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {openRecording} from '../../../src/console/replay/open.ts';
import {sampleDrop, sampleEntry} from '../../fakes/fake-controller.ts';
import {sampleSnapshot} from '../../fakes/snapshot.ts';
import {temporaryFolder} from '../control/harness.ts';
import {shell} from './harness.ts';

test('evidence writes a folder that replays, and says where', async () => {
	const {vks} = await shell();
	const out = temporaryFolder();
	const ran = await vks('evidence', '--out', out);
	const [name = ''] = readdirSync(out);
	expect(ran).toMatchObject({code: 0, err: '', out: expect.stringContaining(join(out, name))});
	expect(openRecording(join(out, name))).toMatchObject({ok: true, value: {cut: null, frames: [{moment: {why: 'Connected to lab-one.'}}, {moment: {why: 'When the evidence was taken.'}}], drops: [sampleDrop], journal: [sampleEntry]}});
});

test('evidence that cannot be written is a problem that names the folder', async () => {
	const {vks} = await shell();
	expect(await vks('evidence', '--out', '/proc/none')).toMatchObject({code: 1, err: expect.stringContaining('/proc/none')});
});

test('record writes what comes until it is ended, for its owner only', async () => {
	const {controller, vks} = await shell();
	const path = join(temporaryFolder(), 'session.jsonl');
	const feeding = setInterval(() => controller.publish({type: 'snapshot', snapshot: sampleSnapshot({seq: 8, drops: {...sampleSnapshot().drops, total: 99}})}), 20);
	const ran = await vks('record', path, '--for', '1s');
	clearInterval(feeding);
	expect(ran).toMatchObject({code: 0, err: ''});
	expect(ran.out).toMatch(/^Recorded \d+ moments in /);
	expect(statSync(path).mode & 0o777).toBe(0o600);
	const session = openRecording(path);
	if (!session.ok) throw new Error(session.error);
	expect(session.value.frames[0]?.snapshot).toEqual(sampleSnapshot());
	expect(session.value.frames.at(-1)?.snapshot.drops.total).toBe(99);
	expect(session.value).toMatchObject({cut: null, drops: [sampleDrop], journal: [sampleEntry]});
	expect(await vks('record', path, '--for', '1s')).toMatchObject({code: 1, err: expect.stringContaining('EEXIST')});
});

test('record refuses a time that is none', async () => {
	const {vks} = await shell();
	expect(await vks('record', '/nowhere/x', '--for', 'soon')).toMatchObject({code: 2, err: expect.stringContaining('--for soon')});
});
