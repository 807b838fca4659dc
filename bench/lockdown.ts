/**
 * From the moment somebody wants a lockdown to the first packet the kernel refuses. All ways are measured to that same
 * event with one clock, in turns, against a sender that never stops.
 */
import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {z} from 'zod';
import type {Lab} from '../lab/lab.ts';
import {connectControl} from '../src/control/client.ts';
import {controlSocketName} from '../src/control/paths.ts';
import {isConnected} from '../test/helpers/daemon.ts';
import {openConsole, type ConsoleScreen} from './console.ts';
import {startHelper, type Helper} from './helper.ts';
import {answerSchema, type Answer, type Order} from './programs/sender-orders.ts';
import {figure, finding, ratio, type Report} from './report.ts';
import {configOf, lockdownRuleset, scriptOf} from './ruleset.ts';
import {withScene, type Scene} from './scene.ts';
import {connectedTables, lockdownSequence} from './sequence.ts';
import {summarise} from './statistics.ts';

const rounds = 12;
/** Nobody listens there, so nothing comes back. */
const discard = 9;
const spawnedSchema = z.object({startedNs: z.string(), endedNs: z.string(), code: z.number().nullable(), complaint: z.string()});

/** Milliseconds to the first refusal of either family, to the refusal of both, and to the end of the command where there is one. */
interface Round {
	readonly firstMs: number;
	readonly bothMs: number;
	readonly doneMs: number | null;
}

const msBetween = (fromNs: string | bigint, toNs: string | bigint): number => Number(BigInt(toNs) - BigInt(fromNs)) / 1e6;

const targetsOf = ({description: {addresses: {internet}}}: Lab): Order['to'] => [
	{address: internet.ipv4, port: discard},
	{address: internet.ipv6, port: discard},
];

async function answerOf(sender: Helper): Promise<Answer> {
	return z.parse(answerSchema, await sender.next());
}

async function untilOpen(sender: Helper, to: Order['to']): Promise<void> {
	sender.tell({order: 'until-accepted', to, maxMs: 10_000} satisfies Order);
	const open = await answerOf(sender);
	if (open.event !== 'accepted') throw new Error(`the tunnel does not carry packets before the round: ${open.event}`);
}

/** Sends until nothing is refused, lets `act` do its part while sending goes on, and says when what was refused. */
async function measure(sender: Helper, to: Order['to'], act: () => Promise<{readonly startedNs: string | bigint; readonly endedNs: string | null}>): Promise<Round> {
	await untilOpen(sender, to);
	sender.tell({order: 'until-refused', to, maxMs: 10_000} satisfies Order);
	await answerOf(sender);
	// The rate is steady by then, and the daemon's own second falls differently in each round.
	await new Promise(resolve => setTimeout(resolve, 150 + Math.random() * 400));
	const {startedNs, endedNs} = await act();
	const refused = await answerOf(sender);
	if (refused.event !== 'refused') throw new Error(`nothing was refused: ${refused.event}`);
	const times = refused.moments.map(({atNs}) => msBetween(startedNs, atNs));
	return {firstMs: Math.min(...times), bothMs: Math.max(...times), doneMs: endedNs === null ? null : msBetween(startedNs, endedNs)};
}

async function spawned(spawner: Helper, argv: readonly string[]): Promise<z.infer<typeof spawnedSchema>> {
	spawner.tell(argv);
	const result = z.parse(spawnedSchema, await spawner.next());
	if (result.code !== 0 || result.complaint !== '') throw new Error(`${argv.join(' ')}: exit code ${result.code}: ${result.complaint}`);
	return result;
}

/** Ways through the daemon: its console, and for comparison its socket alone. */
async function daemonWays({lab, daemon}: Scene, sender: Helper, screen: ConsoleScreen) {
	const to = targetsOf(lab);
	const client = await connectControl(join(lab.description.folders.run, controlSocketName));
	if (!client.ok) throw new Error(client.error.what);
	const restored = async (): Promise<void> => {
		await daemon.until('the lockdown', ({state}) => state.kind === 'lockdown');
		await daemon.command({do: 'lift', word: 'lift'});
		await daemon.until('the next round', isConnected);
		await screen.shows('CONNECTED', 'PROVEN');
	};
	const round = async (start: () => void): Promise<Round> => {
		const result = await measure(sender, to, async () => {
			const startedNs = process.hrtime.bigint();
			start();
			return {startedNs, endedNs: null};
		});
		await restored();
		return result;
	};
	return {
		key: () => round(() => screen.press('L')),
		socket: () => round(() => void client.value.command({do: 'lockdown', reason: 'bench'})),
		close: () => client.value.close(),
	};
}

/** Ways without a daemon, in the namespace of one that was killed: its tunnel, its routes and its policy still stand. */
async function plainWays({lab}: Scene, sender: Helper, spawner: Helper) {
	const {folders: {state}, environment, interfaces} = lab.description;
	const to = targetsOf(lab);
	const config = configOf(environment);
	const sequence = lockdownSequence(config.numbers);
	const file = async (name: string, text: string): Promise<string> => {
		const path = join(state, name);
		await writeFile(path, text, {mode: 0o600});
		return path;
	};
	const run = async (argv: readonly string[], input = ''): Promise<string> => (await lab.exec('client', argv, {input, mustSucceed: true})).stdout;
	const connected = await file('connected.nft', `flush ruleset\n${await run(['nft', '-s', 'list', 'ruleset'])}\n`);
	const lockdown = await file('lockdown.nft', scriptOf(lockdownRuleset(config, interfaces.uplink)));
	const script = await file('lockdown.sh', `set -e\n${sequence.join('\n')}\n`);
	const tables = connectedTables(interfaces.tunnel, config.numbers.tunnelMark);
	const round = (argv: readonly string[]): Promise<Round> => measure(sender, to, () => spawned(spawner, argv));
	return {
		calls: sequence.length,
		nft: async () => {
			await run(['nft', '-f', connected]);
			return round(['nft', '-f', lockdown]);
		},
		sequence: async () => {
			await run(['nft', 'flush', 'ruleset']);
			await run(['iptables-restore'], tables);
			await run(['ip6tables-restore'], tables);
			return round(['sh', script]);
		},
	};
}

export const lockdown = (signal: AbortSignal): Promise<Report> =>
	withScene({signal}, ours => withScene({signal, environment: {VKS_FIREWALL_BACKEND: 'nft'}}, theirs => inTurns(ours, theirs, signal)));

async function inTurns(ours: Scene, theirs: Scene, signal: AbortSignal): Promise<Report> {
	const helpers = [
		startHelper(ours.lab.description.namespaces.client, 'sender.ts'),
		startHelper(theirs.lab.description.namespaces.client, 'sender.ts'),
		startHelper(theirs.lab.description.namespaces.client, 'spawner.ts'),
	] as const;
	const [sender, plainSender, spawner] = helpers;
	const screen = openConsole(ours.lab.description.commands.console, ours.lab.description.environment);
	const results: Record<'key' | 'socket' | 'nft' | 'sequence', Round[]> = {key: [], socket: [], nft: [], sequence: []};
	try {
		await Promise.all(helpers.map(helper => helper.next()));
		await screen.shows('CONNECTED', 'PROVEN');
		const daemon = await daemonWays(ours, sender, screen);
		// Killed once its policy for a connected tunnel is in the kernel, where it stays.
		await untilOpen(plainSender, targetsOf(theirs.lab));
		await theirs.daemon.kill();
		const plain = await plainWays(theirs, plainSender, spawner);
		for (let round = 0; round < rounds; round += 1) {
			signal.throwIfAborted();
			results.key.push(await daemon.key());
			results.nft.push(await plain.nft());
			results.socket.push(await daemon.socket());
			results.sequence.push(await plain.sequence());
		}
		daemon.close();
		return reportOf(results, plain.calls);
	} finally {
		await screen.leave();
		for (const helper of helpers) helper.stop();
	}
}

function reportOf({key, socket, nft, sequence}: Record<'key' | 'socket' | 'nft' | 'sequence', readonly Round[]>, calls: number): Report {
	const first = (of: readonly Round[]): readonly number[] => of.map(({firstMs}) => firstMs);
	const both = (of: readonly Round[]): readonly number[] => of.map(({bothMs}) => bothMs);
	const done = (of: readonly Round[]): readonly number[] => of.flatMap(({doneMs}) => doneMs ?? []);
	return {
		name: 'lockdown',
		title: 'from the wish to the first refused packet, of IPv4 and IPv6 sent through the tunnel each 0.15 ms',
		figures: [
			figure('key L in the console', first(key)),
			figure('  until both families', both(key)),
			figure('the control socket alone', first(socket)),
			figure('spawned nft -f, same ruleset', first(nft)),
			figure('  until both families', both(nft)),
			figure('  until nft has ended', done(nft)),
			figure(`${calls} iptables calls, same policy`, first(sequence)),
			figure('  until both families', both(sequence)),
			figure('  until the policy is complete', done(sequence)),
		],
		findings: [
			ratio('key / spawned nft -f', first(key), first(nft), {atMost: 1}),
			ratio(`${calls} calls / key, first refused packet`, first(sequence), first(key), {atLeast: 10}),
			finding(`${calls} calls / key, policy complete`, summarise(done(sequence)).median / summarise(both(key)).median, '×'),
		],
		notes: [
			'The calls are in a careful order: the policies of both families first, so that the flush right after them closes',
			'and never opens. The first packet is refused at that flush, the 7th call; vks and nft -f are complete at once.',
		],
	};
}
