/** One immutable, numbered picture of everything a screen shows. Pure. */
import type {LayerView, ProofView, RuleView, Snapshot, TunnelView} from '../control/schema.ts';
import type {Config} from '../config/config.ts';
import {formatEndpoint} from '../net/port.ts';
import type {Problem} from '../problem.ts';
import type {ServerEntry} from '../tunnel/tunnel.ts';
import type {LiveTunnel} from './dial.ts';
import type {Machine} from './state.ts';
import type {NetworkReading} from './network-keeper.ts';
import {serverView, type ServerViewParts} from './server-views.ts';
import type {TunnelStats} from './tunnel-stats.ts';
import {viewState} from './wording.ts';

export interface SnapshotParts {
	readonly seq: number;
	readonly atMs: number;
	readonly daemon: Snapshot['daemon'];
	readonly config: Config;
	readonly machine: Machine;
	readonly live: LiveTunnel | null;
	readonly stats: TunnelStats;
	readonly network: NetworkReading | null;
	readonly proof: ProofView;
	readonly layers: readonly LayerView[];
	readonly rules: readonly RuleView[];
	readonly drops: Snapshot['drops'];
	readonly servers: readonly ServerEntry[];
	readonly recordOf: ServerViewParts['recordOf'];
	readonly ranks: ReadonlyMap<string, number>;
	readonly keyOf: NonNullable<ServerViewParts['keyOf']>;
	readonly rotation: Snapshot['rotation'];
	readonly forwardedPort: Snapshot['forwardedPort'];
	readonly catalogue: Snapshot['catalogue'];
	readonly problems: readonly Problem[];
	readonly tamper: Snapshot['tamper'];
	readonly reconnects: Snapshot['reconnects'];
	readonly healing: Snapshot['healing'];
	readonly lastDrill: Snapshot['lastDrill'];
	readonly checklist: Readonly<NonNullable<Snapshot['checklist']>>;
	readonly exceptions: Snapshot['exceptions'];
	readonly egress: Snapshot['egress'] | null;
	readonly unconfirmed: NonNullable<Snapshot['unconfirmed']> | null;
}

export function buildSnapshot(parts: SnapshotParts): Snapshot {
	const {seq, atMs, daemon, config, machine, network, proof} = parts;
	const uplink = network?.choice.uplink ?? null;
	return {
		seq,
		atMs,
		daemon,
		state: viewState(machine),
		proof,
		layers: [...parts.layers],
		tunnel: tunnelView(parts),
		uplink: uplink && {name: uplink.name, addresses: [...uplink.addresses], gateway: uplink.gateway4 ?? uplink.gateway6, up: uplink.up},
		rules: [...parts.rules],
		drops: parts.drops,
		servers: parts.servers.map(entry => serverView(entry, {current: parts.live?.tunnel.server.id ?? null, recordOf: parts.recordOf, ranks: parts.ranks, keyOf: parts.keyOf})),
		problems: [...parts.problems],
		unsafeNetwork: [...config.unsafeNetwork],
		tamper: parts.tamper,
		reconnects: parts.reconnects,
		healing: parts.healing,
		exceptions: [...parts.exceptions],
		rotation: parts.rotation,
		forwardedPort: parts.forwardedPort,
		catalogue: parts.catalogue,
		...(parts.unconfirmed === null ? {} : {unconfirmed: parts.unconfirmed}),
		lastDrill: parts.lastDrill,
		checklist: [...parts.checklist],
		...(parts.egress === null || parts.egress === undefined ? {} : {egress: parts.egress}),
	};
}

function tunnelView({live, stats, machine}: SnapshotParts): TunnelView | null {
	if (live === null) return null;
	const {tunnel, use} = live;
	return {
		driver: tunnel.server.kind,
		implementation: tunnel.implementation,
		interface: use.interface,
		server: tunnel.server.id,
		endpoint: formatEndpoint(use.endpoint),
		addresses: [...use.addresses],
		resolvers: [...use.resolvers],
		mtu: tunnel.mtu,
		keepaliveSeconds: stats.facts?.keepaliveSeconds ?? null,
		exit: stats.exit,
		exitUnanswered: stats.exitUnanswered,
		handshakeAtMs: stats.handshakeAtMs,
		rxBytes: stats.facts?.rxBytes ?? 0,
		txBytes: stats.facts?.txBytes ?? 0,
		rxBytesPerSecond: stats.rxRate,
		txBytesPerSecond: stats.txRate,
		rxHistory: [...stats.rxHistory],
		txHistory: [...stats.txHistory],
		epoch: machine.epoch,
		forgotten: stats.forgotten,
		connectedAtMs: stats.connectedAtMs,
		votes: stats.votes.map(vote => ({...vote, history: stats.voteHistory.letters[vote.source] ?? ''})),
		rtt: {...stats.rtt, history: [...stats.rtt.history]},
		keyFileChangedAtMs: tunnel.server.fileChangedAtMs,
	};
}
