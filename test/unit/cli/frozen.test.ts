/** `vks lockdown` against a daemon that is there and does not answer. */
import {mkdtempSync, rmSync} from 'node:fs';
import {createServer, type Server} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, expect, test} from 'vitest';
import {shell} from './harness.ts';

const place = mkdtempSync(join(tmpdir(), 'vks-frozen-'));
const servers: Server[] = [];
afterEach(() => {
	servers.splice(0).forEach(server => server.close());
	rmSync(place, {recursive: true, force: true});
});

test('who never says hello was not told, and the operator hears so soon, with what needs no daemon', async () => {
	const path = join(place, 'frozen.sock');
	// As the kernel does for a process that is stopped: connections are taken, and nobody reads.
	const server = createServer({pauseOnConnect: true}, socket => void socket.on('error', () => undefined));
	servers.push(server);
	await new Promise<void>(resolve => server.listen(path, resolve));
	const {vks} = await shell();
	// By order and not by time: it is said long before another timer of five seconds, begun with it, is over.
	const late = new Promise<null>(resolve => setTimeout(() => resolve(null), 5000).unref());
	const ran = (await Promise.race([vks('lockdown', '--socket', path), late])) ?? expect.unreachable('it was late');
	expect(ran).toMatchObject({code: 1, out: ''});
	expect(ran.err).toContain(`Not locked down: the daemon at ${path} does not answer. What it let pass goes on passing.`);
	expect(ran.err).toContain('docker stop -t 0 NAME');
	expect(ran.err).toContain('The order was not sent');
	expect(ran.err).not.toContain('still blocked');
});

test('who said hello and nothing more was told, and carries it out', async () => {
	const {vks} = await shell({submit: () => new Promise(() => undefined)});
	const ran = await vks('lockdown');
	expect(ran.code).toBe(1);
	expect(ran.err).toContain('Not known to be locked down');
	expect(ran.err).toContain('The order was sent, and is carried out when the daemon reads it.');
});
