/**
 * Says of refused packets whose they were. The name of a uid costs nothing; whose a socket was costs milliseconds, so that it
 * is asked for the newest only, a few times a second, and for no more than a hundredth of the time where it takes less than 100 ms.
 */
import type {DropOwner, DropView} from '../control/schema.ts';
import type {Holder, LocalFlow, Owners} from '../kernel/kernel.ts';
import type {Clock} from './clock.ts';

const leastPauseMs = 250;
/** After a look-up that took 5 ms, none for half a second. */
const pausePerCost = 100;
/** One that took longer than 100 ms was interrupted rather than costly: whose the next packets are is not kept back for minutes. */
const mostPauseMs = 10_000;
/** A socket that is gone may come back with the same port; one that is held may be closed and its number given on. */
const keptMs = {held: 10_000, unknown: 2000} as const;
const mostKept = 256;

interface Known {
	readonly holder: Holder | null;
	readonly untilMs: number;
}

export function dropOwners(owners: Owners, clock: Pick<Clock, 'monotonic'>): (records: readonly DropView[]) => readonly DropView[] {
	const known = new Map<string, Known>();
	let nextAtMs = Number.NEGATIVE_INFINITY;

	const lookUp = (key: string, flow: LocalFlow): void => {
		const startedAtMs = clock.monotonic();
		const holder = owners.holderOf(flow);
		const endedAtMs = clock.monotonic();
		nextAtMs = endedAtMs + Math.min(mostPauseMs, Math.max(leastPauseMs, (endedAtMs - startedAtMs) * pausePerCost));
		known.delete(key);
		known.set(key, {holder, untilMs: endedAtMs + (holder === null ? keptMs.unknown : keptMs.held)});
		const [oldest] = known.keys();
		if (known.size > mostKept && oldest !== undefined) known.delete(oldest);
	};

	/** One question at most for what came at once: the pause after it outlasts them all. */
	const askForNewest = (records: readonly DropView[]): void => {
		const now = clock.monotonic();
		if (now < nextAtMs) return;
		for (let index = records.length - 1; index >= 0; index--) {
			const record = records[index];
			const flow = record === undefined ? null : flowOf(record);
			if (flow === null) continue;
			const key = keyOf(flow);
			if ((known.get(key)?.untilMs ?? 0) > now) continue;
			return lookUp(key, flow);
		}
	};

	return records => {
		askForNewest(records);
		const now = clock.monotonic();
		return records.map(record => {
			if (record.uid === null && record.named === undefined) return record;
			const flow = flowOf(record);
			const entry = flow === null ? undefined : known.get(keyOf(flow));
			const holder = entry !== undefined && entry.untilMs > now ? entry.holder : null;
			const uid = record.uid ?? holder?.uid ?? null;
			const owner = uid === null ? null : ownerOf(owners.userOf(uid), holder);
			return owner === null ? record : {...record, uid, owner};
		});
	};
}

/** Only what a socket here sent has an owner here; leak tests are ours. */
function flowOf({drill, direction, protocol, source, sourcePort, destination, destinationPort, uid, named}: DropView): LocalFlow | null {
	if (drill === true || direction !== 'out' || (protocol !== 'tcp' && protocol !== 'udp') || sourcePort === null || sourcePort === 0) return null;
	// Where it went before it was redirected is not known, nor who it was where everybody is meant.
	if (named !== undefined) return {protocol, source, sourcePort, destination: null, destinationPort: null, uid};
	return uid === null ? null : {protocol, source, sourcePort, destination, destinationPort, uid};
}

const keyOf = ({protocol, source, sourcePort, destination, destinationPort, uid}: LocalFlow): string =>
	`${protocol} ${source} ${sourcePort} ${destination ?? ''} ${destinationPort ?? ''} ${uid ?? ''}`;

function ownerOf(user: string | null, holder: Holder | null): DropOwner | null {
	if (user === null && holder === null) return null;
	return {
		...(user === null ? {} : {user}),
		...(holder === null ? {} : {process: holder.process, pid: holder.pid}),
		...(holder === null || holder.container === null ? {} : {container: holder.container}),
	};
}
