/**
 * The leak test. First a permitted frame on every link must be seen by the tap, then the probes are sent, then the tap must see
 * such a frame again: frames keep their order, so by then it has seen whatever went before.
 */
import type {DrillProbeView, DrillView} from '../control/schema.ts';
import type {ProbeAnswer, ProbeFlow, Probes, Tap, TapFrame} from '../kernel/kernel.ts';
import {isIpv4, type IpAddress} from '../net/address.ts';
import type {Port} from '../net/port.ts';
import {expectationOf, expectationOfMovedFlow, permitsCanary, type Expectation} from './expect.ts';
import {conclude, countersOf, judge, type Sight, type Tried} from './judge.ts';
import {canaries, plan, type Canary, type MakeToken, type Probe} from './plan.ts';
import {bears} from './recognise.ts';
import type {Scene} from './scene.ts';

export interface DrillDeps {
	readonly probes: Probes;
	readonly sleep: (ms: number) => Promise<void>;
	readonly makeToken: MakeToken;
	/** Packets counted by each rule, read from the kernel; empty when they could not be read. */
	readonly counters: () => Promise<ReadonlyMap<string, number>>;
	/** Which exit and resolver the world sees. */
	readonly identity: () => Promise<readonly DrillProbeView[]>;
	/** Asked at the end: a link that came meanwhile may be the new tunnel. */
	readonly isInside: (linkIndex: number) => boolean;
	readonly signal: AbortSignal;
}

export interface Round {
	/** Added to what each probe says of itself: `, with the tunnel down`. */
	readonly suffix: string;
	/** What is done between the canary and the first probe; its failure makes the round inconclusive. */
	readonly prepare: () => string | null;
	/** The scene that the probes meet. */
	readonly scene: Scene;
}

export type Findings = Pick<DrillView, 'kind' | 'detail' | 'canaries' | 'counters' | 'probes'>;

const canaryWithinMs = 500;
const flowWithinMs = 800;
const lookEveryMs = 5;
const dnsPort = 53 as Port;

export async function drill(scene: Scene, deps: DrillDeps, down: Round | null = null): Promise<Findings> {
	const {probes, signal} = deps;
	const tap = probes.openTap({ignore: scene.inside, tunnelMark: scene.ruleset.numbers.tunnelMark});
	if (!tap.ok) return {...conclude([], {kind: 'blind', why: tap.error.what}), canaries: [], counters: [], probes: []};
	const watch = watcher(tap.value, deps);
	const flow = await openFlow(scene, deps);
	try {
		const identity = deps.identity();
		const before = await deps.counters();
		const plain = await oneRound({scene, suffix: '', prepare: () => null}, scene, flow, watch, deps);
		const after = await deps.counters();
		const second = down === null || signal.aborted ? null : await oneRound(down, scene, flow, watch, deps);
		const seenOn = (tried: Tried): readonly string[] => watch.seen(tried, scene);
		const sight: Sight = [plain.sight, second?.sight, watch.lossless()].find(each => each?.kind === 'blind') ?? {kind: 'clear'};
		const judged = [...plain.tried, ...(second?.tried ?? [])].map(tried => judge(tried, seenOn(tried), sight));
		const all = [...judged, ...(await identity)];
		return {...conclude(all, sight), canaries: [...plain.canaries, ...(second?.canaries ?? [])], counters: countersOf(plain.tried, before, after), probes: all};
	} finally {
		flow?.close();
		tap.value.close();
	}
}

interface Watcher {
	/** Looks until the frame was seen on its link; false when that took too long. */
	waitFor(canary: Canary): Promise<boolean>;
	seen(tried: Pick<Tried, 'mark'>, scene: Scene): readonly string[];
	lossless(): Sight;
}

function watcher(tap: Tap, {sleep, signal, isInside}: DrillDeps): Watcher {
	const frames: TapFrame[] = [];
	let lost = 0;
	const look = (): void => {
		const read = tap.read();
		frames.push(...read.frames);
		lost += read.lost;
	};
	return {
		async waitFor({link, token}) {
			for (let waitedMs = 0; ; waitedMs += lookEveryMs) {
				look();
				if (frames.some(({linkIndex, bytes}) => linkIndex === link.index && bears(bytes, {token, destination: null, tcpPort: null}))) return true;
				if (waitedMs >= canaryWithinMs || signal.aborted) return false;
				await sleep(lookEveryMs);
			}
		},
		seen({mark}, {outside}) {
			const on = new Set(frames.filter(({bytes}) => bears(bytes, mark)).map(({linkIndex}) => linkIndex));
			return [...on].filter(index => !isInside(index)).map(index => outside.find(link => link.index === index)?.name ?? `link ${index}`);
		},
		lossless: () => (lost === 0 ? {kind: 'clear'} : {kind: 'blind', why: `The tap missed ${lost} frames: the links are too busy for it.`}),
	};
}

interface RoundFindings {
	readonly tried: readonly Tried[];
	readonly canaries: DrillView['canaries'];
	readonly sight: Sight;
}

async function oneRound({scene, suffix, prepare}: Round, first: Scene, flow: ProbeFlow | null, watch: Watcher, deps: DrillDeps): Promise<RoundFindings> {
	const before = await sendCanaries(scene, `before the probes${suffix}`, watch, deps);
	const unprepared = prepare();
	if (unprepared !== null) return {tried: [], canaries: before.canaries, sight: {kind: 'blind', why: unprepared}};
	const tried = deps.signal.aborted ? [] : [...plan(scene, deps.makeToken).map(probe => tryProbe(scene, probe, deps.probes)), ...tryFlow(first, flow, suffix, deps)];
	const after = await sendCanaries(scene, `after the probes${suffix}`, watch, deps);
	return {
		tried: tried.map(each => ({...each, what: each.what + suffix})),
		canaries: [...before.canaries, ...after.canaries],
		sight: before.sight.kind === 'blind' ? before.sight : after.sight,
	};
}

async function sendCanaries(scene: Scene, when: string, watch: Watcher, {probes, makeToken}: DrillDeps): Promise<Omit<RoundFindings, 'tried'>> {
	const views: DrillView['canaries'] = [];
	let sight: Sight = {kind: 'blind', why: 'No uplink is up on which a frame may be sent: nothing could be seen, and nothing could leave by it.'};
	for (const canary of canaries(scene, makeToken)) {
		const {name} = canary.link;
		if (!permitsCanary(scene, canary)) {
			views.push({interface: name, seen: false, detail: 'the policy permits no frame here; the tap is one for all links'});
			continue;
		}
		const answer = probes.sendFrame(canary.link.index, canary.frame);
		const seen = answer.kind === 'sent' && (await watch.waitFor(canary));
		views.push({interface: name, seen, detail: answer.kind === 'sent' ? when : answer.why});
		if (!seen) return {canaries: views, sight: {kind: 'blind', why: `The permitted frame on ${name} was not seen, so a leak would not be seen either.`}};
		sight = {kind: 'clear'};
	}
	return {canaries: views, sight};
}

function tryProbe(scene: Scene, probe: Probe, probes: Probes): Tried {
	const expected = expectationOf(scene, probe);
	const destination = probe.kind === 'frame' ? probe.destination : probe.packet.destination;
	const local = destination.startsWith('127.');
	const permitted = expected.kind === 'open' || (local && expected.kind === 'inside');
	const send = (): ProbeAnswer => (probe.kind === 'frame' ? probes.sendFrame(probe.link.index, probe.frame) : probes.send(probe.packet));
	// What the policy opens would be no leak, and is not sent to where it might be received.
	const answer: ProbeAnswer = permitted ? {kind: 'not-possible', why: `the policy lets it pass (${expected.rule})`} : send();
	return {id: probe.id, what: probe.what, expected, answer, local, mark: {token: probe.token, destination: local ? null : destination, tcpPort: probe.kind === 'packet' && probe.packet.socket === 'tcp' ? probe.packet.port : null}};
}

async function openFlow({tunnel}: Scene, {probes, sleep, signal}: DrillDeps): Promise<ProbeFlow | null> {
	const ends = flowEnds(tunnel);
	const flow = ends === null ? null : probes.openFlow({...ends, port: dnsPort});
	for (let waitedMs = 0; flow !== null && !flow.established() && waitedMs < flowWithinMs && !signal.aborted; waitedMs += lookEveryMs) await sleep(lookEveryMs);
	return flow;
}

function flowEnds(tunnel: Scene['tunnel']): {readonly source: IpAddress; readonly destination: IpAddress} | null {
	const source = tunnel?.addresses.find(isIpv4);
	const destination = tunnel?.resolvers.find(isIpv4);
	return source === undefined || destination === undefined ? null : {source, destination};
}

/** The connection as it stands, where its way is gone; and moved to the uplink, where it is not. */
function tryFlow(scene: Scene, flow: ProbeFlow | null, suffix: string, {makeToken}: DrillDeps): readonly Tried[] {
	const ends = flowEnds(scene.tunnel);
	if (scene.tunnel === null || scene.uplink === null) return [];
	const tried = (id: string, what: string, expected: Expectation, send: (token: Uint8Array) => ProbeAnswer): Tried => {
		const token = makeToken();
		const answer: ProbeAnswer = flow?.established() === true ? send(token) : {kind: 'not-possible', why: 'no connection to the tunnel\'s resolver (TCP) could be opened'};
		return {id, what, expected, answer, local: false, mark: {token, destination: null, tcpPort: null}};
	};
	const {uplink} = scene;
	const moved: Expectation = ends === null ? {kind: 'no-route'} : expectationOfMovedFlow(scene, uplink, ends.source, ends.destination, dnsPort);
	return [
		...(suffix === '' ? [] : [tried('flow', 'an established connection', {kind: 'no-route'}, token => flow?.send(token) ?? gone)]),
		tried('flow-moved', `an established connection moved to ${uplink}`, moved, token => {
			const to = flow?.moveTo(uplink) ?? gone;
			const answer = to.kind === 'sent' ? (flow?.send(token) ?? gone) : to;
			flow?.moveTo(null);
			return answer;
		}),
	];
}

const gone: ProbeAnswer = {kind: 'not-possible', why: 'the connection is gone'};
