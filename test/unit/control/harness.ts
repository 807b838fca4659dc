/** Control servers in folders of their own, and clients that send whatever they like. */
import {mkdtempSync, rmSync} from 'node:fs';
import {connect, type Socket} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {onTestFinished} from 'vitest';
import {connectControl, type ControlClient} from '../../../src/control/client.ts';
import type {Reply} from '../../../src/control/schema.ts';
import {startControlServer, type ControlServer, type ControlServerOptions} from '../../../src/control/server.ts';
import {fakeController} from '../../fakes/fake-controller.ts';

export function temporaryFolder(): string {
	const folder = mkdtempSync(join(tmpdir(), 'vks-'));
	onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
	return folder;
}

export async function startServer(options: Partial<ControlServerOptions> = {}): Promise<ControlServer> {
	const started = await startControlServer({controller: fakeController(), runFolder: temporaryFolder(), version: 'test', ...options});
	if (!started.ok) throw new Error(started.error.what);
	onTestFinished(() => started.value.close());
	return started.value;
}

export async function openClient(path: string): Promise<ControlClient> {
	const client = await connectControl(path);
	if (!client.ok) throw new Error(client.error.what);
	onTestFinished(() => client.value.close());
	return client.value;
}

export interface RawClient {
	readonly socket: Socket;
	readonly replies: Reply[];
	/** The first reply, past or to come, that is as asked for. */
	reply(matches: (reply: Reply) => boolean): Promise<Reply>;
	readonly closed: Promise<void>;
}

export function rawClient(path: string): RawClient {
	const socket = connect(path);
	const replies: Reply[] = [];
	const watchers = new Set<() => void>();
	let text = '';
	socket.setEncoding('utf8');
	socket.on('error', () => undefined);
	socket.on('data', (chunk: string) => {
		const lines = (text + chunk).split('\n');
		text = lines.pop() ?? '';
		replies.push(...lines.map(line => JSON.parse(line) as Reply));
		for (const watch of watchers) watch();
	});
	onTestFinished(() => void socket.destroy());
	return {
		socket,
		replies,
		closed: new Promise(resolve => socket.once('close', () => resolve())),
		reply: matches =>
			new Promise(resolve => {
				const watch = (): void => {
					const found = replies.find(matches);
					if (found === undefined) return;
					watchers.delete(watch);
					resolve(found);
				};
				watchers.add(watch);
				watch();
			}),
	};
}

export async function until(holds: () => boolean): Promise<void> {
	while (!holds()) await new Promise(resolve => setTimeout(resolve, 5));
}
