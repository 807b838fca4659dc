/** The status of a snapshot at a moment: what `vks status` prints. Pure, and without zod (see `status-schema.ts`). */
import {assertNever} from '../result.ts';
import type {ReconnectView} from './health-schema.ts';
import type {ExceptionView, ProofView, Snapshot, StateKind, TunnelView} from './schema.ts';
import type {Status} from './status-schema.ts';

/** The daemon reads back every second; three missed are not bad luck. */
export const proofLastsMs = 3000;

export function statusOf(snapshot: Snapshot, nowMs: number): Status {
	const {state, drops, daemon} = snapshot;
	return {
		version: 1,
		at: isoTime(nowMs),
		state: stateOf(state.kind),
		carries: carrierOf(state),
		cause: state.cause,
		detail: state.detail,
		since: isoTime(state.sinceMs),
		proof: proofAt(snapshot.proof, nowMs),
		layers: snapshot.layers.map(({name, state: held, detail, repairs}) => ({name, state: held, detail, repairs})),
		tunnel: snapshot.tunnel === null ? null : tunnelAt(snapshot.tunnel, snapshot.servers, nowMs),
		reconnects: {count: snapshot.reconnects.count, last: lastReconnect(snapshot.reconnects.list.at(-1))},
		healing: {...snapshot.healing},
		drops: {total: drops.total, perSecond: drops.perSecond},
		egress: snapshot.egress === undefined ? null : {...snapshot.egress, names: snapshot.egress.names.map(({lastAtMs, ...name}) => ({...name, lastAt: isoTime(lastAtMs)}))},
		exceptions: snapshot.exceptions.map(exception => exceptionAt(exception, nowMs)),
		catalogue: snapshot.catalogue && catalogueAt(snapshot.catalogue, nowMs),
		rotation: rotationOf(snapshot.rotation),
		forwardedPort: forwardedPortOf(snapshot.forwardedPort),
		unconfirmed: unconfirmedAt(snapshot.unconfirmed ?? null, nowMs),
		lastDrill: snapshot.lastDrill,
		problems: snapshot.problems,
		unsafeNetwork: snapshot.unsafeNetwork,
		daemon: {version: daemon.version, pid: daemon.pid, startedAt: isoTime(daemon.startedAtMs), home: [...(daemon.home ?? [])]},
	};
}

export const isoTime = (atMs: number): string => new Date(atMs).toISOString();

const carrierOf = ({kind, server, carries}: Snapshot['state']): string | null => (carries === undefined ? (kind === 'connected' || kind === 'degraded' ? server : null) : carries);

function stateOf(kind: StateKind): Status['state'] {
	switch (kind) {
		case 'bootstrapping':
		case 'verifying':
			return 'connecting';
		case 'connecting':
		case 'connected':
		case 'degraded':
		case 'switching':
		case 'blocked':
		case 'lockdown':
			return kind;
		default:
			return assertNever(kind);
	}
}

function proofAt(proof: ProofView, nowMs: number): Status['proof'] {
	const {kind, checkedAtMs, rulesetHash, covers, detail} = proof;
	const ageSeconds = checkedAtMs === null ? null : ageAt(checkedAtMs, nowMs);
	const stale = staleness(checkedAtMs, nowMs);
	// A failure to block does not become less sure with time; the other two are only worth what the last look was.
	if (stale === null || kind === 'failed-to-block' || kind === 'unknown') return {kind, ageSeconds, rulesetHash, covers, detail};
	return {kind: 'unknown', ageSeconds, rulesetHash, covers, detail: [`${stale} (${kind})`, ...detail]};
}

function staleness(checkedAtMs: number | null, nowMs: number): string | null {
	if (checkedAtMs === null) return 'nothing has been read back yet';
	// The clock was set back: how old the proof is cannot be known, and it must not stay fresh until the clock catches up.
	if (checkedAtMs - nowMs > proofLastsMs) return 'the last read-back lies in the future: the clock was changed';
	return nowMs - checkedAtMs > proofLastsMs ? `the last read-back is ${ageAt(checkedAtMs, nowMs)} s old` : null;
}

function tunnelAt(tunnel: TunnelView, servers: Snapshot['servers'], nowMs: number): NonNullable<Status['tunnel']> {
	const {driver, server, endpoint, exit, exitUnanswered = null, handshakeAtMs, rxBytes, txBytes, epoch, forgotten = null, votes, rtt, mtu, keepaliveSeconds, keyFileChangedAtMs} = tunnel;
	return {
		driver,
		interface: tunnel.interface,
		server,
		endpoint,
		exit: exit === null ? null : {address: exit.address, city: exit.city, country: exit.country},
		exitUnanswered: exitUnanswered === null ? null : {host: exitUnanswered.host, at: isoTime(exitUnanswered.atMs)},
		handshakeAgeSeconds: handshakeAtMs === null ? null : ageAt(handshakeAtMs, nowMs),
		rxBytes,
		txBytes,
		votes: votes.map(({source, verdict, value, detail}) => ({source, verdict, value, detail})),
		rttMs: rtt.history.at(-1) ?? null,
		mtu,
		keepaliveSeconds,
		keyFileChangedAt: keyFileChangedAtMs === null ? null : isoTime(keyFileChangedAtMs),
		key: keyAt(servers.find(({id}) => id === server)?.key ?? null),
		epoch,
		forgotten,
	};
}

const keyAt = (key: Snapshot['servers'][number]['key']): NonNullable<Status['tunnel']>['key'] =>
	key && {since: isoTime(key.sinceMs), how: key.how, until: key.untilMs === null ? null : isoTime(key.untilMs)};

function lastReconnect(last: ReconnectView | undefined): Status['reconnects']['last'] {
	return last === undefined ? null : {at: isoTime(last.atMs), from: last.from, to: last.to, reason: last.reason, tookSeconds: Math.round(last.tookMs / 100) / 10};
}

const catalogueAt = ({host, readAtMs, skipped}: NonNullable<Snapshot['catalogue']>, nowMs: number): Status['catalogue'] =>
	({host, readAt: readAtMs === null ? null : isoTime(readAtMs), ageSeconds: readAtMs === null ? null : Math.max(0, Math.round((nowMs - readAtMs) / 1000)), skipped});

const rotationOf = ({everyMs, by, next, atMs, waitsFor}: Snapshot['rotation']): Status['rotation'] =>
	({everySeconds: everyMs === null ? null : Math.round(everyMs / 1000), by, next, nextAt: atMs === null ? null : isoTime(atMs), waitsFor});

function forwardedPortOf(port: Snapshot['forwardedPort']): Status['forwardedPort'] {
	switch (port.kind) {
		case 'open':
			return {kind: 'open', port: port.port, since: isoTime(port.sinceMs), endsAt: isoTime(port.endsAtMs), trouble: port.trouble};
		case 'refused':
			return {kind: 'refused', cause: port.cause, retryAt: isoTime(port.retryAtMs)};
		case 'off':
		case 'waiting':
		case 'asking':
			return {kind: port.kind};
		default:
			return assertNever(port);
	}
}

const unconfirmedAt = (unconfirmed: Snapshot['unconfirmed'] | null, nowMs: number): Status['unconfirmed'] =>
	(unconfirmed ? {since: isoTime(unconfirmed.sinceMs), endsAt: isoTime(unconfirmed.endsAtMs), leftSeconds: ageAt(nowMs, unconfirmed.endsAtMs)} : null);

function exceptionAt({id, text, direction, by, reason, open, endsAtMs, packets}: ExceptionView, nowMs: number): Status['exceptions'][number] {
	return {id, what: text, direction, by, reason, open, endsAt: isoTime(endsAtMs), leftSeconds: ageAt(nowMs, endsAtMs), packets};
}

const ageAt = (atMs: number, nowMs: number): number => Math.round(Math.max(0, nowMs - atMs) / 100) / 10;
