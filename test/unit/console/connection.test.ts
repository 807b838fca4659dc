import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {connectFeed, type Feed, type FeedEvent} from '../../../src/console/connection.ts';
import {reachFor} from '../../../src/console/remote/reach.ts';
import {startControlServer, type ControlServer} from '../../../src/control/server.ts';
import {playingController} from '../../helpers/screen-daemon.ts';
import {fixture} from '../../helpers/screen-view.ts';

/** A run folder of its own, and what was started in it, for as long as the test runs. */
async function inFolder(run: (place: {readonly serve: (hangs?: boolean) => Promise<ControlServer>; readonly connect: () => Feed}) => Promise<void>): Promise<void> {
	const folder = await mkdtemp(join(tmpdir(), 'vks-feed-'));
	const runFolder = join(folder, 'run');
	const socket = join(runFolder, 'control.sock');
	const undo: Array<() => unknown> = [];
	try {
		await run({
			async serve(hangs = false) {
				const controller = playingController(fixture.snapshot);
				const started = await startControlServer({controller: hangs ? {...controller, submit: () => new Promise(() => undefined)} : controller, runFolder, version: '9.9.9'});
				if (!started.ok) throw new Error(started.error.what);
				undo.push(started.value.close);
				return started.value;
			},
			connect() {
				const feed = connectFeed(reachFor({kind: 'socket', path: socket}, {view: false}));
				undo.push(feed.close);
				return feed;
			},
		});
	} finally {
		for (const each of undo.toReversed()) await each();
		await rm(folder, {recursive: true, force: true});
	}
}

/** Resolves with the first event that fits. */
function waitFor(events: FeedEvent[], fits: (event: FeedEvent) => boolean): Promise<FeedEvent> {
	return new Promise(resolve => {
		const look = (): void => {
			const found = events.find(fits);
			if (found === undefined) setTimeout(look, 5);
			else resolve(found);
		};
		look();
	});
}

test('it connects, brings snapshot, drops and journal, and sends commands', () => inFolder(async ({serve, connect}) => {
	await serve();
	const feed = connect();
	const events: FeedEvent[] = [];
	feed.listen(event => events.push(event));
	expect(await waitFor(events, event => event.type === 'open')).toMatchObject({hello: {version: '9.9.9', readOnly: false}});
	await waitFor(events, event => event.type === 'snapshot');
	await waitFor(events, event => event.type === 'drops');
	await waitFor(events, event => event.type === 'journal');
	expect(await feed.submit({do: 'lockdown', reason: 'test'})).toMatchObject({ok: true, value: {ok: true}});
}));

test('without a daemon it says so, keeps trying, and connects when one comes; again after it went', () => inFolder(async ({serve, connect}) => {
	const feed = connect();
	const events: FeedEvent[] = [];
	feed.listen(event => events.push(event));
	expect(await waitFor(events, event => event.type === 'down')).toMatchObject({problem: {code: 'no-daemon'}});
	expect(await feed.submit({do: 'reconnect'})).toBeNull();
	const first = await serve();
	await waitFor(events, event => event.type === 'snapshot');
	await first.close();
	events.length = 0;
	await serve();
	await waitFor(events, event => event.type === 'open');
}));

test('a lockdown that the daemon does not answer is told within two seconds or so', () => inFolder(async ({serve, connect}) => {
	await serve(true);
	const events: FeedEvent[] = [];
	const feed = connect();
	feed.listen(event => events.push(event));
	await waitFor(events, ({type}) => type === 'open');
	// By order and not by time: it is said long before another timer of five seconds, begun with it, is over.
	const late = new Promise<'late'>(resolve => setTimeout(() => resolve('late'), 5000).unref());
	const answer = await Promise.race([feed.submit({do: 'lockdown', reason: 'test'}), late]);
	expect(answer).toMatchObject({ok: false, error: {what: expect.stringContaining('Not known to be locked down: the daemon') as unknown}});
}));
