/**
 * What it costs to be let out by name: connections, look-ups and a transfer by VKS_EGRESS, by a bare nginx that does the same
 * without a rule of vks, and directly, in turns through tunnels of one kind.
 */
import {access, chmod, mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {z} from 'zod';
import type {Lab} from '../lab/lab.ts';
import {isAlive, waitUntil} from '../lab/processes.ts';
import {parseEgress} from '../src/config/parse-egress.ts';
import {renderProxy} from '../src/egress/nginx-conf.ts';
import {egressNumbers, planEgress} from '../src/egress/plan.ts';
import {namedHosts, standNames} from '../test/helpers/named-world.ts';
import {startHelper, type Helper} from './helper.ts';
import {visitedSchema, type VisitorOrder} from './programs/visitor-orders.ts';
import {figure, finding, ratio, type Report} from './report.ts';
import {raiseTunnel} from './rivals.ts';
import {withLab, withScene} from './scene.ts';

const [rounds, visitsEach, asksEach] = [30, 10, 20];
const [warmUpMs, turnMs] = [300, 500];
const {resolver, api: host} = namedHosts;
const name = 'api.test.example';
const [tlsPort, bulkPort] = [443, 9000];
const [governed, free] = [1000, 1001];
const streamModule = '/usr/lib/nginx/modules/ngx_stream_module.so';

const ways = ['by vks', 'by a bare nginx', 'direct, with vks', 'direct, without'] as const;
type Way = (typeof ways)[number];

interface Visited {
	readonly connections: number[];
	readonly lookUps: number[];
	readonly speeds: number[];
}

interface Door {
	readonly visitor: Helper;
	/** Where the two kinds of connection are made to. */
	readonly at: {readonly tls: readonly [host: string, port: number]; readonly bulk: readonly [host: string, port: number]};
}

async function raiseWorld(lab: Lab): Promise<Helper> {
	await standNames(lab, {[name]: [host]});
	const far = startHelper(lab.description.namespaces.internet, 'bulk.ts');
	await far.next();
	far.tell({order: 'serve', port: bulkPort});
	await far.next();
	return far;
}

/** The same configuration, but for its resolver, which is asked directly, and its log, which nobody reads. */
async function bareProxy(lab: Lab): Promise<Door['at']> {
	const entry = parseEgress(`${name} ${tlsPort} ${bulkPort}`);
	if (!entry.ok) throw new Error(entry.error[0]?.wrong);
	const plan = planEgress([entry.value], egressNumbers);
	const folder = join(lab.description.folders.state, 'bare');
	await mkdir(folder);
	await chmod(folder, 0o777);
	const config = renderProxy(plan, {streamModule, folder: '.', ipv6: false}).replaceAll(/resolver 127\.0\.0\.1:\d+;/g, `resolver ${resolver};`).replaceAll(/access_log [^;]*;/g, 'access_log off;');
	await writeFile(join(folder, 'nginx.conf'), config);
	const nginx = lab.spawn('client', ['nginx', '-e', 'stderr', '-p', `${folder}/`, '-c', 'nginx.conf'], {name: 'bare-nginx'});
	await waitUntil(() => access(join(folder, 'proxy.pid')).then(() => true, () => !isAlive(nginx)));
	const listener = (port: number): number => plan.scopes[0]?.doors.find(door => door.port === port)?.listener ?? 0;
	return {tls: ['127.0.0.1', listener(tlsPort)], bulk: ['127.0.0.1', listener(bulkPort)]};
}

async function told(visitor: Helper, order: VisitorOrder): Promise<readonly number[]> {
	visitor.tell(order);
	return z.parse(visitedSchema, await visitor.next()).values;
}

async function turn({visitor, at: {tls, bulk}}: Door, into: Visited): Promise<void> {
	// Asked first: the address is then held for as long as the rest takes.
	into.lookUps.push(...(await told(visitor, {order: 'ask', resolver, name, count: asksEach})));
	into.connections.push(...(await told(visitor, {order: 'visit', host: tls[0], port: tls[1], name, count: visitsEach})));
	into.speeds.push(...(await told(visitor, {order: 'fetch', host: bulk[0], port: bulk[1], name, warmUpMs, ms: turnMs})));
}

export async function egress(signal: AbortSignal): Promise<Report> {
	await access(streamModule).catch(() => {
		throw new Error('nginx with its stream module is needed: apt-get install nginx-light libnginx-mod-stream');
	});
	const environment = {VKS_EXIT_URL: 'off', VKS_DRILL_EVERY: 'off', VKS_DNS: resolver, VKS_EGRESS: `uid ${governed} ${name} ${tlsPort} ${bulkPort}`};
	return withScene({signal, environment}, ours => withLab({signal}, async bare => {
		const helpers: Helper[] = [];
		const visitor = async (lab: Lab, uid: number): Promise<Helper> => {
			const helper = startHelper(lab.description.namespaces.client, 'visitor.ts', uid);
			helpers.push(helper);
			await helper.next();
			return helper;
		};
		try {
			for (const lab of [ours.lab, bare]) helpers.push(await raiseWorld(lab));
			await raiseTunnel(bare);
			const straight: Door['at'] = {tls: [host, tlsPort], bulk: [host, bulkPort]};
			const doors: Readonly<Record<Way, Door>> = {
				'by vks': {visitor: await visitor(ours.lab, governed), at: straight},
				'by a bare nginx': {visitor: await visitor(bare, free), at: await bareProxy(bare)},
				'direct, with vks': {visitor: await visitor(ours.lab, free), at: straight},
				'direct, without': {visitor: await visitor(bare, free), at: straight},
			};
			return reportOf(await inTurns(doors, signal));
		} finally {
			for (const helper of helpers) helper.stop();
		}
	}));
}

async function inTurns(doors: Readonly<Record<Way, Door>>, signal: AbortSignal): Promise<Readonly<Record<Way, Visited>>> {
	const fresh = (): Visited => ({connections: [], lookUps: [], speeds: []});
	// What is compiled and looked up for the first time is nobody's cost.
	for (const way of ways) {
		await told(doors[way].visitor, {order: 'until-answered', resolver, name, maxMs: 20_000});
		await turn(doors[way], fresh());
	}
	const results = {'by vks': fresh(), 'by a bare nginx': fresh(), 'direct, with vks': fresh(), 'direct, without': fresh()};
	for (let round = 0; round < rounds; round++) {
		signal.throwIfAborted();
		// Each is first, second, third and last as often as every other.
		for (const step of ways.keys()) {
			const way = ways[(round + step) % ways.length] ?? 'by vks';
			await turn(doors[way], results[way]);
		}
	}
	return results;
}

function reportOf(results: Readonly<Record<Way, Visited>>): Report {
	const {'by vks': ours, 'by a bare nginx': proxy, 'direct, with vks': direct, 'direct, without': without} = results;
	return {
		name: 'egress',
		title: `a TLS handshake and an answer, a look-up and a transfer, through a tunnel, ${rounds} turns each`,
		figures: [
			...ways.map(way => figure(`connection, ${way}`, results[way].connections)),
			...(['by vks', 'direct, with vks'] as const).map(way => figure(`look-up, ${way}`, results[way].lookUps)),
			...ways.map(way => figure(`transfer, ${way}`, results[way].speeds, 'MB/s')),
		],
		findings: [
			ratio('connection, by vks / by a bare nginx', ours.connections, proxy.connections),
			ratio('connection, by vks / direct', ours.connections, direct.connections),
			ratio('connection, by a bare nginx / direct, without', proxy.connections, without.connections),
			ratio('look-up, by vks / direct', ours.lookUps, direct.lookUps),
			ratio('transfer, by vks / by a bare nginx', ours.speeds, proxy.speeds),
			ratio('transfer, by vks / direct', ours.speeds, direct.speeds),
			ratio('transfer, by a bare nginx / direct, without', proxy.speeds, without.speeds),
			finding('connections measured of each', ours.connections.length, 'times'),
		],
		notes: [
			'The bare nginx has the same configuration without a log, asks the same resolver itself, and is connected to at loopback;',
			'its tunnel is of wg-quick\'s kind, without any ruleset. The hosts\' records are of one second, so that every name is asked for.',
		],
	};
}
