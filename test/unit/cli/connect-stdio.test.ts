/** The socket over standard input and output: what goes in comes out of the daemon, and the other way, and nothing else. */
import {PassThrough, Readable} from 'node:stream';
import {expect, test} from 'vitest';
import type {Reply} from '../../../src/control/schema.ts';
import {shell} from './harness.ts';

const asked = (...requests: readonly object[]): Readable => Readable.from(requests.map(request => `${JSON.stringify(request)}\n`));
const repliesIn = (out: string): readonly Reply[] => out.trim().split('\n').map(line => JSON.parse(line) as Reply);
const lockdown = {type: 'command', id: 7, command: {do: 'lockdown', reason: 'from afar'}};

test('requests reach the daemon and its answers come back, also to who asks and closes its side at once', async () => {
	const {vks, controller} = await shell({piped: asked(lockdown)});
	const {code, out, err} = await vks('connect-stdio');
	expect({code, err}).toEqual({code: 0, err: ''});
	expect(repliesIn(out)).toMatchObject([{type: 'hello', readOnly: false}, {type: 'outcome', id: 7}]);
	expect(controller.commands).toEqual([lockdown.command]);
});

test('with --view it is the socket that only shows: a command is refused by the daemon', async () => {
	const {vks, controller} = await shell({piped: asked(lockdown)});
	const {code, out} = await vks('connect-stdio', '--view');
	expect(code).toBe(0);
	expect(repliesIn(out)).toMatchObject([{type: 'hello', readOnly: true}, {type: 'refused', id: 7, problem: {code: 'no-permission'}}]);
	expect(controller.commands).toEqual([]);
});

test('a chunk that ends in the middle of a letter arrives whole', async () => {
	const line = Buffer.from(`${JSON.stringify({...lockdown, command: {do: 'lockdown', reason: 'größer €'}})}\n`);
	const {vks, controller} = await shell({piped: Readable.from([...line].map(byte => Buffer.from([byte])))});
	expect((await vks('connect-stdio')).code).toBe(0);
	expect(controller.commands).toEqual([{do: 'lockdown', reason: 'größer €'}]);
});

test('without a daemon it says so, for a program in JSON, and exits 1', async () => {
	const {vks} = await shell({env: {VKS_RUN_FOLDER: '/nowhere'}});
	const {code, out, err} = await vks('connect-stdio', '--json');
	expect({code, out}).toEqual({code: 1, out: ''});
	expect(JSON.parse(err)).toMatchObject({version: 1, problem: {code: 'no-daemon', what: expect.stringContaining('/nowhere/control.sock')}});
});

test('a daemon that goes while the other side still listens is told as such', async () => {
	const piped = new PassThrough();
	const {vksUntil, closeServer} = await shell({piped});
	const {code, err} = await vksUntil(Number.POSITIVE_INFINITY, ['connect-stdio'], () => void closeServer());
	expect(code).toBe(1);
	expect(err).toContain('closed the connection');
	expect(piped.destroyed).toBe(true);
});
