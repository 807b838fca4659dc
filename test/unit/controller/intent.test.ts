/** What a disk may do to the intent: whatever it gives back, vks is locked down, blocked, or connects to what was meant. */
import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, describe, expect, test, vi} from 'vitest';
import {intentFile, type IntentFile} from '../../../src/controller/intent.ts';
import {parseIntent, renderIntent} from '../../../src/controller/intent-text.ts';
import {standingProblems} from '../../../src/controller/standing-problems.ts';
import {startTarget} from '../../../src/controller/start-target.ts';
import {initialMachine, type Target} from '../../../src/controller/state.ts';
import type {Problem} from '../../../src/problem.ts';
import type {ServerEntry} from '../../../src/tunnel/tunnel.ts';
import {makeRig} from '../../helpers/controller-rig.ts';
import {configFrom} from '../../helpers/situations.ts';

type Kept = Exclude<Target, {kind: 'none'}>;
const connected: Kept = {kind: 'connected', server: 'se-sto-1'};
const locked: Kept = {kind: 'lockdown', by: 'operator', reason: 'Zürich: test', server: 'se-sto-1'};
const otherServers = '192.0.2.10';

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach(folder => rmSync(folder, {recursive: true, force: true})));
function newFolder(): string {
	const folder = mkdtempSync(join(tmpdir(), 'vks-intent-'));
	folders.push(folder);
	return folder;
}

const fileIn = (folder: string): IntentFile => intentFile(folder, join(folder, 'run'));

interface Damage {
	readonly name: string;
	readonly bytes: Buffer;
}

/** Every byte in turn: cut there, and turned into what a broken bit, another letter, a quote or nothing would make of it. */
function damagesOf(text: string): readonly Damage[] {
	const whole = Buffer.from(text);
	return [...whole.keys()].flatMap(at => {
		const changed = (value: number): Damage => ({name: `byte ${at} is ${value}`, bytes: Buffer.concat([whole.subarray(0, at), Buffer.from([value]), whole.subarray(at + 1)])});
		const byte = whole[at] ?? 0;
		const flips = [...Array.from({length: 8}, (_, bit) => byte ^ (1 << bit)), 0, 0xff, 0x22, 0x31].filter(value => value !== byte);
		return [
			{name: `cut at ${at}`, bytes: whole.subarray(0, at)},
			{name: `without byte ${at}`, bytes: Buffer.concat([whole.subarray(0, at), whole.subarray(at + 1)])},
			{name: `byte ${at} twice`, bytes: Buffer.concat([whole.subarray(0, at + 1), whole.subarray(at)])},
			...flips.map(changed),
		];
	}).concat(['x', '{}', '\0', text, '\n'].map(more => ({name: `with ${JSON.stringify(more)} behind it`, bytes: Buffer.concat([whole, Buffer.from(more)])})));
}

test.each([['connected', connected], ['lockdown', locked]])('damaged at any byte, an intent of %s is unreadable or the same, never another', (_name, target) => {
	const damages = damagesOf(renderIntent(target));
	expect(damages.length).toBeGreaterThan(1000);
	let unreadable = 0;
	for (const {name, bytes} of damages) {
		const recalled = parseIntent(bytes.toString('utf8'));
		if (recalled.kind === 'unreadable') unreadable += 1;
		else expect(recalled, name).toEqual({kind: 'target', target});
	}
	// A line end more, less or another is all that may go unnoticed.
	expect(damages.length - unreadable).toBeLessThan(12);
});

test('damaged at any byte, a controller starts locked down with the reason, or connects to what was meant', async () => {
	const damages = damagesOf(renderIntent(connected)).filter(({name}) => /^(cut|byte \d+ twice)/.test(name));
	for (const {name, bytes} of damages) {
		const folder = newFolder();
		writeFileSync(join(folder, 'intent.json'), bytes);
		const rig = makeRig({folder});
		try {
			expect(await rig.controller.start(), name).toMatchObject({ok: true});
			const {state, problems} = rig.controller.snapshot();
			if (state.kind === 'lockdown') {
				expect(problems.find(({code}) => code === 'intent-corrupt')?.next, name).toContain('vks lift');
				expect(state.detail, name).toContain('could not be read');
			} else expect(state.server, name).toBe('se-sto-1');
			expect(rig.kernel.scripts.some(script => script.includes(otherServers)), name).toBe(false);
		} finally {
			await rig.dispose();
		}
	}
});

describe('something else in its place', () => {
	test.each<[string, (path: string) => void]>([
		['a folder', path => mkdirSync(path)],
		['a FIFO, which must not be waited for', path => void execFileSync('mkfifo', [path])],
		['a device without an end', path => symlinkSync('/dev/zero', path)],
		['a file of a gigabyte', path => {
			writeFileSync(path, '');
			truncateSync(path, 1024 ** 3);
		}],
		['a link to nothing', path => symlinkSync('/nowhere/intent.json', path)],
		['a link to itself', path => symlinkSync(path, path)],
		['an empty file', path => writeFileSync(path, '')],
		['an intent of before it bore a check', path => writeFileSync(path, '{"version":1,"want":"connected","server":"ch-zrh-1"}\n')],
	])('%s is a lockdown, and the controller says so', async (_name, put) => {
		const folder = newFolder();
		put(join(folder, 'intent.json'));
		expect(fileIn(folder).recall().kind).toBe('unreadable');
		const rig = makeRig({folder});
		await rig.controller.start();
		expect(rig.controller.snapshot()).toMatchObject({state: {kind: 'lockdown'}, problems: expect.arrayContaining([expect.objectContaining({code: 'intent-corrupt'})]) as unknown});
		await rig.dispose();
	});

	test('a link to an intent is followed', () => {
		const folder = newFolder();
		writeFileSync(join(folder, 'elsewhere'), renderIntent(connected));
		symlinkSync(join(folder, 'elsewhere'), join(folder, 'intent.json'));
		expect(fileIn(folder).recall()).toEqual({kind: 'target', target: connected});
	});

	test('a FIFO where the new intent is written first is no reason to wait, and is told', async () => {
		const folder = newFolder();
		execFileSync('mkfifo', [join(folder, 'intent.json.next')]);
		expect(await fileIn(folder).remember(connected)).toMatchObject({kind: 'refused'});
		expect(await fileIn(folder).remember(locked)).toMatchObject({kind: 'emptied'});
		expect(fileIn(folder).recall().kind).toBe('unreadable');
	});
});

/** Root may write whatever the modes say, so only a file system that refuses shows what a refusal does. */
describe.skipIf(process.getuid?.() !== 0)('in a mount namespace of its own', () => {
	const program = `
		import {intentFile, type IntentFile} from ${JSON.stringify(new URL('../../../src/controller/intent.ts', import.meta.url).href)};
		const file = intentFile(process.argv[1], process.argv[1] + '/run');
		const saved = await file.remember({kind: process.argv[2], server: 'ch-zrh-1', by: 'operator', reason: 'x'.repeat(9000)});
		console.log(JSON.stringify({saved, recalled: file.recall()}));`;
	const inside = (folder: string, mounts: string, want: Kept['kind']): unknown => {
		const script = `${mounts} && exec "$0" --disable-warning=ExperimentalWarning --input-type=module-typescript -e "$2" -- "$1" "$3"`;
		return JSON.parse(execFileSync('unshare', ['--mount', '--propagation', 'private', 'bash', '-c', script, process.execPath, folder, program, want], {encoding: 'utf8'}));
	};

	test.each([['the folder', 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1"'], ['the file', 'mount --bind "$1/intent.json" "$1/intent.json" && mount -o remount,bind,ro "$1/intent.json"']])('%s read-only: it is told, and what stood there stands', (_name, mounts) => {
		const folder = newFolder();
		writeFileSync(join(folder, 'intent.json'), renderIntent(connected));
		const answer = inside(folder, mounts, 'connected');
		expect(answer).toMatchObject({saved: {kind: 'refused', trouble: {why: expect.stringMatching(/EROFS|EBUSY/) as unknown}}, recalled: {target: connected}});
		expect(inside(folder, mounts, 'lockdown')).toMatchObject({saved: {kind: 'refused'}});
		expect(readFileSync(join(folder, 'intent.json'), 'utf8')).toBe(renderIntent(connected));
	});

	test('a disk that is full half-way keeps the old intent; a lockdown empties it', () => {
		const folder = newFolder();
		const full = `mount -t tmpfs -o size=8k none "$1" && printf '%s' '${renderIntent(connected).trim()}' > "$1/intent.json" && { head -c 100000 /dev/zero > "$1/rest" 2>/dev/null || truncate -s 0 "$1/rest"; }`;
		expect(inside(folder, full, 'connected')).toMatchObject({recalled: {kind: 'target'}});
		expect(inside(folder, full, 'lockdown')).toMatchObject({saved: {kind: 'emptied'}, recalled: {kind: 'unreadable'}});
	});
});

test('a server that was named and is not there is not replaced by another', () => {
	const config = configFrom({});
	const there = [{ok: true, server: {id: 'ch-zrh-1'}}] as unknown as Parameters<typeof startTarget>[2];
	expect(startTarget({kind: 'target', target: connected}, config, there)).toMatchObject({target: {kind: 'none'}, problem: {what: expect.stringContaining('The last server was se-sto-1') as unknown, next: expect.stringContaining('vks switch') as unknown}});
	expect(startTarget({kind: 'target', target: {kind: 'connected', server: 'ch-zrh-1'}}, {...config, server: 'se-sto-1'}, there)).toMatchObject({target: {kind: 'none'}, problem: {what: 'There is no server se-sto-1 (VKS_SERVER); there is ch-zrh-1.'}});
	expect(startTarget({kind: 'nothing'}, config, there).target).toEqual({kind: 'connected', server: 'ch-zrh-1'});
});

test.each([
	['ch-zrh-2', 'There is no server ch-zrh-2 (VKS_SERVER); did you mean ch-zrh-1?', 'ch-zrh-2.conf'],
	['broken', 'The server broken (VKS_SERVER) cannot be used: It has no peer.', 'Mend it.'],
])('VKS_SERVER=%s, which nobody can connect to, is named in state and problem', (server, what, next) => {
	const bad: ServerEntry = {ok: false, id: 'broken', problem: {code: 'configuration', severity: 'error', what: 'It has no peer.', stillBlocking: true, next: 'Mend it.'}};
	const there = [{ok: true, server: {id: 'ch-zrh-1'}} as unknown as ServerEntry, bad];
	const {target, problem} = startTarget({kind: 'nothing'}, {...configFrom({}), server}, there);
	expect([target, problem?.what]).toEqual([{kind: 'none', why: what}, what]);
	expect(problem?.next).toContain(next);
});

test('a folder that is empty is one problem', () => {
	const none: Problem = {code: 'no-server', severity: 'error', what: 'There is no .conf or .ovpn file in /t.', stillBlocking: true, next: 'Put one there.'};
	const told = (standing: ReadonlyMap<string, Problem>): readonly Problem[] => standingProblems({
		engine: {enforcementProblem: () => null, network: () => null, machine: () => initialMachine(0), lastFailure: () => null},
		drills: {problem: () => null}, firewall: {backstopUnsupported: () => null}, keys: {problems: () => []}, standing,
	})();
	const start = {...none, what: 'No file in /t can be connected to (0 found).'};
	expect(told(new Map([['servers', none], ['start', start]]))).toEqual([none]);
	expect(told(new Map([['start', start]]))).toEqual([start]);
	const other: Problem = {...none, code: 'intent-corrupt'};
	expect(told(new Map([['servers', none], ['start', other]]))).toEqual([none, other]);
});

test('a connected intent is what a restart goes back to', async () => {
	const folder = newFolder();
	writeFileSync(join(folder, 'intent.json'), renderIntent(connected));
	const rig = makeRig({folder});
	await rig.controller.start();
	await vi.waitFor(() => expect(rig.controller.snapshot().state).toMatchObject({kind: 'connected', server: 'se-sto-1'}), {timeout: 10_000, interval: 5});
	await rig.dispose();
});
