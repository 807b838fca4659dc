/**
 * What vks costs a tunnel that is used to the full: connections through one device, which go on while the rules around them
 * change, a fifth of a second each; and what the daemon uses meanwhile, which does not grow with what is carried.
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
import {hooksAlone, usualRules, withoutOwner} from './throughput-rules.ts';
import {parseTimes, usageOf} from './usage.ts';

/** Many and short: a shared machine's moods last longer than a turn, and two turns in a row differ by a tenth. */
const rounds = 200;
const [turnMs, settledMs] = [150, 40];
/** Whose ratio is one figure: enough of them to see how far it moves. */
const roundsInBlock = 20;
/** Of the connections, until they are as fast as they get. */
const warmUpMs = 1000;
const [settleMs, daemonMs] = [5000, 5000];
const port = 9000;

interface Turn {
	readonly bytes: number;
	readonly elapsedMs: number;
	/** Of the lab's processes: both ends, and the tunnel's at both ends. */
	readonly processorSeconds: number;
}

const variants = ['bare', 'hooks', 'usual', 'vks'] as const;
type Variant = (typeof variants)[number];

interface Measured {
	readonly turns: Readonly<Record<Variant, readonly Turn[]>>;
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
	if (after.bytes === before.bytes) throw new Error('nothing came through the tunnel in a whole turn');
	return {bytes: after.bytes - before.bytes, elapsedMs: after.atMs - before.atMs, processorSeconds: after.seconds - before.seconds};
}

const moving = async <T>({lab, client}: Pick<Ground, 'lab' | 'client'>, direction: Direction, work: () => Promise<T>): Promise<T> => {
	await tell(client, {order: 'move', host: lab.description.addresses.internet.ipv4, port, direction});
	await sleep(warmUpMs);
	const result = await work();
	await tell(client, {order: 'stop'});
	return result;
};

async function inTurns(ground: Ground, direction: Direction, rulesets: Readonly<Record<Variant, string>>): Promise<Measured['turns']> {
	const namespace = ground.lab.description.namespaces.client;
	const turns: Record<Variant, Turn[]> = {bare: [], hooks: [], usual: [], vks: []};
	await moving(ground, direction, async () => {
		for (let round = 0; round < rounds; round++) {
			ground.signal.throwIfAborted();
			// Each is the first as often as every other: what a turn leaves warm is nobody's merit.
			const first = round % variants.length;
			for (const variant of [...variants.slice(first), ...variants.slice(0, first)]) {
				await loadRuleset(namespace, `flush ruleset\n${rulesets[variant]}`);
				await sleep(settledMs);
				turns[variant].push(await takeTurn(ground));
			}
		}
	});
	return turns;
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
	const {tunnel} = daemon.snapshot();
	if (tunnel === null) throw new Error('there is no tunnel');
	// Device, its process, addresses and routes stay as they are; nobody puts right what is taken away.
	await daemon.kill();
	const listing = (await lab.exec('client', ['nft', '-s', 'list', 'ruleset'], {mustSucceed: true})).stdout;
	// It saw nothing of the connection in the turns before, and would take its packets for another's (nf_conntrack-sysctl.rst).
	await lab.exec('client', ['sysctl', '-w', 'net.netfilter.nf_conntrack_tcp_be_liberal=1'], {mustSucceed: true});
	const rulesets = {bare: '', hooks: hooksAlone, usual: usualRules(tunnel), vks: withoutOwner(listing)};
	return {
		down: {turns: await inTurns(ground, 'down', rulesets), daemonPercent: down},
		up: {turns: await inTurns(ground, 'up', rulesets), daemonPercent: up},
	};
}

const sum = (turns: readonly Turn[], of: (turn: Turn) => number): number => turns.reduce((total, turn) => total + of(turn), 0);
const speed = (turns: readonly Turn[]): number => sum(turns, ({bytes}) => bytes) / sum(turns, ({elapsedMs}) => elapsedMs) / 1e3;
const secondsPerGb = (turns: readonly Turn[]): number => sum(turns, ({processorSeconds}) => processorSeconds) / (sum(turns, ({bytes}) => bytes) / 1e9);
type Merit = (turns: readonly Turn[]) => number;

const against = ({turns}: Measured, variant: Variant, base: Variant, merit: Merit): number => merit(turns[variant]) / merit(turns[base]);

function blockwise({turns}: Measured, variant: Variant, merit: Merit): readonly number[] {
	return Array.from({length: rounds / roundsInBlock}, (_, block) => {
		const part = (of: Variant): number => merit(turns[of].slice(block * roundsInBlock, (block + 1) * roundsInBlock));
		return part(variant) / part('bare');
	});
}

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

const words: Readonly<Record<Exclude<Variant, 'bare'>, string>> = {hooks: 'hooks and connection tracking with one rule', usual: 'the usual six rules', vks: 'vks'};

function reportOf(measured: Readonly<Record<Direction, Measured>>, tunnel: string): Report {
	const each = directions.map(direction => ({...measured[direction], name: direction === 'down' ? 'download' : 'upload'}));
	return {
		name: 'throughput',
		title: `TCP connections through the tunnel (${tunnel}), in turns of ${turnMs} ms: with vks, and with less; ${rounds} turns of each`,
		figures: each.flatMap(one => [
			figure(`${one.name}, without any ruleset`, [speed(one.turns.bare)], 'MB/s'),
			...(['hooks', 'usual', 'vks'] as const).flatMap(variant => [
				figure(`${one.name}, ${words[variant]} / without, of ${roundsInBlock} turns each`, blockwise(one, variant, speed), '×'),
				figure(`${one.name}, processor time, ${words[variant]} / without, of ${roundsInBlock} turns each`, blockwise(one, variant, secondsPerGb), '×'),
			]),
			figure(`${one.name}, the daemon meanwhile, of one core`, [one.daemonPercent], '%'),
		]),
		findings: each.flatMap(one => [
			...(['hooks', 'usual'] as const).flatMap(variant => [
				finding(`${one.name}, throughput, ${words[variant]} / without`, against(one, variant, 'bare', speed), '×'),
				finding(`${one.name}, processor time, ${words[variant]} / without`, against(one, variant, 'bare', secondsPerGb), '×'),
			]),
			finding(`${one.name}, throughput, vks / the usual six rules`, against(one, 'vks', 'usual', speed), '×'),
			finding(`${one.name}, throughput with vks / without`, against(one, 'vks', 'bare', speed), '×', {atLeast: 0.98}),
			finding(`${one.name}, processor time with vks / without`, against(one, 'vks', 'bare', secondsPerGb), '×', {atMost: 1.02}),
		]),
		notes: [
			'Processor time is that of both ends and of the tunnel\'s processes at both ends. In the turns no daemon runs; what it uses is told apart.',
			'The usual six rules let in and out by any link whatever belongs to a connection that stands, and name and count nothing.',
		],
	};
}
