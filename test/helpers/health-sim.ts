/** A tunnel in bad weather, second by second: what the daemon reads and asks, with the code that does so, and no time that passes. */
import type {EchoAnswer} from '../../src/kernel/kernel.ts';
import {freshEvidence, noteReading, type Evidence} from '../../src/controller/evidence.ts';
import {assess, type Assessment} from '../../src/controller/health.ts';
import type {LiveTunnel} from '../../src/controller/dial.ts';
import {createQuestions} from '../../src/controller/question-keeper.ts';
import {ok} from '../../src/result.ts';
import {manualClock} from '../fakes/manual-clock.ts';
import {ip, nic} from './situations.ts';

export interface SimWeather {
	readonly seconds: number;
	/** Each way, from 0 to 1. */
	readonly loss?: number;
	readonly delayMs?: number;
	readonly jitterMs?: number;
	/** Bytes an application sends and gets each second. */
	readonly traffic?: number;
	/** Whether the server answers pings and connections at all. */
	readonly pings?: boolean;
	readonly connects?: boolean;
	/** From then on: nothing comes back; or the server keeps the session, and what should come through it does not. */
	readonly dead?: {readonly fromS: number; readonly how: 'silent' | 'hollow'};
	/** At least 0, below 1. */
	readonly chance: () => number;
	/** Milliseconds that pass between two looks; a second by default. */
	readonly tickMs?: () => number;
	/** The server's own keepalive answers what got no answer, 10 s later, as WireGuard's does. */
	readonly keepalives?: boolean;
}

export interface SimSecond extends Assessment {
	readonly atMs: number;
	/** Pings and connections sent so far. */
	readonly asked: number;
}

const bytesOfOne = 80;

export function simulate({seconds, loss = 0, delayMs = 5, jitterMs = 0, traffic = 0, pings = true, connects = true, dead, chance, tickMs = () => 1000, keepalives = true}: SimWeather): readonly SimSecond[] {
	const clock = {...manualClock(1_800_000_000_000), random: chance};
	const startMs = clock.monotonic();
	const isDead = (atMs = clock.monotonic()): boolean => dead !== undefined && atMs - startMs >= dead.fromS * 1000;
	const travels = (): boolean => chance() >= loss;
	const wayMs = (): number => Math.max(0, delayMs + (chance() * 2 - 1) * jitterMs);
	let [rx, tx, asked, waitingSinceMs, keepaliveAtMs] = [0, 0, 0, 0, 0];
	let [handshakeAtMs, triedAtMs] = [clock.now(), 0];
	const air: {readonly atMs: number; readonly bytes: number; readonly land: () => void}[] = [];
	/** A packet of ours; what answers it may come back. */
	const exchange = (answers: boolean, land: () => void): void => {
		tx += bytesOfOne;
		asked += 1;
		if ((isDead() && dead?.how === 'silent') || !travels()) return;
		waitingSinceMs ||= clock.monotonic();
		if (!answers || isDead() || !travels()) return;
		air.push({atMs: clock.monotonic() + wayMs() + wayMs(), bytes: bytesOfOne, land});
	};
	const arrive = (): void => {
		for (const packet of air.filter(({atMs}) => atMs <= clock.monotonic())) {
			air.splice(air.indexOf(packet), 1);
			if (isDead(packet.atMs)) continue;
			rx += packet.bytes;
			waitingSinceMs = 0;
			packet.land();
		}
		if (!keepalives || waitingSinceMs === 0 || clock.monotonic() - Math.max(waitingSinceMs, keepaliveAtMs) < 10_000) return;
		[keepaliveAtMs, waitingSinceMs] = [clock.monotonic(), 0];
		if (!(isDead() && dead?.how === 'silent') && travels()) rx += 32;
	};

	/** A new session after two minutes, if there is traffic to ask for it; what is lost is tried again (REKEY_TIMEOUT). */
	const shakeHands = (): void => {
		if (clock.now() - handshakeAtMs < 120_000 || clock.monotonic() - triedAtMs < 5000) return;
		triedAtMs = clock.monotonic();
		tx += 148;
		if ((isDead() && dead?.how === 'silent') || !travels() || !travels()) return;
		rx += 92;
		handshakeAtMs = clock.now();
	};

	const answers: EchoAnswer[] = [];
	const questions = createQuestions({
		clock,
		config: {healthTargets: 'auto', rttEveryMs: null},
		live: {use: {interface: nic('wg0'), addresses: [ip('10.64.1.2')], resolvers: [ip('10.64.1.1')]}, tunnel: {server: {id: 'a'}}} as unknown as LiveTunnel,
		own: null,
		timed: () => undefined,
		probes: {
			openEcho: () => ok({
				send(to, message) {
					exchange(pings, () => answers.push({from: to, message: Uint8Array.from([0, ...message.slice(1)])}));
					return {kind: 'sent'};
				},
				read: () => answers.splice(0),
				close: () => undefined,
			}),
			openFlow() {
				let there = false;
				exchange(connects, () => (there = true));
				return {established: () => there, send: () => ({kind: 'sent'}), moveTo: () => ({kind: 'sent'}), close: () => undefined};
			},
		},
	});

	let evidence: Evidence = freshEvidence(clock.monotonic());
	const told: SimSecond[] = [];
	for (let second = 0; second < seconds; second++) {
		const atMs = clock.monotonic();
		tx += traffic;
		if (traffic > 0 && !isDead() && travels()) rx += traffic;
		shakeHands();
		arrive();
		evidence = noteReading(evidence, {atMs, bootMs: clock.boottime(), wallMs: clock.now(), handshakeAtMs, rxBytes: rx, txBytes: tx, keepaliveSeconds: 25});
		const assessment = assess(evidence, questions.read(), atMs);
		questions.ask(assessment.level, evidence.flowedAtMs);
		told.push({...assessment, atMs: atMs - startMs, asked});
		clock.pass(tickMs());
	}
	questions.close();
	return told;
}

/** How long after its death it was called dead; null when it never was. */
export function foundAfterMs(told: readonly SimSecond[], fromS: number): number | null {
	const found = told.find(({level, atMs}) => level === 'dead' && atMs >= fromS * 1000);
	return found === undefined ? null : found.atMs - fromS * 1000;
}
