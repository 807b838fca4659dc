/** A real program between the console and a daemon: a stand-in for `docker` that runs what it is asked to, here. */
import {chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, expect, onTestFinished, test, vi} from 'vitest';
import {connectFeed, type Feed, type FeedEvent} from '../../../../src/console/connection.ts';
import {reachFor} from '../../../../src/console/remote/reach.ts';
import {farWire} from '../../../../src/console/remote/spawn.ts';
import type {Way} from '../../../../src/console/remote/target.ts';
import {startControlServer} from '../../../../src/control/server.ts';
import {eventually} from '../../../helpers/eventually.ts';
import {playingController} from '../../../helpers/screen-daemon.ts';
import {fixture} from '../../../helpers/screen-view.ts';

afterEach(() => void vi.unstubAllEnvs());

const vpn: Extract<Way, {kind: 'far'}> = {kind: 'far', host: null, container: {engine: 'docker', name: 'vpn'}};

/** Puts a program of that text in front of the PATH. */
function standIn(script: string): string {
	const folder = mkdtempSync(join(tmpdir(), 'vks-far-'));
	onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
	writeFileSync(join(folder, 'docker'), `#!/bin/sh\n${script}\n`);
	chmodSync(join(folder, 'docker'), 0o755);
	vi.stubEnv('PATH', `${folder}:${process.env['PATH'] ?? ''}`);
	return folder;
}

/** As `nc -U`: the socket over standard input and output. */
const carry = (socket: string): string => `exec "${process.execPath}" -e 'const s = require("net").connect(process.argv[1]); process.stdin.pipe(s); s.pipe(process.stdout)' ${socket}`;

function listening(feed: Feed): readonly FeedEvent[] {
	const events: FeedEvent[] = [];
	feed.listen(event => events.push(event));
	onTestFinished(() => feed.close());
	return events;
}

const near = {...reachFor(vpn, {view: false}), waitMs: () => 20};

test('it speaks over what the program carries, and the program ends with the feed', async () => {
	const folder = mkdtempSync(join(tmpdir(), 'vks-far-run-'));
	onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
	const server = await startControlServer({controller: playingController(fixture.snapshot), runFolder: join(folder, 'run'), version: '9.9.9'});
	if (!server.ok) throw new Error(server.error.what);
	onTestFinished(() => server.value.close());
	const place = standIn(`echo $$ "$@" > "$(dirname "$0")/asked"; ${carry(server.value.controlPath)}`);
	const feed = connectFeed(near);
	const events = listening(feed);
	await eventually(() => expect(events).toMatchObject([{type: 'open', hello: {version: '9.9.9'}}, ...events.slice(1)]));
	await eventually(() => expect(events.some(({type}) => type === 'snapshot')).toBe(true));
	expect(await feed.submit({do: 'lockdown', reason: 'from afar'})).toMatchObject({ok: true, value: {ok: true}});
	const [pid = '', ...asked] = readFileSync(join(place, 'asked'), 'utf8').trim().split(' ');
	expect(asked).toEqual(['exec', '-i', 'vpn', 'vks', 'connect-stdio', '--json']);
	feed.close();
	await eventually(() => expect(() => process.kill(Number(pid), 0)).toThrow());
	await eventually(() => expect(server.value.clients()).toBe(0));
});

test('one that ends tells why, again and again until it is mended', async () => {
	standIn('echo "Error: No such container: vpn" >&2; exit 1');
	const events = listening(connectFeed(near));
	await eventually(() => expect(events.length).toBeGreaterThan(1));
	expect(events[0]).toMatchObject({type: 'down', problem: {code: 'unreachable', what: 'There is no container vpn here.'}});
});

test('without the program it says so, and nothing throws', async () => {
	vi.stubEnv('PATH', '/nowhere');
	const events = listening(connectFeed(near));
	await eventually(() => expect(events[0]).toMatchObject({type: 'down', problem: {what: 'docker could not be started: there is no such program.'}}));
});

test.each([['standard output', 1], ['standard error', 2]])('a container without vks is named as one, on whichever the engine says so: %s', async (_, descriptor) => {
	standIn(`echo 'OCI runtime exec failed: exec failed: unable to start container process: exec: "vks": executable file not found in $PATH: unknown' >&${descriptor}; exit 126`);
	const events = listening(connectFeed(near));
	await eventually(() => expect(events[0]).toMatchObject({type: 'down', problem: {code: 'unreachable', what: 'There is no vks in container vpn.'}}));
});

test('a banner of a login shell is no daemon: what comes after it is', async () => {
	const folder = mkdtempSync(join(tmpdir(), 'vks-far-run-'));
	onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
	const server = await startControlServer({controller: playingController(fixture.snapshot), runFolder: join(folder, 'run'), version: '9.9.9'});
	if (!server.ok) throw new Error(server.error.what);
	onTestFinished(() => server.value.close());
	standIn(`printf 'Welcome\\nto the box\\n'; ${carry(server.value.controlPath)}`);
	const events = listening(connectFeed(near));
	await eventually(() => expect(events[0]).toMatchObject({type: 'open', hello: {version: '9.9.9'}}));
});

test.each([['that looks like one', 'echo "{}"; cat'], ['that does not end soon', 'yes | head -c 9000; cat']])('what is no protocol ends it: something %s', async (_, script) => {
	standIn(script);
	const events = listening(connectFeed(near));
	await eventually(() => expect(events[0]).toMatchObject({type: 'down', problem: {code: 'bad-request'}}));
});

test('one that says nothing is given up, and ended', async () => {
	const place = standIn('echo $$ > "$(dirname "$0")/pid"; exec sleep 600');
	const events = listening(connectFeed({...near, helloWithinMs: 200, waitMs: () => 600_000}));
	await eventually(() => expect(events[0]).toMatchObject({type: 'down', problem: {code: 'busy'}}));
	const pid = Number(readFileSync(join(place, 'pid'), 'utf8'));
	await eventually(() => expect(() => process.kill(pid, 0)).toThrow());
});

test('a megabyte on standard error is not kept', async () => {
	standIn('head -c 1000000 /dev/zero | tr "\\0" x >&2; echo >&2; echo "the end" >&2; exit 9');
	const wire = farWire(vpn, {view: false});
	const problem = await new Promise(resolve => wire.listen(() => undefined, resolve));
	expect(problem).toMatchObject({what: 'docker ended with code 9: the end.'});
});

test('attempts become rarer, and rarest after a login that was refused', () => {
	const {waitMs} = reachFor(vpn, {view: false});
	const problem = {code: 'unreachable', severity: 'error', what: '', stillBlocking: 'unknown', next: ''} as const;
	expect([1, 2, 3, 4, 5, 6, 7, 1000].map(failed => waitMs(failed, problem))).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
	expect(waitMs(1, {...problem, code: 'login-refused'})).toBe(60_000);
	const here = reachFor({kind: 'socket', path: '/s'}, {view: false});
	expect([1, 2, 3, 4, 5].map(failed => here.waitMs(failed, problem))).toEqual([250, 500, 1000, 2000, 2000]);
});
