/**
 * What a switch and a reconnect cost an application that sends a thousand datagrams a second through the tunnel: with the next
 * tunnel raised before the old one goes, with the old one gone first, and by wg-quick's `down` and `up`.
 */
import {copyFileSync} from 'node:fs';
import {join} from 'node:path';
import {killTunnel} from '../lab/deaths.ts';
import type {Lab} from '../lab/lab.ts';
import {loginOf} from '../lab/openvpn.ts';
import type {StreamKind} from '../lab/stream.ts';
import type {Witness} from '../lab/witness/witness.ts';
import {isConnected, startDaemon, type Daemon} from '../test/helpers/daemon.ts';
import {longestGaps, lostIn, measureOutage, outsideOf, rate, refusedAfter, renderOutages, type Outage, type OutageRow} from './outage.ts';
import {figure, finding, type Report} from './report.ts';
import {withLab} from './scene.ts';
import {summarise} from './statistics.ts';
import {wgQuickTunnels} from './wg-quick.ts';

const rounds = 3;
/** One key and one server under two names: two sessions of it cannot stand beside each other. */
const twin = 'se-sto-1-again';

interface Watching {
	readonly lab: Lab;
	readonly daemon: Daemon;
	readonly witness: Witness;
	readonly signal: AbortSignal;
}

interface Way {
	readonly way: string;
	readonly kind: StreamKind;
	/** Forth and back in turns. */
	readonly between: readonly [string, string];
}

const ways = {
	same: {way: 'beside, same address, unbound', kind: 'unbound', between: ['se-sto-1', 'ch-zrh-2']},
	another: {way: 'beside, another address, unbound', kind: 'unbound', between: ['se-sto-1', 'ch-zrh-1']},
	bound: {way: 'beside, another address, bound', kind: 'bound', between: ['se-sto-1', 'ch-zrh-1']},
	openvpn: {way: 'beside, OpenVPN, unbound', kind: 'unbound', between: ['se-ovpn-udp', 'ch-ovpn-v6']},
	alone: {way: 'old tunnel first, same address, unbound', kind: 'unbound', between: ['se-sto-1', twin]},
} as const satisfies Record<string, Way>;

const isOn = (server: string) => (now: Parameters<typeof isConnected>[0]): boolean => isConnected(now) && now.state.server === server;

async function onto({daemon}: Pick<Watching, 'daemon'>, server: string): Promise<void> {
	const outcome = await daemon.command({do: 'switch', server});
	if (!outcome.ok) throw new Error(`${outcome.message} ${outcome.problem?.what ?? ''}`);
	await daemon.until(`${server} carried`, isOn(server));
}

const sourceOf = ({daemon}: Pick<Watching, 'daemon'>): string => daemon.snapshot().tunnel?.addresses[0] ?? '';

async function switches(watching: Watching, {way, kind, between}: Way): Promise<OutageRow> {
	if (!isOn(between[0])(watching.daemon.snapshot())) await onto(watching, between[0]);
	const outages: Outage[] = [];
	for (let round = 0; round < rounds; round++) {
		watching.signal.throwIfAborted();
		outages.push(await measureOutage({...watching, kind, source: sourceOf(watching)}, () => onto(watching, between[(round + 1) % 2] ?? between[0])));
	}
	return {way, outages};
}

async function reconnects(watching: Watching): Promise<OutageRow> {
	const outages: Outage[] = [];
	for (let round = 0; round < rounds; round++) {
		watching.signal.throwIfAborted();
		outages.push(await measureOutage({...watching, kind: 'unbound', source: ''}, async () => {
			await watching.daemon.command({do: 'reconnect'});
			await watching.daemon.until('it was connected again', isConnected);
		}));
	}
	return {way: 'vks reconnect, unbound', outages};
}

/** A server that answers handshakes and passes nothing: the longest way for a switch to come to nothing. */
async function rolledBack(watching: Watching): Promise<OutageRow> {
	await onto(watching, 'se-sto-1');
	const revive = await killTunnel(watching.lab, 'hollow session', 's2');
	try {
		const outage = await measureOutage({...watching, kind: 'unbound', source: ''}, async () => {
			const outcome = await watching.daemon.command({do: 'switch', server: 'ch-zrh-2'});
			if (outcome.ok || outcome.problem?.what.includes('no data came back') !== true) throw new Error(`the switch did not come to nothing as it should: ${outcome.message} ${outcome.problem?.what ?? ''}`);
		});
		return {way: 'rolled back after 16 s without data', outages: [outage]};
	} finally {
		await revive();
	}
}

const ofVks = (signal: AbortSignal) =>
	withLab({signal, openvpn: true}, async lab => {
		const {user, password, passphrase} = loginOf(lab);
		const {servers} = lab.description.folders;
		copyFileSync(join(servers, 'se-sto-1.conf'), join(servers, `${twin}.conf`));
		const daemon = await startDaemon(lab, {environment: {VKS_SERVER: 'se-sto-1', VKS_OPENVPN_USER: user, VKS_OPENVPN_PASSWORD: password, VKS_OPENVPN_KEY_PASSWORD: passphrase}});
		const witness = await lab.observe();
		try {
			const watching: Watching = {lab, daemon, witness, signal};
			await daemon.until('it was connected', isConnected);
			const implementation = daemon.snapshot().tunnel?.implementation ?? 'unknown';
			return {
				implementation,
				same: await switches(watching, ways.same), another: await switches(watching, ways.another), bound: await switches(watching, ways.bound),
				alone: await switches(watching, ways.alone), again: await reconnects(watching),
				openvpn: await switches(watching, ways.openvpn), back: await rolledBack(watching),
			};
		} finally {
			await daemon.kill();
			await witness.stop();
		}
	});

const ofWgQuick = (signal: AbortSignal): Promise<OutageRow> =>
	withLab({signal}, async lab => {
		const tunnels = wgQuickTunnels(lab);
		const names = ['se-sto-1', 'ch-zrh-2'] as const;
		await tunnels.up('se-sto-1');
		const witness = await lab.observe();
		try {
			const outages: Outage[] = [];
			for (let round = 0; round < rounds; round++) {
				signal.throwIfAborted();
				const [from, to] = [names[round % 2] ?? 'se-sto-1', names[(round + 1) % 2] ?? 'se-sto-1'];
				outages.push(await measureOutage({lab, witness, kind: 'unbound', source: ''}, async () => {
					await tunnels.down(from);
					await tunnels.up(to);
				}));
			}
			return {way: 'wg-quick down and up, same address, unbound', outages};
		} finally {
			await witness.stop();
		}
	});

export async function switching(signal: AbortSignal): Promise<Report> {
	const {implementation, same, another, bound, openvpn, alone, again, back} = await ofVks(signal);
	const rival = await ofWgQuick(signal);
	const ours = [same, another, bound, openvpn, back, alone, again];
	const gap = (row: OutageRow): number => summarise(longestGaps(row)).median;
	return {
		name: 'switch',
		title: `a stream of ${rate} datagrams a second while the server is switched, ${rounds} times each way, and while a switch fails`,
		figures: [
			...[same, another, openvpn, alone, again, rival].map(row => figure(`longest gap, ${row.way}`, longestGaps(row))),
			figure('from the last datagram echoed to the first refused, bound', refusedAfter(bound)),
		],
		findings: [
			finding('lost, WireGuard beside WireGuard, same address', lostIn(same), 'packets', {atMost: 0}),
			finding('lost, another address, socket not bound', lostIn(another), 'packets', {atMost: 0}),
			finding('lost and not refused, socket bound to the address that goes', lostIn(bound), 'packets', {atMost: 0}),
			finding('lost, a switch that was rolled back', lostIn(back), 'packets', {atMost: 0}),
			finding('outside, vks, every row', ours.reduce((sum, row) => sum + outsideOf(row), 0), 'packets', {atMost: 0}),
			finding('outside, wg-quick down and up', outsideOf(rival), 'packets'),
			finding('gap, old tunnel first / beside', gap(alone) / gap(same), '×'),
		],
		notes: [
			...renderOutages([...ours, rival]),
			`WireGuard is ${implementation === 'kernel' ? 'the kernel\'s' : implementation}. Sums over the rounds, and of times the longest. Lost: taken by the kernel and never echoed.`,
			'wg-quick has the kill switch of its manual (PostUp, PreDown), which stands only while its tunnel does: what is sent between',
			'its `down` and its `up` is not lost, because it leaves outside.',
		],
	};
}
