/** Views for tests: the recorded snapshot, variants of it, and a state that holds one. */
import {readFileSync} from 'node:fs';
import type {DropView, JournalEntry, Snapshot} from '../../src/control/schema.ts';
import {update} from '../../src/console/update.ts';
import {initialView, type ViewEvent, type ViewState} from '../../src/console/view.ts';

interface Fixture {
	readonly snapshot: Snapshot;
	readonly drops: readonly DropView[];
	readonly journal: readonly JournalEntry[];
}

export const fixture: Fixture = JSON.parse(readFileSync(new URL('../fixtures/snapshots/connected.json', import.meta.url), 'utf8')) as Fixture;

export const variants = ['connected', 'lockdown', 'drifted', 'failed', 'blocked', 'unsafe', 'switching', 'layers'] as const;
export type Variant = (typeof variants)[number];

export function variant(kind: Variant, base: Snapshot = fixture.snapshot): Snapshot {
	switch (kind) {
		case 'connected':
			return base;
		case 'lockdown':
			return {...base, state: {...base.state, kind: 'lockdown', sinceMs: base.atMs - 12_000, detail: 'Asked for by the operator, from the console.'}, tunnel: null};
		case 'drifted':
			return {...base, proof: {...base.proof, kind: 'drifted', detail: ['rule refuse-dns is missing from chain output', 'chain output has a rule that is not ours']}};
		case 'failed':
			return {
				...base,
				proof: {...base.proof, kind: 'failed-to-block', detail: ['the kernel refused the ruleset']},
				problems: [{code: 'ruleset-refused', severity: 'error', what: 'The kernel refused the new ruleset: No such file or directory.', stillBlocking: false, next: 'Stop the application, then run `vks run` again and read its first lines.'}],
			};
		case 'blocked':
			return {
				...base, tunnel: null,
				state: {...base.state, kind: 'blocked', cause: 'no-handshake', detail: 'se-sto-1 answered nothing for 5 s.', attempt: 3, nextAttemptAtMs: base.atMs + 8000},
				problems: [{code: 'no-handshake', severity: 'warning', what: 'The server se-sto-1 does not answer.', stillBlocking: true, next: 'Check that its key is still valid, or switch to another server with s.'}],
			};
		case 'unsafe':
			return {...base, unsafeNetwork: ['0.0.0.0/0']};
		case 'switching':
			return {...base, state: {...base.state, kind: 'switching', from: 'se-sto-1', server: 'ch-zrh-1', detail: 'The new tunnel is verified before the old one goes.'}};
		case 'layers':
			return {...base, layers: base.layers.map(layer => (layer.name === 'ipv6' ? {...layer, state: 'missing' as const, detail: 'net.ipv6.conf.eth0.disable_ipv6 is 0'} : layer))};
	}
}

export interface ViewOptions {
	readonly columns?: number;
	readonly rows?: number;
	readonly snapshot?: Snapshot | null;
	readonly readOnly?: boolean;
}

export function after(state: ViewState, ...events: readonly ViewEvent[]): ViewState {
	return events.reduce((current, event) => update(current, event).state, state);
}

/** A console that is connected and has received one snapshot, the drops and the journal. */
export function viewOf({columns = 80, rows = 24, snapshot = fixture.snapshot, readOnly = false}: ViewOptions = {}): ViewState {
	const start = initialView({nowMs: fixture.snapshot.atMs, offsetMinutes: 0, columns, rows, readOnly, socketPath: '/run/vks/control.sock'});
	const linked = after(start, {type: 'link', link: {kind: 'open', version: '0.1.0', readOnly: false}});
	if (snapshot === null) return linked;
	return after(
		linked,
		{type: 'snapshot', snapshot, atMs: snapshot.atMs},
		{type: 'drops', records: fixture.drops},
		{type: 'journal', entries: fixture.journal},
	);
}
