/**
 * The end of an epoch. What can live on does: a connection from an address that the next tunnel has too is left alone. What is
 * bound to an address that is gone is ended, so that its owner hears of it at once; so is TCP where the world sees another
 * address, because its far end knows nobody there.
 */
import type {DoorFlows, Network} from '../kernel/kernel.ts';
import type {IpAddress} from '../net/address.ts';
import type {Problem} from '../problem.ts';
import type {Result} from '../result.ts';

type Connections = Pick<Network, 'flushConnections' | 'endConnections' | 'forgetConnections'>;

export interface Change {
	/** Null where nothing is known of a tunnel before. */
	readonly before: readonly IpAddress[] | null;
	readonly now: readonly IpAddress[];
	/** The world saw one address before and sees another now; false where either is not known. */
	readonly anotherExit: boolean;
	/** Resolves when the last answers of the tunnel before have come. */
	readonly settled: Promise<void>;
	/** The operator's way in: who is in stays in. */
	readonly management?: DoorFlows | null;
}

export interface Forgotten {
	/** What became of connections, for the journal. */
	readonly text: string;
	/** How many were forgotten; null when that could not be done. What could not be is refused by address and interface either way. */
	readonly forgotten: number | null;
	readonly problem: Problem | null;
}

export async function forgetConnections(network: Connections, epoch: number, change: Change): Promise<Forgotten> {
	const {before, now, settled, anotherExit, management = null} = change;
	if (before === null) {
		const flushed = await network.flushConnections(management ?? undefined);
		return outcome(epoch, flushed, `${flushed.ok ? flushed.value : 0} tracked connections from before it forgotten`, []);
	}
	const gone = before.filter(address => !now.includes(address));
	const ended = gone.length > 0 ? network.endConnections(gone) : anotherExit ? network.endConnections(now) : null;
	const why = gone.length > 0 ? `bound to ${gone.join(' and ')}` : 'whose far ends knew another exit';
	const texts = ended === null ? [] : [ended.ok ? `${ended.value} TCP connections ${why} ended` : ended.error.what.replace(/\.$/, '')];
	if (gone.length === 0) return {text: `Epoch ${epoch}: ${['the address is the same, and what runs from it goes on', ...texts].join('; ')}.`, forgotten: 0, problem: null};
	// Others' packets, which bear the address only on their way, would bear it in the next tunnel too.
	const translated = await network.forgetConnections(gone, 'translated');
	await settled;
	const rest = await network.forgetConnections(gone, 'all');
	const count = (translated.ok ? translated.value : 0) + (rest.ok ? rest.value : 0);
	const forgotten: Result<number, Problem> = rest.ok ? {ok: true, value: count} : rest;
	return outcome(epoch, forgotten, `${count} tracked connections of ${gone.join(' and ')} forgotten`, texts);
}

function outcome(epoch: number, result: Result<number, Problem>, done: string, more: readonly string[]): Forgotten {
	const text = result.ok ? done : 'connections from before it could not be forgotten';
	return {text: `Epoch ${epoch}: ${[text, ...more].join('; ')}.`, forgotten: result.ok ? result.value : null, problem: result.ok ? null : result.error};
}
