/**
 * What vks costs a tunnel that is used to the full: connections through one device, with its ruleset and without it in turns of
 * half a second; and what the daemon uses meanwhile, which does not grow with what is carried.
 */
import {readFileSync} from 'node:fs';
import {setTimeout as sleep} from 'node:timers/promises';
import {z} from 'zod';
import {loadRuleset} from '../lab/commands.ts';
import type {Lab} from '../lab/lab.ts';
import {processesInside} from '../lab/processes.ts';
import {startHelper, type Helper} from './helper.ts';
import {countedSchema, directions, type BulkOrder, type Direction} from './programs/bulk-orders.ts';
import {figure, finding, type Report} from './report.ts';
import {withScene, type Scene} from './scene.ts';
import {summarise} from './statistics.ts';
import {parseTimes, usageOf} from './usage.ts';

/** Many and short: two turns in a row differ by a fifth on a shared machine, whose moods last longer than a turn. */
const pairs = 60;
const turnMs = 500;
/** Of each connection, until it is as fast as it gets. */
const warmUpMs = 300;
const [settleMs, daemonMs] = [5000, 5000];
const port = 9000;

interface Turn {
	readonly megabytesPerSecond: number;
	/** Of the lab's processes: both ends, and the tunnel's at both ends. */
	readonly secondsPerGb: number;
}

interface Measured {
	readonly withVks: readonly Turn[];
	readonly without: readonly Turn[];
	/** Of one core, while it carried as much as goes. */
	readonly daemonPercent: number;
}

interface Ground extends Scene {
	readonly client: Helper;
	readonly signal: AbortSignal;
}

const tell = async (helper: Helper, order: BulkOrder): Promise<unknown> => {
	helper.tell(order);
	return helper.next();
};

function labSeconds({description}: Lab): number {
	return processesInside(Object.values(description.namespaces)).reduce((sum, {pid}) => {
		try {
			return sum + parseTimes(readFileSync(`/proc/${pid}/stat`, 'utf8')).ownSeconds;
		} catch {
			return sum;
		}
	}, 0);
}

async function takeTurn({lab, client}: Pick<Ground, 'lab' | 'client'>): Promise<Turn> {
	const look = async () => ({...z.parse(countedSchema, await tell(client, {order: 'count'})), seconds: labSeconds(lab)});
	const before = await look();
	await sleep(turnMs);
	const after = await look();
	const bytes = after.bytes - before.bytes;
	if (bytes === 0) throw new Error('nothing came through the tunnel in a whole turn');
	return {megabytesPerSecond: bytes / 1e3 / (after.atMs - before.atMs), secondsPerGb: (after.seconds - before.seconds) / (bytes / 1e9)};
}

const moving = async <T>({lab, client}: Pick<Ground, 'lab' | 'client'>, direction: Direction, work: () => Promise<T>): Promise<T> => {
	await tell(client, {order: 'move', host: lab.description.addresses.internet.ipv4, port, direction});
	await sleep(warmUpMs);
	const result = await work();
	await tell(client, {order: 'stop'});
	return result;
};

/** A table that is owned would take nobody's rules: whoever loads it again is not vks. */
const withoutOwner = (listing: string): string => listing.replaceAll(/(table \S+ \S+ \{[^\n]*\n)\s*flags [^\n]*\n/g, '$1');

async function inTurns(ground: Ground, direction: Direction, ruleset: string): Promise<Pick<Measured, 'withVks' | 'without'>> {
	const namespace = ground.lab.description.namespaces.client;
	const turn = (): Promise<Turn> => moving(ground, direction, () => takeTurn(ground));
	const [withVks, without]: [Turn[], Turn[]] = [[], []];
	for (let pair = 0; pair < pairs; pair++) {
		ground.signal.throwIfAborted();
		const bare = async (): Promise<void> => {
			await loadRuleset(namespace, 'flush ruleset\n');
			without.push(await turn());
		};
		const guarded = async (): Promise<void> => {
			await loadRuleset(namespace, ruleset);
			withVks.push(await turn());
		};
		// Each goes first as often as the other: what a turn leaves warm is nobody's merit.
		for (const next of pair % 2 === 0 ? [bare, guarded] : [guarded, bare]) await next();
	}
	return {withVks, without};
}

async function measure(ground: Ground): Promise<Readonly<Record<Direction, Measured>>> {
	const {lab, daemon} = ground;
	const {pid} = daemon.process;
	const spent = (): number => usageOf(pid).ownSeconds + usageOf(pid).childSeconds;
	const daemonPercent = async (): Promise<number> => {
		const [before, beganMs] = [spent(), performance.now()];
		await sleep(daemonMs);
		return ((spent() - before) / (performance.now() - beganMs)) * 1e5;
	};
	await sleep(settleMs);
	const [down, up] = [await moving(ground, 'down', daemonPercent), await moving(ground, 'up', daemonPercent)];
	// Device, its process, addresses and routes stay as they are; nobody puts right what is taken away.
	await daemon.kill();
	const listing = (await lab.exec('client', ['nft', '-s', 'list', 'ruleset'], {mustSucceed: true})).stdout;
	const ruleset = `flush ruleset\n${withoutOwner(listing)}\n`;
	return {
		down: {...(await inTurns(ground, 'down', ruleset)), daemonPercent: down},
		up: {...(await inTurns(ground, 'up', ruleset)), daemonPercent: up},
	};
}

const ratios = ({withVks, without}: Measured, of: (turn: Turn) => number): readonly number[] => withVks.map((turn, index) => of(turn) / of(without[index] ?? turn));
/** What differs between two turns of one kind is the machine's own. */
const noise = ({withVks}: Measured, of: (turn: Turn) => number): number => summarise(withVks.slice(1).map((turn, index) => Math.abs(of(turn) / of(withVks[index] ?? turn) - 1))).median;

const speed = ({megabytesPerSecond}: Turn): number => megabytesPerSecond;
const cost = ({secondsPerGb}: Turn): number => secondsPerGb;

export const throughput = (signal: AbortSignal): Promise<Report> =>
	withScene({signal, environment: {VKS_EXIT_URL: 'off', VKS_DRILL_EVERY: 'off'}}, async scene => {
		const {namespaces} = scene.lab.description;
		const {implementation = 'unknown', mtu = 0} = scene.daemon.snapshot().tunnel ?? {};
		const helpers = [startHelper(namespaces.internet, 'bulk.ts'), startHelper(namespaces.client, 'bulk.ts')] as const;
		const [far, client] = helpers;
		try {
			await Promise.all(helpers.map(helper => helper.next()));
			await tell(far, {order: 'serve', port});
			return reportOf(await measure({...scene, client, signal}), `${implementation}, MTU ${mtu}`);
		} finally {
			for (const helper of helpers) helper.stop();
		}
	});

function reportOf(measured: Readonly<Record<Direction, Measured>>, tunnel: string): Report {
	const each = directions.map(direction => ({...measured[direction], name: direction === 'down' ? 'download' : 'upload'}));
	return {
		name: 'throughput',
		title: `a TCP connection through the tunnel (${tunnel}), with the ruleset of vks and without any, ${pairs} turns of half a second each`,
		figures: each.flatMap(one => [
			figure(`${one.name}, with vks`, one.withVks.map(speed), 'MB/s'),
			figure(`${one.name}, without`, one.without.map(speed), 'MB/s'),
			figure(`${one.name}, with / without, pair by pair`, ratios(one, speed), '×'),
			figure(`${one.name}, processor time, with vks`, one.withVks.map(cost), 's/GB'),
			figure(`${one.name}, processor time, without`, one.without.map(cost), 's/GB'),
			figure(`${one.name}, processor time, with / without, pair by pair`, ratios(one, cost), '×'),
			figure(`${one.name}, the daemon meanwhile, of one core`, [one.daemonPercent], '%'),
		]),
		findings: each.flatMap(one => [
			finding(`${one.name}, throughput with / without`, summarise(ratios(one, speed)).median, '×', {atLeast: 0.98}),
			finding(`${one.name}, processor time with / without`, summarise(ratios(one, cost)).median, '×', {atMost: 1.02}),
		]),
		notes: [
			`From one turn to the next of the same kind the machine itself differed by ${each.map(one => `${(noise(one, speed) * 100).toFixed(0)} % in throughput and ${(noise(one, cost) * 100).toFixed(0)} % in processor time (${one.name})`).join(', ')}, in the middle.`,
			'Processor time is that of both ends and of the tunnel\'s processes at both ends. In the turns no daemon runs; what it uses is told apart.',
		],
	};
}
