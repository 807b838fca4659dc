/** A controller that says what the test tells it to, and hangs or throws on command. */
import type {ControllerEvent, ControllerPort, HistoryPort} from '../../src/controller/port.ts';
import type {Command, DropView, ExplainQuery, Explanation, Facts, JournalEntry, Outcome, Preview, PreviewWish, Snapshot} from '../../src/control/schema.ts';
import {stepFrom} from '../../src/history/moments.ts';
import {noonMs, sampleSnapshot} from './snapshot.ts';

export interface FakeController extends ControllerPort {
	/** Every command that arrived, in order. */
	readonly commands: Command[];
	readonly queries: ExplainQuery[];
	readonly listeners: () => number;
	publish(event: ControllerEvent): void;
}

export interface FakeAnswers {
	readonly snapshot?: () => Snapshot;
	readonly submit?: (command: Command) => Promise<Outcome>;
	readonly explain?: (query: ExplainQuery) => Explanation;
	readonly preview?: (wish: PreviewWish) => Preview;
	readonly facts?: () => Promise<Facts>;
	readonly drops?: readonly DropView[];
	readonly journal?: readonly JournalEntry[];
}

export const done = (message = 'done'): Outcome => ({ok: true, message, durationMs: 3, problem: null});

export const sampleDrop: DropView = {
	atMs: noonMs - 2000,
	ruleId: 'refuse-output',
	direction: 'out',
	inInterface: null,
	outInterface: 'eth0',
	source: '172.17.0.2',
	destination: '192.0.2.1',
	protocol: 'tcp',
	sourcePort: 40_000,
	destinationPort: 443,
	icmpType: null,
	uid: 1000,
	gid: 1000,
	length: 60,
};

export const sampleEntry: JournalEntry = {seq: 1, atMs: noonMs - 5000, kind: 'daemon', level: 'info', text: 'started'};

const sampleExplanation: Explanation = {
	verdict: 'reject',
	ruleId: 'refuse-output',
	reason: 'nothing else leaves',
	setting: 'default',
	via: null,
	wouldOpen: 'NETWORK=192.0.2.0/24',
	path: ['tunnel-endpoint', 'refuse-output'],
};

export const samplePreview: Preview = {
	refused: null,
	text: 'tcp to 192.168.9.20:5432',
	rules: [{table: 'inet', chain: 'output', text: 'oifname "eth0" ip daddr 192.168.9.20 tcp dport 5432 counter accept'}],
	notes: [],
};

export const sampleFacts: Facts = {
	atMs: noonMs,
	sections: [
		{name: 'routes', lines: ['table 254: default via 172.17.0.1 dev eth0 metric 0'], leftOut: 0, problem: null},
		{name: 'connections', lines: ['udp 172.17.0.2:40000 > 192.0.2.1:53, answered 192.0.2.1:53 > 172.17.0.2:40000'], leftOut: 7, problem: null},
		{name: 'sockets', lines: [], leftOut: 0, problem: 'The table of sockets could not be read: ENOENT.'},
	],
};

export function fakeController(answers: FakeAnswers = {}): FakeController {
	const listeners = new Set<(event: ControllerEvent) => void>();
	const commands: Command[] = [];
	const queries: ExplainQuery[] = [];
	return {
		commands,
		queries,
		listeners: () => listeners.size,
		publish: event => listeners.forEach(listener => listener(event)),
		snapshot: () => answers.snapshot?.() ?? sampleSnapshot(),
		recentDrops: () => answers.drops ?? [sampleDrop],
		recentJournal: () => answers.journal ?? [sampleEntry],
		submit(command) {
			commands.push(command);
			return answers.submit?.(command) ?? Promise.resolve(done());
		},
		explain(query) {
			queries.push(query);
			return answers.explain?.(query) ?? sampleExplanation;
		},
		preview: wish => answers.preview?.(wish) ?? samplePreview,
		facts: () => answers.facts?.() ?? Promise.resolve(sampleFacts),
		subscribe(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
	};
}

/** One moment, number 3, before now. */
export function fakeHistory(): HistoryPort {
	const moment = {id: 3, atMs: noonMs, kind: 'state', why: 'Connected to lab-one.'} as const;
	return {
		moments: () => [moment],
		moment: query => (stepFrom([{moment, snapshot: sampleSnapshot(), tickMs: 0, bytes: 0}], query) === null ? null : {moment, index: 0, of: 1, base: query.base === 3 ? 3 : null, patch: query.base === 3 ? null : {s: sampleSnapshot()}}),
	};
}
