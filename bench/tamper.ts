/**
 * Somebody else wipes the ruleset: how long until vks has put it back, and what got out. The window is seen by a sender of
 * packets the policy refuses; what leaves the machine beside the tunnel is counted by the witness at the isp.
 */
import {setTimeout as sleep} from 'node:timers/promises';
import {z} from 'zod';
import {isConnected} from '../test/helpers/daemon.ts';
import {startHelper, type Helper} from './helper.ts';
import {answerSchema, type Order} from './programs/sender-orders.ts';
import {measureBeside, most, outsideOf, ownedName, plainName, pollName, renderRows, wgQuickName} from './beside.ts';
import {figure, finding, type Report} from './report.ts';
import {withScene, type Scene} from './scene.ts';
import {summarise} from './statistics.ts';

const rounds = 8;
/** What a guard that looks every so often needs: on average half of it, at worst all. */
const pollMs = 10_000;
const ways = ['delete table inet vks', 'flush ruleset'] as const;

interface Window {
	readonly ms: number;
	readonly accepted: number;
	readonly outside: number;
}

/** Look-ups at a resolver nobody named: refused on every interface, and tunnel-bound when nothing refuses them. */
const targetsOf = ({lab}: Scene): Order['to'] => [{address: lab.description.addresses.otherResolver.ipv4, port: 53}];

export async function tamper(signal: AbortSignal): Promise<Report> {
	const spawned = await withScene({signal, environment: {VKS_FIREWALL_BACKEND: 'nft'}}, scene => wiped(scene, signal));
	const owned = await withScene({signal}, scene => refusedToStrangers(scene));
	const rows = await measureBeside(signal);
	const windows = spawned.map(({ms}) => ms);
	const outside = spawned.reduce((sum, window) => sum + window.outside, 0);
	const {median} = summarise(windows);
	return {
		name: 'tamper',
		title: 'a stranger wipes the ruleset: from the first packet let through to the first refused again',
		figures: [figure('tables not owned (spawned nft)', windows), figure('refused packets let through meanwhile', spawned.map(({accepted}) => accepted), 'packets')],
		findings: [
			finding(`a poll every ${pollMs / 1000} s, on average / vks`, pollMs / 2 / median, '×'),
			finding('packets outside the tunnel in all rounds', outside, 'packets', {atMost: 0}),
			finding('owned tables: wipes that had an effect', owned, 'wipes', {atMost: 0}),
			finding('packets outside, one layer undone or tables owned', outsideOf(rows, row => row.guard.startsWith('vks') && (row.what !== 'both' || row.guard === ownedName)), 'packets', {atMost: 0}),
			finding('packets outside, every layer undone, tables not owned: most in a round', most(rows, row => row.guard === plainName && row.what === 'both'), 'packets'),
			finding('the same, rules loaded every 10 s', most(rows, row => row.guard === pollName), 'packets'),
			finding('the same, wg-quick\'s PostUp, until watched no longer', most(rows, row => row.guard === wgQuickName), 'packets'),
		],
		notes: [
			...renderRows(rows),
			'The packets let through went into the tunnel, where the routing layer keeps them.',
			`Half of them by \`nft ${ways[0]}\`, half by \`nft ${ways[1]}\`. The average of the poll is computed.`,
		],
	};
}

async function wiped(scene: Scene, signal: AbortSignal): Promise<readonly Window[]> {
	const {lab, daemon} = scene;
	const sender = startHelper(lab.description.namespaces.client, 'sender.ts');
	try {
		await sender.next();
		const witness = await lab.observe();
		const windows: Window[] = [];
		for (let round = 0; round < rounds; round += 1) {
			signal.throwIfAborted();
			await daemon.until('the next round', isConnected);
			await sleep(300 + Math.random() * 900);
			const mark = await witness.mark();
			const window = await throughWindow(scene, sender, ways[round % ways.length] ?? ways[0]);
			const {outside} = await witness.since(mark);
			windows.push({...window, outside: outside.count});
		}
		await witness.stop();
		return windows;
	} finally {
		sender.stop();
	}
}

async function throughWindow(scene: Scene, sender: Helper, way: string): Promise<{ms: number; accepted: number}> {
	sender.tell({order: 'window', to: targetsOf(scene), maxMs: 15_000} satisfies Order);
	await sender.next();
	await sleep(50);
	await scene.lab.exec('client', ['nft', ...way.split(' ')], {mustSucceed: true});
	const answer = z.parse(answerSchema, await sender.next());
	if (answer.event !== 'window') throw new Error(`\`nft ${way}\`: nothing was let through, or nothing was refused again`);
	return {ms: Number(BigInt(answer.closedNs) - BigInt(answer.openedNs)) / 1e6, accepted: answer.accepted};
}

/** How many of the ways changed anything while the tables are owned. */
async function refusedToStrangers({lab}: Scene): Promise<number> {
	const listing = async (): Promise<string> => (await lab.exec('client', ['nft', '-s', 'list', 'table', 'inet', 'vks'])).stdout;
	const before = await listing();
	let effects = 0;
	for (const way of ways) {
		await lab.exec('client', ['nft', ...way.split(' ')]);
		if ((await listing()) !== before) effects += 1;
	}
	return effects;
}
