/**
 * What looking on costs: the daemon and a console at rest, then with 300 rules on the screen and 10,000 refused packets a
 * second, and beside them in the same lab what people watch such things with today.
 */
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {insideNamespace} from '../lab/description.ts';
import type {Lab} from '../lab/lab.ts';
import {nodeExecutable} from '../lab/program.ts';
import type {Running} from '../lab/processes.ts';
import {openConsole, type ConsoleScreen} from './console.ts';
import {perHour, type Reading} from './growth.ts';
import type {BenchOptions} from './options.ts';
import {figure, finding, type Figure, type Finding, type Report} from './report.ts';
import {withScene, type Scene} from './scene.ts';
import {summarise} from './statistics.ts';
import {usageOf, type Usage} from './usage.ts';

const ratePerSecond = 10_000;
/** Each makes three rules, beside those that every policy has. */
const lanEntries = 91;
const settleMs = 5000;
const watchMs = 20_000;
const longMs = 30 * 60_000;
const lookEveryMs = 5000;
/** Until then compiled code, lists and the heap's own limits find their size. */
const growsUntilMs = 120_000;
/** Ten in the half hour. */
const mostPerHour = {atMost: 20} as const;
const places = ['/usr/local/bin', '/usr/bin', '/bin'];

const entriesOf = (count: number): string => Array.from({length: count}, (_, index) => `out 10.9.${index}.0/24 tcp 5432`).join('; ');

/** Refused by two rules, from an application's socket. */
function startStorm(lab: Lab, seconds: number): Running {
	const {addresses} = lab.description;
	const targets = [`${addresses.peer.ipv4}:9`, `${addresses.lan.ipv4}:443`, `${addresses.otherResolver.ipv4}:53`];
	const argv = [nodeExecutable(), '--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'programs/storm.ts'), '--rate', String(ratePerSecond), '--seconds', String(seconds)];
	return lab.spawn('client', [...argv, ...targets.flatMap(target => ['--to', target])]);
}

interface Cost {
	/** Per cent of a core, with the children it has waited for. */
	readonly percent: number;
	readonly residentMb: number;
	readonly grewMb: number;
	/** Memory swings with each collection, so that two readings say little: by all of them. Nonsense for less than minutes. */
	readonly mbPerHour: number;
}

async function costOf<Name extends string>(pids: Readonly<Record<Name, number>>, ms: number, signal: AbortSignal): Promise<Readonly<Record<Name, Cost>>> {
	const names = Object.keys(pids) as Name[];
	const read = (): ReadonlyMap<Name, Usage> => new Map(names.map(name => [name, usageOf(pids[name])]));
	const readings = [{atMs: performance.now(), used: read()}];
	const endMs = performance.now() + ms;
	while (performance.now() < endMs) {
		await sleep(Math.min(lookEveryMs, endMs - performance.now()), undefined, {signal});
		readings.push({atMs: performance.now(), used: read()});
	}
	return Object.fromEntries(names.map(name => [name, costBetween(readings.flatMap(({atMs, used}) => {
		const usage = used.get(name);
		return usage === undefined ? [] : [{atMs, ...usage}];
	}))])) as Readonly<Record<Name, Cost>>;
}

function costBetween(readings: ReadonlyArray<Usage & Pick<Reading, 'atMs'>>): Cost {
	const [from, to] = [readings[0], readings.at(-1)];
	if (from === undefined || to === undefined) throw new Error('nothing was measured');
	return {
		percent: ((to.ownSeconds + to.childSeconds - from.ownSeconds - from.childSeconds) / (to.atMs - from.atMs)) * 100_000,
		residentMb: to.residentMb,
		grewMb: to.residentMb - from.residentMb,
		mbPerHour: perHour(readings.map(({atMs, residentMb}) => ({atMs, value: residentMb})), growsUntilMs),
	};
}

/** Panels are chosen in turn; their titles tell when. */
async function keysToScreen(console: ConsoleScreen): Promise<readonly number[]> {
	const times: number[] = [];
	for (let round = 0; round < 20; round++) {
		const [key, title] = round % 2 === 0 ? ['4', '> 4 Drops'] : ['2', '> 2 Ruleset'];
		const pressedMs = performance.now();
		console.press(key ?? '');
		await console.shows(title ?? '');
		times.push(performance.now() - pressedMs);
		await sleep(130 + (round * 37) % 90);
	}
	return times;
}

const openOn = ({lab}: Scene): ConsoleScreen => openConsole(lab.description.commands.console, lab.description.environment);

async function atRest(ms: number, signal: AbortSignal): Promise<Costs> {
	return withScene({signal}, async scene => {
		const console = openOn(scene);
		try {
			await console.shows('CONNECTED', 'PROVEN');
			await sleep(settleMs, undefined, {signal});
			return await costOf({daemon: scene.daemon.process.pid, console: console.pid}, ms, signal);
		} finally {
			await console.leave();
		}
	});
}

/** Named by what somebody would type. `NFLOG` has one listener a group, so the daemon is gone by then; its tables go on logging. */
const rivalsOf = (group: number): ReadonlyArray<{readonly name: string; readonly argv: readonly string[]}> => [
	{name: 'watch -n1 nft list ruleset', argv: ['watch', '-n1', 'nft', 'list', 'ruleset']},
	{name: `tcpdump -ni nflog:${group}`, argv: ['tcpdump', '-ni', `nflog:${group}`]},
	{name: 'btop', argv: ['btop']},
];

async function besideRivals(lab: Lab, group: number, signal: AbortSignal): Promise<{readonly figures: readonly Figure[]; readonly notes: readonly string[]}> {
	const figures: Figure[] = [];
	const notes: string[] = [];
	for (const {name, argv: [file = '', ...args]} of rivalsOf(group)) {
		const path = places.map(place => join(place, file)).find(existsSync);
		if (path === undefined) {
			notes.push(`${file} is not installed here, so it was not measured.`);
			continue;
		}
		const storm = startStorm(lab, 60);
		const [inside = '', ...rest] = insideNamespace(lab.description.namespaces.client, [path, ...args]);
		const rival = openConsole([inside, ...rest], {});
		try {
			await sleep(3000, undefined, {signal});
			const {rival: cost} = await costOf({rival: rival.pid}, 10_000, signal);
			figures.push(figure(`${name}: processor`, [cost.percent], '%'), figure(`${name}: resident`, [cost.residentMb], 'MB'));
		} finally {
			rival.end();
			await storm.stop('SIGKILL');
		}
	}
	return {figures, notes};
}

type Costs = Readonly<Record<'daemon' | 'console', Cost>>;

const trends = (rest: Costs, flooded: Costs): readonly Finding[] => [
	finding('trend at rest: daemon', rest.daemon.mbPerHour, 'MB/h', mostPerHour),
	finding('trend at rest: console', rest.console.mbPerHour, 'MB/h', mostPerHour),
	finding('trend under 10,000 drops a second: daemon', flooded.daemon.mbPerHour, 'MB/h', mostPerHour),
	finding('trend under 10,000 drops a second: console', flooded.console.mbPerHour, 'MB/h', mostPerHour),
];

export async function consoleCost(signal: AbortSignal, {long}: BenchOptions): Promise<Report> {
	const forMs = long ? longMs : watchMs;
	const rest = await atRest(forMs, signal);
	return withScene({signal, environment: {VKS_LAN: entriesOf(lanEntries)}}, async scene => {
		const {lab, daemon} = scene;
		const console = openOn(scene);
		let storm: Running | null = null;
		try {
			await console.shows('CONNECTED', 'PROVEN');
			const before = daemon.snapshot().drops.total;
			storm = startStorm(lab, Math.ceil((settleMs + forMs) / 1000) + 30);
			await sleep(settleMs, undefined, {signal});
			// Until the ring is full, memory grows by what is shown.
			const pids = {daemon: daemon.process.pid, console: console.pid};
			const filling = await costOf(pids, watchMs, signal);
			const costs = await costOf(pids, forMs, signal);
			const times = await keysToScreen(console);
			const {rules, drops} = daemon.snapshot();
			await console.leave();
			await storm.stop('SIGKILL');
			await daemon.kill();
			const group = 5;
			const rivals = await besideRivals(lab, group, signal);
			return {
				name: 'console',
				title: `${rules.length} rules, ${ratePerSecond.toLocaleString('en')} refused packets a second (${drops.perSecond.toLocaleString('en')} counted), a console of 120×40, ${Math.round(forMs / 1000)} s`,
				figures: [
					figure('a key, from the press to the screen', times),
					figure('the daemon\'s memory at rest', [rest.daemon.residentMb], 'MB'),
					figure('the console\'s memory at rest', [rest.console.residentMb], 'MB'),
					figure('the daemon\'s memory', [costs.daemon.residentMb], 'MB'),
					figure('the console\'s memory', [costs.console.residentMb], 'MB'),
					...rivals.figures,
				],
				findings: [
					finding('at rest: daemon, with a console looking on', rest.daemon.percent, '%', {atMost: 1}),
					finding('at rest: console', rest.console.percent, '%', {atMost: 3}),
					finding('under 10,000 drops a second: daemon', costs.daemon.percent, '%', {atMost: 15}),
					finding('under 10,000 drops a second: console', costs.console.percent, '%', {atMost: 10}),
					finding('nine keys in ten', summarise(times).p90, 'ms', {atMost: 100}),
					finding('growth of the daemon', costs.daemon.grewMb, 'MB', {atMost: 10}),
					finding('growth of the console', costs.console.grewMb, 'MB', {atMost: 10}),
					...(long ? trends(rest, costs) : []),
				],
				notes: [
					`${(drops.total - before).toLocaleString('en')} packets were counted by their rules; of the records that were handed over ${drops.lostRecords} were lost.`,
					`While the lists filled, the daemon grew by ${Math.round(filling.daemon.grewMb)} MB and the console by ${Math.round(filling.console.grewMb)} MB.`,
					...(long ? [] : ['Growth over half an hour: `npm run bench -- --long console`.']),
					...rivals.notes,
				],
			};
		} finally {
			await storm?.stop('SIGKILL');
			console.end();
		}
	});
}
