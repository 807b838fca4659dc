import {readFileSync, readdirSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {takenOut} from '../../../src/cli/evidence.ts';
import {openRecording} from '../../../src/console/replay/open.ts';
import type {Outcome} from '../../../src/control/schema.ts';
import {sampleDrop, sampleEntry, sampleFacts} from '../../fakes/fake-controller.ts';
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

test('evidence that cannot be written is a problem that names the folder, in words', async () => {
	const {vks} = await shell();
	expect(await vks('evidence', '--out', '/proc/none')).toMatchObject({code: 1, err: expect.stringMatching(/error not-written: No evidence was written: there is no folder \/proc\/none\./)});
	expect(await vks('evidence', '--out', '/proc/version')).toMatchObject({code: 1, err: expect.stringMatching(/\/proc\/version\/vks-evidence\S* could not be written: /)});
});

test.each([['docker', ' On the host: `docker cp NAME:/vks-evidence-1 .`'], ['podman', ' On the host: `podman cp NAME:/vks-evidence-1 .`'], ['host', ''], ['lxc', '']] as const)('how it is taken out of %s', (kind, said) => {
	expect(takenOut(kind, '/vks-evidence-1')).toBe(said);
});

/** A controller whose picture shows whether it was locked down. */
async function lockable(outcome: Partial<Outcome> = {}) {
	const asked: string[] = [];
	let locked = false;
	const picture = () => sampleSnapshot(locked ? {state: {...sampleSnapshot().state, kind: 'lockdown'}} : {});
	const started = await shell({
		snapshot: () => {
			asked.push('snapshot');
			return picture();
		},
		submit: async command => {
			asked.push(command.do);
			locked = outcome.ok !== false;
			return {ok: true, message: 'Locked down.', durationMs: 2, problem: null, ...outcome};
		},
		facts: async () => {
			asked.push('facts');
			return sampleFacts;
		},
	});
	return {...started, asked};
}

test('with --lockdown the picture of before is taken first, then nothing passes, and then comes the rest', async () => {
	const {vks, asked, controller} = await lockable();
	const out = temporaryFolder();
	const ran = await vks('evidence', '--lockdown', '--out', out);
	expect(ran).toMatchObject({code: 0, err: '', out: expect.stringMatching(/^Lockdown: Locked down\.\nEvidence of /)});
	expect(controller.commands).toEqual([{do: 'lockdown', reason: 'evidence is taken'}]);
	expect(asked.slice(0, 4)).toEqual(['snapshot', 'lockdown', 'facts', 'snapshot']);
	const place = join(out, readdirSync(out)[0] ?? '');
	expect(JSON.parse(readFileSync(join(place, 'state.json'), 'utf8'))).toMatchObject({state: {kind: 'connected'}});
	expect(openRecording(place)).toMatchObject({ok: true, value: {frames: [expect.anything(), {snapshot: {state: {kind: 'lockdown'}}}]}});
	expect(readFileSync(join(place, 'README.txt'), 'utf8')).toContain('from before the lockdown');
});

test('a lockdown that was not taken is said, is written down, and is exit code 1', async () => {
	const {vks} = await lockable({ok: false, message: 'The kernel refused it.', problem: {code: 'ruleset-refused', severity: 'error', what: 'The kernel refused it.', stillBlocking: 'unknown', next: 'Look.'}});
	const out = temporaryFolder();
	expect(await vks('evidence', '--lockdown', '--out', out)).toMatchObject({code: 1, err: expect.stringContaining('The kernel refused it.')});
	expect(readFileSync(join(out, readdirSync(out)[0] ?? '', 'README.txt'), 'utf8')).toContain('Lockdown: failed: The kernel refused it.');
});

test('where nothing can be written, nothing passes all the same, and that is said', async () => {
	const {vks, controller} = await lockable();
	expect(await vks('evidence', '--lockdown', '--out', '/proc/none')).toMatchObject({code: 1, err: expect.stringContaining('Traffic is still blocked.')});
	expect(controller.commands).toHaveLength(1);
});

test('who may only look on gets no routes, connections and sockets, and is told so', async () => {
	const {vks, runFolder} = await shell();
	const out = temporaryFolder();
	expect(await vks('evidence', '--socket', join(runFolder, 'view.sock'), '--out', out)).toMatchObject({code: 0, err: expect.stringContaining('This socket is read-only')});
	expect(readdirSync(join(out, readdirSync(out)[0] ?? ''))).not.toContain('connections.txt');
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
