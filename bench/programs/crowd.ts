/** The real control server with a great deal behind it: `crowd.ts FOLDER`. Prints its socket once it listens; runs until it is killed. */
import type {DropView, JournalEntry, RuleView, ServerView} from '../../src/control/schema.ts';
import {startControlServer} from '../../src/control/server.ts';
import type {ControllerEvent} from '../../src/controller/port.ts';
import {playingController} from '../../test/helpers/screen-daemon.ts';
import {fixture} from '../../test/helpers/screen-view.ts';

const many = <T>(count: number, make: (index: number) => T): T[] => Array.from({length: count}, (_, index) => make(index));
const cycle = <T>(list: readonly T[], index: number): T => {
	const item = list[index % list.length];
	if (item === undefined) throw new Error('the recording is empty');
	return item;
};

const {snapshot} = fixture;
const rules: RuleView[] = many(1000, index => ({...cycle(snapshot.rules, index), id: `rule-${index}`}));
const servers: ServerView[] = many(200, index => ({...cycle(snapshot.servers, index), id: `server-${index}`, current: index === 7}));
const drop = (index: number): DropView => ({...cycle(fixture.drops, index), atMs: Date.now(), destinationPort: 1 + (index % 60_000), sourcePort: 1024 + (index % 1000)});
const entry = (index: number): JournalEntry => ({...cycle(fixture.journal, index), seq: index, atMs: Date.now() - (7300 - index) * 1000, text: `entry ${index}: ${cycle(fixture.journal, index).text}`});

const playing = playingController({...snapshot, rules, servers});
const listeners = new Set<(event: ControllerEvent) => void>();
const server = await startControlServer({
	controller: {
		...playing,
		recentDrops: () => many(10_000, drop),
		recentJournal: () => many(7300, entry),
		subscribe(listener) {
			listeners.add(listener);
			return playing.subscribe(listener);
		},
	},
	runFolder: process.argv[2] ?? '',
	version: '0.1.0',
});
if (!server.ok) throw new Error(server.error.what);

function play(): void {
	let sent = 10_000;
	setInterval(() => {
		playing.tick();
		for (let batch = 0; batch < 10; batch++) {
			const records = many(10, index => drop(sent + index));
			sent += 10;
			for (const listener of listeners) listener({type: 'drops', records, lost: 0});
		}
	}, 1000);
}

play();
playing.tick();
process.stdout.write(`${server.value.controlPath}\n`);
