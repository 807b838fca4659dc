/** Evidence: all of what was kept, opened again, for its owner only, and without what looks like a key. */
import {execFileSync} from 'node:child_process';
import {appendFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, expect, test} from 'vitest';
import {keepEvidence} from '../../../src/console/evidence.ts';
import {openRecording} from '../../../src/console/replay/open.ts';
import {keepHistory} from '../../../src/controller/history.ts';
import type {Facts} from '../../../src/control/schema.ts';
import type {ControllerEvent} from '../../../src/controller/port.ts';
import {collectEvidence, type AskMoment} from '../../../src/evidence/collect.ts';
import {evidenceFiles} from '../../../src/evidence/files.ts';
import {redact} from '../../../src/evidence/redact.ts';
import {manifestName} from '../../../src/evidence/manifest.ts';
import {writeEvidence} from '../../../src/evidence/write.ts';
import {readRecording} from '../../../src/history/read-recording.ts';
import {noDaemon} from '../../../src/control/problems.ts';
import {ok, fail} from '../../../src/result.ts';
import {sampleFacts} from '../../fakes/fake-controller.ts';
import {situation, snapshotOf, viewOf} from '../../helpers/screen-view.ts';

const folder = mkdtempSync(join(tmpdir(), 'vks-evidence-test-'));
afterAll(() => rmSync(folder, {recursive: true}));

const facts = async () => ok(sampleFacts);

/** A daemon's history of these situations. */
function historyOf(...names: ReadonlyArray<Parameters<typeof snapshotOf>[0]>): AskMoment {
	let listener: (event: ControllerEvent) => void = () => undefined;
	let tickMs = 0;
	const history = keepHistory({subscribe: next => {
		listener = next;
		return () => undefined;
	}}, {monotonic: () => (tickMs += 10_000)});
	for (const name of names) listener({type: 'snapshot', snapshot: snapshotOf(name)});
	return async query => ok(history.moment(query));
}

test('the folder holds every moment, opens as a replay, and is for its owner only', async () => {
	const saved = await keepEvidence({moment: historyOf('connecting', 'connected', 'lockdown'), facts}, viewOf({in: 'lockdown'}).live, {folder, isoTime: '2026-11-21T13:17:20.182Z', by: '0.1.0'});
	const place = join(folder, 'vks-evidence-2026-11-21T13-17-20');
	expect(saved).toEqual({ok: true, text: `evidence in ${place}`});
	expect(statSync(place).mode & 0o777).toBe(0o700);
	expect(readdirSync(place).toSorted()).toEqual(['README.txt', 'connections.txt', 'drill.json', 'drops.jsonl', 'exceptions.json', 'journal.jsonl', 'manifest.sha256', 'moments.jsonl', 'routes.txt', 'rules.txt', 'session.jsonl', 'sockets.txt', 'state.json']);
	for (const name of readdirSync(place)) expect(statSync(join(place, name)).mode & 0o777).toBe(0o600);
	const session = openRecording(place);
	if (!session.ok) throw new Error(session.error);
	expect(session.value.cut).toBeNull();
	const states = session.value.frames.map(({snapshot}) => snapshot.state.kind);
	expect(states.at(-1)).toBe('lockdown');
	expect(new Set(states)).toEqual(new Set(['connecting', 'verifying', 'connected', 'lockdown'].filter(kind => states.some(state => state === kind))));
	expect(states).toContain('connected');
	expect(session.value.frames.find(({snapshot}) => snapshot.state.kind === 'connected')?.snapshot.rules).toEqual(snapshotOf('connected').rules);
	expect(session.value.drops).toEqual(situation('lockdown').drops);
	expect(readFileSync(join(place, 'rules.txt'), 'utf8')).toContain('chain output');
	expect(readFileSync(join(place, 'connections.txt'), 'utf8')).toContain('… and 7 more');
	expect(readFileSync(join(place, 'sockets.txt'), 'utf8')).toContain('Not read: ');
	// As anybody would check it, with a program that is not ours.
	expect(execFileSync('sha256sum', ['--check', '--strict', manifestName], {cwd: place, encoding: 'utf8'}).split('\n').filter(line => line.endsWith(': OK'))).toHaveLength(12);
	// Asked again in the same second, what is there stays.
	expect(await keepEvidence({moment: historyOf('connected'), facts}, viewOf().live, {folder, isoTime: '2026-11-21T13:17:20.900Z', by: '0.1.0'})).toMatchObject({ok: false, text: expect.stringContaining('EEXIST')});
});

test('what was changed since is said when it is opened', async () => {
	const name = 'vks-evidence-changed';
	const evidence = await collectEvidence({snapshot: snapshotOf('lockdown'), drops: [], journal: [], facts: sampleFacts}, historyOf('connected'));
	await writeEvidence(evidenceFiles(evidence, '0.1.0', atMs => new Date(atMs).toISOString()), folder, name);
	expect(openRecording(join(folder, name))).not.toMatchObject({value: {doubt: expect.anything()}});
	appendFileSync(join(folder, name, 'session.jsonl'), '{"d":[]}\n');
	expect(openRecording(join(folder, name))).toMatchObject({ok: true, value: {doubt: expect.stringContaining('it was changed since it was written')}});
	rmSync(join(folder, name, manifestName));
	expect(openRecording(join(folder, name)), 'evidence of earlier versions').not.toMatchObject({value: {doubt: expect.anything()}});
});

test.each([['ENOSPC', 'the disk is full'], ['EROFS', 'the file system is read-only'], ['EDQUOT', 'the quota']])('a disk that refuses with %s half-way is told in words, and leaves nothing that looks whole', async (code, words) => {
	let written = 0;
	const refusing = async (path: string, text: string): Promise<void> => {
		if (++written > 3) throw Object.assign(new Error(code), {code});
		writeFileSync(path, text);
	};
	const files = ['a', 'b', 'c', 'd', 'e'].map(name => ({name, text: name}));
	expect(await writeEvidence(files, folder, `refused-${code}`, refusing)).toMatchObject({ok: false, error: expect.stringContaining(words)});
	expect(readdirSync(folder).filter(name => name.startsWith('refused'))).toEqual([]);
});

test('until it is whole it bears another name', async () => {
	const seen: string[][] = [];
	const looking = async (path: string, text: string): Promise<void> => {
		writeFileSync(path, text);
		seen.push(readdirSync(folder).filter(name => name.startsWith('watched')));
	};
	expect(await writeEvidence([{name: 'a', text: 'a'}, {name: 'b', text: 'b'}], folder, 'watched', looking)).toMatchObject({ok: true});
	expect(seen).toEqual([['watched.partial'], ['watched.partial']]);
	expect(readdirSync(folder).filter(name => name.startsWith('watched'))).toEqual(['watched']);
});

test('who may not ask for routes and connections is told why they are missing', async () => {
	const saved = await keepEvidence({moment: historyOf('connected'), facts: async () => fail(noDaemon('/run/vks/view.sock', 'This socket is read-only'))}, viewOf().live, {folder, isoTime: '2026-11-22T13:17:20.182Z', by: '0.1.0'});
	expect(saved.ok).toBe(true);
	const place = join(folder, 'vks-evidence-2026-11-22T13-17-20');
	expect(readdirSync(place)).not.toContain('routes.txt');
	expect(readFileSync(join(place, 'README.txt'), 'utf8')).toContain('This socket is read-only');
});

test('a connection that is lost half-way is told, and what came is there', async () => {
	const all = historyOf('connecting', 'connected', 'lockdown');
	let asked = 0;
	const ask: AskMoment = query => (++asked > 2 ? Promise.resolve(fail(noDaemon('/run/vks/control.sock', 'gone'))) : all(query));
	const {moments, missing} = await collectEvidence({snapshot: snapshotOf('lockdown'), drops: [], journal: [], facts: sampleFacts}, ask);
	expect(moments).toHaveLength(3);
	expect(missing).toContain('gone');
});

test('a daemon that hands out moments for ever is asked a bounded number of times', async () => {
	let asked = 0;
	const ask: AskMoment = async () => ok({moment: {id: ++asked, atMs: 1, kind: 'interval', why: ''}, index: 0, of: 1, base: null, patch: {s: snapshotOf('connected')}});
	const {moments} = await collectEvidence({snapshot: snapshotOf('connected'), drops: [], journal: [], facts: sampleFacts}, ask);
	expect(moments.length).toBeLessThanOrEqual(2001);
});

const key = 'yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=';

test.each([
	[`PrivateKey = ${key}`, 'PrivateKey = [removed]'],
	[`peer ${key} is silent`, 'peer [removed] is silent'],
	[`private_key ${'0A'.repeat(32)} refused`, 'private_key [removed] refused'],
	['{"password":"hunter22","port":5}', '{"password":"[removed]","port":5}'],
	['{"token":null,"secret":12}', '{"token":null,"secret":12}'],
	// As they stand in a string of JSON, which must stay one.
	[String.raw`{"text":"Reason: password=abc\"def","port":5}`, '{"text":"Reason: password=[removed]","port":5}'],
	[String.raw`{"text":"it wrote {\"token\": \"abc\"} twice"}`, String.raw`{"text":"it wrote {\"token\": \"[removed]} twice"}`],
	[String.raw`{"text":"secret: C:\\"}`, '{"text":"secret: [removed]"}'],
	[String.raw`{"text":"a -----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n b"}`, String.raw`{"text":"a [removed]\n b"}`],
	['-----BEGIN OpenVPN Static key V1-----\n0123\n-----END OpenVPN Static key V1-----\n', '[removed]\n'],
	[String.raw`{"text":"-----BEGIN RSA PRIVATE KEY-----\nMIIE","port":5}`, '{"text":"[removed]","port":5}'],
	['-----BEGIN CERTIFICATE-----\nMIID\n-----END CERTIFICATE-----', '-----BEGIN CERTIFICATE-----\nMIID\n-----END CERTIFICATE-----'],
	['ruleset a1b2c3d4e5f60718 of 192.0.2.1', 'ruleset a1b2c3d4e5f60718 of 192.0.2.1'],
])('%s', (text, redacted) => {
	expect(redact(text)).toBe(redacted);
});

const leaking: Facts = {atMs: 1, sections: [{name: 'tunnel', lines: [`endpoint ${key} \u001B[2J`], leftOut: 0, problem: null}]};

test('a key that came into the journal or the facts does not leave with the evidence, which stays JSON', async () => {
	const journal = [{seq: 1, atMs: 1, kind: 'problem', level: 'error', text: `wg said: ${key}`}] as const;
	const evidence = await collectEvidence({snapshot: snapshotOf('connected'), drops: [], journal, facts: leaking}, historyOf('connected'));
	const files = evidenceFiles(evidence, '0.1.0', atMs => new Date(atMs).toISOString());
	expect(files.map(({text}) => text).join('')).not.toContain(key);
	for (const {name, text} of files) {
		if (name.endsWith('.json')) JSON.parse(text);
		if (name.endsWith('.jsonl')) for (const line of text.trimEnd().split('\n')) if (line !== '') JSON.parse(line);
	}
});

test('nothing in a snapshot that the real daemon sent looks like a secret', () => {
	for (const name of ['connected', 'lockdown', 'reconnected', 'degraded', 'repaired', 'unsafe-network'] as const) {
		const text = JSON.stringify(situation(name));
		expect(redact(text)).toBe(text);
	}
});

test('whoever wrote a reason cannot paint the terminal in which evidence is read, nor take a line of it away', async () => {
	const why = '\u001B[2J\u009B2J\u202E password=x"y';
	const journal = [{seq: 1, atMs: 1, kind: 'command', level: 'info', text: `lockdown: ${why}`}] as const;
	const connected = snapshotOf('connected');
	const snapshot = {...connected, state: {...connected.state, detail: why}, rules: connected.rules.map(rule => ({...rule, reason: why}))};
	const evidence = await collectEvidence({snapshot, drops: [], journal, facts: leaking}, historyOf('connected'));
	const files = evidenceFiles(evidence, '0.1.0', atMs => new Date(atMs).toISOString());
	for (const {name, text} of files) expect(text, name).not.toMatch(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202E]/);
	const session = readRecording(files.find(({name}) => name === 'session.jsonl')?.text ?? '');
	expect(session).toMatchObject({ok: true, value: {cut: null, journal: [{text: 'lockdown: \u001B[2J\u009B2J\u202E password=[removed]'}]}});
});
