/** How old each server's key is, and what is to be said of it: too old for the operator, or a certificate that ends. */
import type {Config} from '../config/config.ts';
import type {KeyView} from '../control/key-schema.ts';
import type {Problem} from '../problem.ts';
import type {Server, ServerEntry} from '../tunnel/tunnel.ts';
import type {Clock} from './clock.ts';
import {newKeyRecords, type KeyRingFile} from './key-ring-file.ts';
import {keyProblems} from './key-problems.ts';

export interface KeyRingDeps {
	readonly config: Pick<Config, 'keyMaxAgeMs'>;
	readonly clock: Pick<Clock, 'now'>;
	readonly file: KeyRingFile;
	readonly servers: () => readonly ServerEntry[];
	readonly note: (problem: Problem | null) => void;
}

export interface KeyRing {
	/** Reads what an earlier daemon remembered. */
	recall(): void;
	/** The servers were read: keys that are new begin their age. */
	look(): void;
	/** Null where nothing is known: a server without a key of ours. */
	of(server: Server): KeyView | null;
	problems(): readonly Problem[];
}

/** WireGuard was first published then: what claims to be older was built, copied or unpacked without a time. */
const oldestMs = Date.UTC(2016, 5, 28);

export function createKeyRing({config, clock, file, servers, note}: KeyRingDeps): KeyRing {
	let salt: Uint8Array = Buffer.from(newKeyRecords().salt, 'hex');
	const firstSeen = new Map<string, number>();
	const marks = new WeakMap<Server, string | null>();

	const markOf = (server: Server): string | null => {
		const known = marks.get(server);
		if (known !== undefined) return known;
		const mark = server.keyMark(salt);
		marks.set(server, mark);
		return mark;
	};

	const of = (server: Server): KeyView | null => {
		const {certificate, fileChangedAtMs} = server;
		if (certificate !== null) return {sinceMs: certificate.fromMs, how: 'certificate', untilMs: certificate.untilMs};
		const mark = markOf(server);
		const seenAtMs = mark === null ? undefined : firstSeen.get(mark);
		if (seenAtMs === undefined) return null;
		const fromFile = fileChangedAtMs !== null && fileChangedAtMs >= oldestMs && fileChangedAtMs < seenAtMs;
		return fromFile ? {sinceMs: fileChangedAtMs, how: 'file', untilMs: null} : {sinceMs: seenAtMs, how: 'seen', untilMs: null};
	};

	return {
		of,
		recall() {
			const recalled = file.recall();
			note(recalled.ok ? null : recalled.error);
			if (!recalled.ok) return;
			salt = Buffer.from(recalled.value.salt, 'hex');
			for (const {mark, firstSeenAtMs} of recalled.value.keys) firstSeen.set(mark, firstSeenAtMs);
		},
		look() {
			const before = firstSeen.size;
			for (const entry of servers()) {
				const mark = entry.ok ? markOf(entry.server) : null;
				if (mark !== null && !firstSeen.has(mark)) firstSeen.set(mark, clock.now());
			}
			if (firstSeen.size === before) return;
			const saved = file.remember({salt: Buffer.from(salt).toString('hex'), keys: [...firstSeen].map(([mark, firstSeenAtMs]) => ({mark, firstSeenAtMs}))});
			note(saved.ok ? null : saved.error);
		},
		problems: () => keyProblems(servers().flatMap(entry => {
			const key = entry.ok ? of(entry.server) : null;
			return entry.ok && key !== null ? [{id: entry.server.id, key}] : [];
		}), {maxAgeMs: config.keyMaxAgeMs, nowMs: clock.now()}),
	};
}
