/**
 * How far servers are: a few pings of their endpoints, outside the tunnel, by an opening of the policy for exactly these hosts
 * that is closed when the answers are there and that the kernel ends by itself. Only when somebody asks, and VKS_LATENCY allows it.
 */
import type {Config} from '../config/config.ts';
import type {Latency} from '../control/schema.ts';
import type {EchoSocket, Probes} from '../kernel/kernel.ts';
import {familyOf, parseIp, type Family, type IpAddress} from '../net/address.ts';
import type {Problem} from '../problem.ts';
import {fail, ok, type Result} from '../result.ts';
import type {ServerEntry} from '../tunnel/tunnel.ts';
import {echoRequest} from '../verify/frames.ts';
import type {Clock} from './clock.ts';
import type {Engine} from './engine.ts';
import type {Openings} from './openings.ts';
import {pingResults, tokenOf, type Ping} from './pings.ts';

export interface LatencyDeps {
	readonly config: Pick<Config, 'latency' | 'numbers'>;
	readonly clock: Clock;
	readonly probes: Pick<Probes, 'openEcho'>;
	readonly engine: Pick<Engine, 'machine' | 'network'>;
	readonly openings: Pick<Openings, 'openEchoes' | 'closeEchoes'>;
	readonly servers: () => readonly ServerEntry[];
	readonly apply: () => Promise<Result<void, Problem>>;
	readonly measured: (latencies: ReadonlyMap<string, Latency>) => void;
}

/** What was found, in one sentence. */
export type MeasureLatency = (ids: readonly string[], signal: AbortSignal) => Promise<Result<string, Problem>>;

const rounds = 3;
const betweenMs = 300;
const answerWithinMs = 1200;
/** Longer than all rounds: only a daemon that died or hangs meets the end of it. */
const openForMs = 5000;
const pollMs = 2;
/** So many hosts fit in one rule, and so many pings at once harm nobody. */
const mostHosts = 256;

export function latencyMeasurer(deps: LatencyDeps): MeasureLatency {
	const {clock, openings, apply} = deps;
	return async (ids, signal) => {
		const refusal = refusalOf(deps);
		if (refusal !== null) return fail(refusal);
		const targets = targetsOf(deps.servers(), ids);
		const addresses = [...new Set(targets.map(({address}) => address))].slice(0, mostHosts);
		if (addresses.length === 0) return fail(refused('There is no server to measure whose endpoint is an address.', 'List them with `vks servers`.'));
		const sockets = openSockets(deps, new Set(addresses.map(familyOf)));
		if (!sockets.ok) return sockets;
		try {
			openings.openEchoes(addresses, openForMs);
			const opened = await apply();
			if (!opened.ok) return opened;
			const pings = await exchange(addresses, {sockets: sockets.value, clock, signal});
			if (signal.aborted) return fail(refused('A lockdown took the place of this measurement.', 'Lift the lockdown first: `vks lift`.'));
			const found = pingResults(pings, clock.now());
			const latencies = new Map(targets.flatMap(({id, address}): readonly (readonly [string, Latency])[] => {
				const latency = found.get(address);
				return latency === undefined ? [] : [[id, latency]];
			}));
			deps.measured(latencies);
			return ok(inWords(latencies, {sent: pings.length, hosts: addresses.length}));
		} finally {
			sockets.value.forEach(socket => socket.close());
			if (openings.closeEchoes()) await apply();
		}
	};
}

/** All hosts in each round, so that none waits for another; a host that refused to be sent to has no ping at all. */
async function exchange(addresses: readonly IpAddress[], {sockets, clock, signal}: {readonly sockets: ReadonlyMap<Family, EchoSocket>; readonly clock: Clock; readonly signal: AbortSignal}): Promise<readonly Ping[]> {
	const key = Math.floor(clock.random() * 2 ** 32);
	const pings: Ping[] = [];
	const collect = async (untilMs: number): Promise<void> => {
		while (clock.monotonic() < untilMs && !signal.aborted) {
			const nowMs = clock.monotonic();
			for (const socket of sockets.values()) {
				for (const {from, message} of socket.read()) pings.find(ping => ping.answeredAtMs === null && ping.address === from && ping.isAnsweredBy(message))?.answer(nowMs);
			}
			if (pings.length === addresses.length * rounds && pings.every(({answeredAtMs}) => answeredAtMs !== null)) return;
			await clock.sleep(pollMs, signal);
		}
	};
	for (let round = 0; round < rounds && !signal.aborted; round++) {
		for (const [index, address] of addresses.entries()) {
			const token = tokenOf(key, round * addresses.length + index);
			const ping = createPing(address, token, clock.monotonic());
			if (sockets.get(familyOf(address))?.send(address, echoRequest(familyOf(address), token)).kind === 'sent') pings.push(ping);
		}
		await collect(clock.monotonic() + (round === rounds - 1 ? answerWithinMs : betweenMs));
	}
	return pings;
}

function createPing(address: IpAddress, token: Uint8Array, sentAtMs: number): Ping {
	const ping: Ping = {
		address, sentAtMs, answeredAtMs: null,
		isAnsweredBy: message => (message[0] === 0 || message[0] === 129) && Buffer.from(message.subarray(8)).equals(token),
		answer(atMs) {
			ping.answeredAtMs = atMs;
		},
	};
	return ping;
}

function openSockets({probes, config}: LatencyDeps, families: ReadonlySet<Family>): Result<ReadonlyMap<Family, EchoSocket>, Problem> {
	const sockets = new Map<Family, EchoSocket>();
	for (const family of families) {
		const opened = probes.openEcho({family, mark: config.numbers.tunnelMark});
		if (!opened.ok) {
			sockets.forEach(socket => socket.close());
			return opened;
		}
		sockets.set(family, opened.value);
	}
	return ok(sockets);
}

/** No id at all is every server. A name is not looked up: nothing may ask outside the tunnel. */
function targetsOf(entries: readonly ServerEntry[], ids: readonly string[]): readonly {readonly id: string; readonly address: IpAddress}[] {
	return entries.flatMap(entry => {
		if (!entry.ok || (ids.length > 0 && !ids.includes(entry.server.id))) return [];
		const address = 'endpointHost' in entry.server ? parseIp(entry.server.endpointHost) : null;
		return address === null ? [] : [{id: entry.server.id, address}];
	});
}

function refusalOf({config, engine}: LatencyDeps): Problem | null {
	if (!config.latency) return refused('Servers are not pinged: VKS_LATENCY is not set to yes.', 'Set VKS_LATENCY=yes and start vks again, if whoever watches the uplink may learn which servers there are.');
	if (engine.machine().state.kind === 'lockdown') return {...refused('Locked down: nobody is pinged.', 'Lift the lockdown first: `vks lift`.'), code: 'locked-down'};
	return engine.network()?.choice.uplink?.up === true ? null : refused('There is no uplink to measure over.', 'Wait until the uplink is back.');
}

function inWords(latencies: ReadonlyMap<string, Latency>, {sent, hosts}: {readonly sent: number; readonly hosts: number}): string {
	const answered = [...latencies].flatMap(([id, {ms}]) => (ms === null ? [] : [{id, ms}])).toSorted((a, b) => a.ms - b.ms);
	const [nearest] = answered;
	return `${answered.length} of ${latencies.size} servers answered${nearest === undefined ? '' : `, the nearest is ${nearest.id} with ${nearest.ms < 1 ? nearest.ms.toFixed(1) : Math.round(nearest.ms)} ms`}. ${sent} pings left outside the tunnel to ${hosts} host${hosts === 1 ? '' : 's'}.`;
}

const refused = (what: string, next: string): Problem => ({code: 'bad-request', severity: 'error', what, stillBlocking: true, next});
