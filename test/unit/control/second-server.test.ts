/** Starting where something already is: another daemon, what a killed one left, or something else altogether. */
import {spawn} from 'node:child_process';
import {chmodSync, lstatSync, mkdirSync, readdirSync, utimesSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {connectControl} from '../../../src/control/client.ts';
import {startControlServer, type ControlServer} from '../../../src/control/server.ts';
import {fakeController} from '../../fakes/fake-controller.ts';
import {eventually} from '../../helpers/eventually.ts';
import {openClient, startServer, temporaryFolder} from './harness.ts';

const start = (runFolder: string): ReturnType<typeof startControlServer> => startControlServer({controller: fakeController(), runFolder, version: 'second'});

/** Listens at a path in a process that is then killed, as a crashed daemon would leave it. */
async function leaveDeadSocket(path: string): Promise<void> {
	const child = spawn(process.execPath, ['-e', 'require("net").createServer().listen(process.argv[1], () => process.send("up"))', path], {stdio: ['ignore', 'ignore', 'inherit', 'ipc']});
	await new Promise(resolve => child.once('message', resolve));
	const gone = new Promise(resolve => child.once('exit', resolve));
	child.kill('SIGKILL');
	await gone;
}

test('a second daemon is refused with the pid of the first, which goes on', async () => {
	const runFolder = temporaryFolder();
	const first = await startServer({runFolder});
	// One that does not say hello at once, as on a busy machine, is not named.
	const started: boolean[] = [];
	await eventually(async () => {
		const second = await start(runFolder);
		started.push(second.ok);
		expect(second).toMatchObject({ok: false, error: {code: 'already-running', what: expect.stringContaining(`pid ${process.pid}`)}});
	});
	expect(started).not.toContain(true);
	expect(await (await openClient(first.controlPath)).command({do: 'reconnect'})).toMatchObject({ok: true});
	expect(readdirSync(runFolder).sort()).toEqual(['control.sock', 'view.sock']);
});

test('what a killed daemon left is replaced', async () => {
	const runFolder = temporaryFolder();
	await leaveDeadSocket(join(runFolder, 'control.sock'));
	await leaveDeadSocket(join(runFolder, 'view.sock'));
	const server = await startServer({runFolder});
	await openClient(server.controlPath);
	expect((await openClient(server.viewPath)).hello.readOnly).toBe(true);
	expect(readdirSync(runFolder).sort()).toEqual(['control.sock', 'view.sock']);
});

test('of eight daemons that start at once over a dead socket, one wins and stays in place', async () => {
	for (let round = 0; round < 5; round++) {
		const runFolder = temporaryFolder();
		await leaveDeadSocket(join(runFolder, 'control.sock'));
		const results = await Promise.all(Array.from({length: 8}, () => start(runFolder)));
		const winners = results.flatMap(result => (result.ok ? [result.value] : []));
		for (const result of results) if (!result.ok) expect(result.error.code).toBe('already-running');
		expect(winners.length).toBe(1);
		await openClient(join(runFolder, 'control.sock'));
		await Promise.all(winners.map((winner: ControlServer) => winner.close()));
		expect(readdirSync(runFolder)).toEqual([]);
	}
});

test('a daemon that accepts and says nothing lives, and is not replaced', async () => {
	const runFolder = temporaryFolder();
	const silent = createServer(() => undefined);
	await new Promise<void>(resolve => silent.listen(join(runFolder, 'control.sock'), resolve));
	onTestFinished(() => void silent.close());
	expect(await start(runFolder)).toMatchObject({ok: false, error: {code: 'already-running'}});
});

test('something else of that name is left alone', async () => {
	const runFolder = temporaryFolder();
	writeFileSync(join(runFolder, 'control.sock'), 'mine');
	expect(await start(runFolder)).toMatchObject({ok: false, error: {code: 'socket-busy', next: expect.stringContaining('control.sock')}});
	expect(lstatSync(join(runFolder, 'control.sock')).isFile()).toBe(true);
});

test('a folder in which others may write is refused, and named', async () => {
	const runFolder = temporaryFolder();
	chmodSync(runFolder, 0o777);
	expect(await start(runFolder)).toMatchObject({ok: false, error: {code: 'no-permission', what: expect.stringContaining('others may write'), next: expect.stringContaining('chmod 700')}});
});

test('a folder that is absent is made, for the owner only', async () => {
	const runFolder = join(temporaryFolder(), 'run', 'vks');
	await startServer({runFolder});
	expect(lstatSync(runFolder).mode & 0o777).toBe(0o700);
});

test('a path that is too long for a socket is a problem, not a crash', async () => {
	const runFolder = join(temporaryFolder(), 'x'.repeat(120));
	expect(await start(runFolder)).toMatchObject({ok: false, error: {code: 'socket-busy'}});
	expect(readdirSync(runFolder)).toEqual([]);
});

test('an old private folder of a killed daemon is swept, a recent one is left to its owner', async () => {
	const runFolder = temporaryFolder();
	for (const name of ['.aaaaaa', '.bbbbbb']) mkdirSync(join(runFolder, name));
	utimesSync(join(runFolder, '.aaaaaa'), 1, 1);
	await startServer({runFolder});
	expect(readdirSync(runFolder).sort()).toEqual(['.bbbbbb', 'control.sock', 'view.sock']);
});

test('with no daemon, a client says so and what to do', async () => {
	const path = join(temporaryFolder(), 'control.sock');
	expect(await connectControl(path)).toMatchObject({ok: false, error: {code: 'no-daemon', next: 'Start it with `vks run`.'}});
	await leaveDeadSocket(path);
	expect(await connectControl(path)).toMatchObject({ok: false, error: {code: 'no-daemon', what: expect.stringContaining('killed')}});
});

test('a client meets a daemon of another protocol, one that hangs, and one that talks nonsense', async () => {
	const meet = async (name: string, greeting: string): Promise<unknown> => {
		const path = join(temporaryFolder(), name);
		const server = createServer(socket => void socket.on('error', () => undefined).write(greeting));
		await new Promise<void>(resolve => server.listen(path, resolve));
		onTestFinished(() => void server.close());
		return connectControl(path, {deadlineMs: greeting === '' ? 100 : 60_000});
	};
	expect(await meet('other', '{"type":"hello","protocol":99}\n')).toMatchObject({ok: false, error: {code: 'bad-request', what: expect.stringContaining('99')}});
	expect(await meet('hangs', '')).toMatchObject({ok: false, error: {code: 'busy'}});
	expect(await meet('talks', 'HTTP/1.1 400 Bad Request\n')).toMatchObject({ok: false, error: {code: 'bad-request'}});
});
