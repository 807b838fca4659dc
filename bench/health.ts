/**
 * How soon a tunnel that died is found, in each way to die, whether it is used or not; and whether bad weather is taken for
 * death. Trials run side by side, each in a lab and with a daemon of its own, because finding out is mostly waiting.
 */
import {setTimeout as sleep} from 'node:timers/promises';
import {killTunnel, type DeathKind} from '../lab/deaths.ts';
import type {Lab} from '../lab/lab.ts';
import type {Snapshot} from '../src/control/schema.ts';
import {isConnected, startDaemon, type Daemon} from '../test/helpers/daemon.ts';
import type {BenchOptions} from './options.ts';
import {figure, finding, type Report} from './report.ts';
import {withLab} from './scene.ts';

interface Trial {
	readonly server: 'se-sto-1' | 'se-ovpn-udp';
	readonly how: DeathKind;
	readonly use: 'idle' | 'used';
}

interface Found extends Trial {
	readonly afterMs: number;
}

const quiet = {VKS_EXIT_URL: 'off', VKS_DRILL_EVERY: 'off'};
const silentDeaths = ['blackholed endpoint', 'silent peer', 'dropped return path'] as const;
const uses = ['idle', 'used'] as const;
/** Fifty in all. */
const wireguardTrials: readonly Trial[] = times(4, [...silentDeaths, 'hollow session', 'killed process'].flatMap(how => uses.map((use): Trial => ({server: 'se-sto-1', how: how as DeathKind, use}))));
const openvpnTrials: readonly Trial[] = [
	...times(2, silentDeaths.slice(0, 2).flatMap(how => uses.map((use): Trial => ({server: 'se-ovpn-udp', how, use})))),
	...uses.map((use): Trial => ({server: 'se-ovpn-udp', how: 'killed process', use})),
];
const lanes = 3;
const foundWithinMs = 60_000;
const weatherMs = 600_000;
const longWeatherMs = 3_600_000;

function times<T>(count: number, items: readonly T[]): readonly T[] {
	return Array.from({length: count}, () => items).flat();
}

const isKnown = (snapshot: Snapshot): boolean => isConnected(snapshot) && (['probe', 'dns'] as const).every(name => snapshot.tunnel?.votes.some(({source, verdict}) => source === name && verdict === 'good'));

async function findDeath(lab: Lab, trial: Trial, signal: AbortSignal): Promise<Found> {
	const daemon = await startDaemon(lab, {environment: {...quiet, VKS_SERVER: trial.server}});
	const flood = trial.use === 'used' ? await afterwards(daemon.until('the targets were known', isKnown, foundWithinMs), () => lab.flood({streams: ['udp'], rate: 50})) : null;
	try {
		await daemon.until('the targets were known', isKnown, foundWithinMs);
		// Whatever the moment between two questions.
		await sleep(Math.random() * 4500, undefined, {signal});
		const diedAtMs = Date.now();
		const revive = await killTunnel(lab, trial.how, 's1');
		try {
			await daemon.until('it was found', () => foundAt(daemon, diedAtMs) !== null, foundWithinMs);
		} finally {
			await revive();
		}
		return {...trial, afterMs: (foundAt(daemon, diedAtMs) ?? Infinity) - diedAtMs};
	} finally {
		await flood?.process.stop('SIGKILL');
		await daemon.stop();
	}
}

async function afterwards<T>(first: Promise<unknown>, next: () => Promise<T>): Promise<T> {
	await first;
	return next();
}

/** When the journal first said so: that it is dead, or that a connection is made anew. */
function foundAt(daemon: Daemon, sinceMs: number): number | null {
	const entry = daemon.journal().find(({atMs, kind, text}) => atMs >= sinceMs && (text.startsWith('The tunnel is dead') || (kind === 'state' && text.startsWith('Connecting to'))));
	return entry?.atMs ?? null;
}

const runLane = (trials: readonly Trial[], signal: AbortSignal): Promise<readonly Found[]> =>
	withLab({signal, openvpn: trials.some(({server}) => server !== 'se-sto-1')}, async lab => {
		const found: Found[] = [];
		for (const trial of trials) {
			signal.throwIfAborted();
			found.push(await findDeath(lab, trial, signal));
		}
		return found;
	});

interface Weathered {
	readonly use: Trial['use'];
	readonly reconnects: number;
	readonly rekeys: number;
	readonly lostRtts: number;
	readonly rtts: number;
}

/** This kernel's netem is not asked for: the lab's own relay holds every packet for 0 to 600 ms each way, so that they overtake. */
const weather = {lossPercent: 5, delayMs: 300, jitterMs: 300} as const;

const runWeather = (use: Trial['use'], ms: number, signal: AbortSignal): Promise<Weathered> =>
	withLab({signal}, async lab => {
		const daemon = await startDaemon(lab, {environment: {...quiet, VKS_SERVER: 'se-sto-1'}});
		const before = await daemon.until('the targets were known', isKnown, foundWithinMs);
		const flood = use === 'used' ? await lab.flood({streams: ['udp'], rate: 20}) : null;
		let [lostRtts, rtts, last] = [0, 0, ''];
		try {
			await lab.impair(weather);
			const endsAtMs = performance.now() + ms;
			while (performance.now() < endsAtMs) {
				await sleep(1000, undefined, {signal});
				const history = daemon.snapshot().tunnel?.rtt.history ?? [];
				if (JSON.stringify(history) === last) continue;
				last = JSON.stringify(history);
				rtts += 1;
				if (history.at(-1) === null) lostRtts += 1;
			}
			const after = daemon.snapshot();
			const epochs = (after.tunnel?.epoch ?? Infinity) - (before.tunnel?.epoch ?? 0);
			return {use, reconnects: Math.max(after.reconnects.count - before.reconnects.count, epochs), rekeys: daemon.journal().filter(({text}) => text.includes('for a fresh handshake')).length, lostRtts, rtts};
		} finally {
			await flood?.process.stop('SIGKILL');
			await daemon.stop();
		}
	});

export async function health(signal: AbortSignal, {long}: BenchOptions): Promise<Report> {
	const ms = long ? longWeatherMs : weatherMs;
	const weathered = Promise.all(uses.map(use => runWeather(use, ms, signal)));
	// Looked at below; until then it is nobody's unhandled rejection.
	weathered.catch(() => undefined);
	const lane = (index: number): readonly Trial[] => wireguardTrials.filter((_, at) => at % lanes === index);
	const found = (await Promise.all([...Array.from({length: lanes}, (_, index) => runLane(lane(index), signal)), runLane(openvpnTrials, signal)])).flat();
	const storms = await weathered;
	const kinds = [...new Set(found.map(({server, how, use}) => `${server === 'se-sto-1' ? 'WireGuard' : 'OpenVPN'}, ${how}, ${use}`))];
	const of = (kind: string): readonly number[] => found.filter(({server, how, use}) => `${server === 'se-sto-1' ? 'WireGuard' : 'OpenVPN'}, ${how}, ${use}` === kind).map(({afterMs}) => afterMs);
	return {
		name: 'health',
		title: `${found.length} tunnels that died, from the death to the journal; and ${Math.round(ms / 60_000)} minutes of ${weather.lossPercent} % loss each way with ${weather.jitterMs} ms of jitter`,
		figures: [...kinds.map(kind => figure(kind, of(kind))), figure('all of them', found.map(({afterMs}) => afterMs))],
		findings: [
			finding('the slowest', Math.max(...found.map(({afterMs}) => afterMs)), 'ms', {atMost: 20_000}),
			...storms.map(({use, reconnects}) => finding(`connections made anew in bad weather, ${use}`, reconnects, 'times', {atMost: 0})),
		],
		notes: [
			...storms.map(({use, rekeys, lostRtts, rtts}) => `In bad weather, ${use}: ${lostRtts} of ${rtts} timed questions were lost, and a fresh handshake was asked for ${rekeys} times.`),
			...(long ? [] : ['An hour of bad weather: `npm run bench -- --long health`.']),
		],
	};
}
