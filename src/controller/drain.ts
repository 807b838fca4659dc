/** The last packets of a tunnel that carries no more: what was on its way when the routes changed over. */
import type {Tunnel} from '../tunnel/tunnel.ts';
import type {Clock} from './clock.ts';

/** Answers come after a round trip; several readings in which nothing moved show that none is under way. */
const everyMs = 50;
const quietReadings = 6;
/** Longer than any round trip that one would work with. Whoever is bound to the old interface would keep it busy for ever. */
const mostMs = 1000;

/** Resolves when nothing has come or gone by it for a while, after a second at most, or with the signal. */
export async function untilDrained(tunnel: Pick<Tunnel, 'facts'>, {sleep}: Pick<Clock, 'sleep'>, signal: AbortSignal): Promise<void> {
	let last = '';
	let quiet = 0;
	for (let waitedMs = 0; waitedMs < mostMs && quiet < quietReadings && !signal.aborted; waitedMs += everyMs) {
		await sleep(everyMs, signal);
		const facts = await tunnel.facts();
		const carried = facts.ok ? `${facts.value.rxBytes} ${facts.value.txBytes}` : '';
		quiet = carried === last ? quiet + 1 : 0;
		last = carried;
	}
}
