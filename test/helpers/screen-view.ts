/** Views for tests: what the real daemon said (record-snapshots.ts wrote it down), and the few states that cannot be recorded. */
import {readFileSync} from 'node:fs';
import {snapshotSchema, type DropView, type JournalEntry, type Snapshot} from '../../src/control/schema.ts';
import {update} from '../../src/console/update.ts';
import type {ViewEvent} from '../../src/console/events.ts';
import {initialView, type ViewState} from '../../src/console/view.ts';
import {busy, watched} from './screen-watched.ts';

export interface Fixture {
	readonly snapshot: Snapshot;
	readonly drops: readonly DropView[];
	readonly journal: readonly JournalEntry[];
}

export const recordings = [
	'connected', 'connecting', 'switching', 'lockdown', 'degraded', 'blocked-no-handshake', 'blocked-no-uplink', 'reconnected', 'repaired', 'unsafe-network', 'no-server', 'excepted', 'known',
] as const;
/** A recorded state with only the named fields changed: the lab cannot be brought into it, or not for long enough. */
export const derivations = ['drifted', 'failed', 'layers', 'leaked', 'watched', 'late', 'expired', 'busy'] as const;
export const situations = [...recordings, ...derivations] as const;
export type Situation = (typeof situations)[number];

/** Whole, as the schema of today has it. */
const read = (name: (typeof recordings)[number]): Fixture => {
	const recorded = JSON.parse(readFileSync(new URL(`../fixtures/snapshots/${name}.json`, import.meta.url), 'utf8')) as Fixture;
	return {...recorded, snapshot: snapshotSchema.parse(recorded.snapshot)};
};

export const fixture: Fixture = read('connected');

export function situation(name: Situation): Fixture {
	switch (name) {
		case 'drifted': {
			const base = read('repaired');
			return {...base, snapshot: {...base.snapshot, proof: {...base.snapshot.proof, kind: 'drifted', detail: ['rule refuse-dns is missing from output', 'output has a rule that is not ours']}}};
		}
		case 'failed':
			return withSnapshot(fixture, {
				proof: {...fixture.snapshot.proof, kind: 'failed-to-block', detail: ['the kernel refused the ruleset']},
				problems: [{code: 'ruleset-refused', severity: 'error', what: 'The kernel refused the new ruleset: No such file or directory.', stillBlocking: false, next: 'Stop the application, then run `vks run` again and read its first lines.'}],
			});
		case 'layers':
			return withSnapshot(fixture, {layers: fixture.snapshot.layers.map(layer => (layer.name === 'ipv6' ? {...layer, state: 'missing' as const, detail: 'net.ipv6.conf.eth0.disable_ipv6 is 0'} : layer))});
		case 'leaked':
			return withSnapshot(fixture, {
				lastDrill: fixture.snapshot.lastDrill && {...fixture.snapshot.lastDrill, kind: 'failed', detail: 'Seen outside the tunnel: UDP (on eth0).'},
				problems: [{code: 'leak', severity: 'error', what: 'A leak test failed. Seen outside the tunnel: UDP (on eth0).', stillBlocking: false, next: 'Look for what vks does not own: `nft list ruleset`. Then run `vks drill` again.'}],
			});
		case 'watched':
			return watched(fixture, 19);
		case 'late':
			return watched(fixture, 150);
		case 'expired':
			return watched(fixture, 200);
		case 'busy':
			return busy(watched(fixture, 130));
		default:
			return read(name);
	}
}

const withSnapshot = (base: Fixture, change: Partial<Snapshot>): Fixture => ({...base, snapshot: {...base.snapshot, ...change}});

export const snapshotOf = (name: Situation): Snapshot => situation(name).snapshot;

export interface ViewOptions {
	readonly columns?: number;
	readonly rows?: number;
	readonly in?: Situation;
	/** Instead of the situation's own; null before the first has come. */
	readonly snapshot?: Snapshot | null;
	readonly readOnly?: boolean;
}

export function after(state: ViewState, ...events: readonly ViewEvent[]): ViewState {
	return events.reduce((current, event) => update(current, event).state, state);
}

/** A console that is connected and has received one snapshot, the drops and the journal. */
export function viewOf({columns = 80, rows = 24, in: name = 'connected', snapshot, readOnly = false}: ViewOptions = {}): ViewState {
	const now = situation(name);
	const start = initialView({nowMs: now.snapshot.atMs, offsetMinutes: 0, columns, rows, readOnly, socketPath: '/run/vks/control.sock', operator: 'alice'});
	const linked = after(start, {type: 'link', link: {kind: 'open', version: '0.1.0', readOnly: false}});
	if (snapshot === null) return linked;
	const shown = snapshot ?? now.snapshot;
	return after(
		linked,
		{type: 'snapshot', snapshot: shown, atMs: shown.atMs},
		{type: 'drops', records: now.drops},
		{type: 'journal', entries: now.journal},
	);
}
