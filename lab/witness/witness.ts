/** The witness at the isp: exact nft counters, and a capture that says what the counted packets were. */
import {readFileSync} from 'node:fs';
import {askAgent, sentinelPort} from '../agent-client.ts';
import {uplinks} from '../plan.ts';
import type {LabDescription} from '../description.ts';
import {hangsAfterMs, isAlive, startProcess, waitUntil} from '../processes.ts';
import {readCounts, subtractCounts} from './counters.ts';
import type {Counts} from './counters.ts';
import {isSentinel, parseFrame} from './frame.ts';
import type {Frame, FrameKind, Sample} from './frame.ts';
import {pcapReader} from './pcap.ts';

export interface Seen {
	readonly outside: {readonly count: number; readonly samples: readonly Sample[]};
	readonly endpoint: {readonly count: number};
	readonly permitted: {readonly count: number};
	readonly link: {readonly count: number};
	/** The capture's own count, a second opinion: it agrees with the counters unless the kernel dropped some. */
	readonly captured: Counts;
}

/** A moment to count from; made by `mark`, read by `since`. */
export interface Mark {
	readonly counts: Counts;
	readonly captured: Counts;
	readonly sampleIndex: number;
}

export interface Witness {
	mark(): Promise<Mark>;
	since(mark: Mark): Promise<Seen>;
	/** Everything since `observe`. Flushes first, so that the last packets are in. */
	stop(): Promise<Seen & {readonly droppedByKernel: number}>;
}

const keptSamples = 20_000;
const captureFilter = `ifindex ${uplinks.first.index} or ifindex ${uplinks.second.index} or (ifindex 1 and udp dst port ${sentinelPort})`;
const captureCommand = [
	...['tcpdump', '-i', 'any', '-y', 'LINUX_SLL2', '-Q', 'in', '--immediate-mode', '-n', '-p'],
	...['-s', '160', '-B', '16384', '-U', '-w', '-', captureFilter],
];

export async function startWitness(lab: LabDescription): Promise<Witness> {
	const tally = frameTally();
	const name = `witness-${process.pid}-${Math.round(performance.now() * 1000)}`;
	const capture = startProcess({
		name,
		namespace: lab.namespaces.isp,
		argv: captureCommand,
		folders: lab.folders,
		stdout: 'pipe',
	});
	let listening = false;
	const read = pcapReader(tally.add, () => {
		listening = true;
	});
	capture.child.stdout?.on('data', (chunk: Buffer) => read(chunk));

	/** A packet of our own that comes back through the capture has every earlier one before it. */
	const flush = async (): Promise<void> => {
		const deadline = performance.now() + hangsAfterMs;
		while (performance.now() < deadline) {
			const before = tally.sentinels();
			await askAgent(lab, {ask: 'sentinel'});
			if (await waitUntil(() => tally.sentinels() > before, 250)) return;
		}
		throw new Error(`the capture at the isp does not answer; see ${capture.log}`);
	};
	const mark = async (): Promise<Mark> => {
		await flush();
		const counts = await readCounts(lab.namespaces.isp);
		return {counts, captured: tally.counts(), sampleIndex: tally.samples().length};
	};
	const compare = (start: Mark, end: Mark): Seen => {
		const counts = subtractCounts(end.counts, start.counts);
		return {
			outside: {count: counts.outside, samples: tally.samples().slice(start.sampleIndex, end.sampleIndex)},
			endpoint: {count: counts.endpoint},
			permitted: {count: counts.permitted},
			link: {count: counts.link},
			captured: subtractCounts(end.captured, start.captured),
		};
	};

	try {
		await waitUntil(() => listening || !isAlive(capture));
		const start = await mark();
		return {
			mark,
			since: async from => compare(from, await mark()),
			stop: async () => {
				const seen = compare(start, await mark());
				await capture.stop('SIGINT');
				return {...seen, droppedByKernel: readDropped(capture.log)};
			},
		};
	} catch (error) {
		await capture.stop('SIGKILL');
		throw error;
	}
}

function frameTally() {
	const counts: Record<FrameKind, number> = {endpoint: 0, link: 0, permitted: 0, outside: 0};
	const samples: Sample[] = [];
	let sentinels = 0;
	const keep = ({kind: _kind, interfaceIndex: _index, sourcePort: _port, ...sample}: Frame): void => {
		if (samples.length < keptSamples) samples.push(sample);
	};
	return {
		add: (packet: Buffer): void => {
			const frame = parseFrame(packet);
			if (frame === null) return;
			if (isSentinel(frame, sentinelPort)) {
				sentinels += 1;
				return;
			}
			counts[frame.kind] += 1;
			if (frame.kind === 'outside') keep(frame);
		},
		counts: (): Counts => ({...counts}),
		samples: (): readonly Sample[] => samples,
		sentinels: (): number => sentinels,
	};
}

const readDropped = (log: string): number =>
	Number(/(\d+) packets dropped by kernel/.exec(readFileSync(log, 'utf8'))?.[1] ?? 0);
