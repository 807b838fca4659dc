/** A tunnel's numbers, or that nobody tells them: whoever has them may hang, and the proof of every second does not wait for it. */
import type {TunnelFacts} from '../kernel/kernel.ts';
import type {Tunnel} from '../tunnel/tunnel.ts';
import type {Clock} from './clock.ts';

/** Null when they cannot be read, or not soon. */
export type ReadFacts = (tunnel: Pick<Tunnel, 'facts'>) => Promise<TunnelFacts | null>;

const soonMs = 700;

/** Never asks twice at once: who comes meanwhile waits for the same answer. */
export function factsReader(clock: Pick<Clock, 'after'>): ReadFacts {
	let asked: {readonly tunnel: Pick<Tunnel, 'facts'>; readonly facts: Promise<TunnelFacts | null>} | null = null;
	const ask = (tunnel: Pick<Tunnel, 'facts'>): Promise<TunnelFacts | null> => {
		const mine = {tunnel, facts: tunnel.facts().then(read => (read.ok ? read.value : null)).finally(() => {
			if (asked === mine) asked = null;
		})};
		asked = mine;
		return mine.facts;
	};
	return async tunnel => {
		const {promise: late, resolve} = Promise.withResolvers<null>();
		const cancel = clock.after(soonMs, () => resolve(null));
		const first = await Promise.race([asked?.tunnel === tunnel ? asked.facts : ask(tunnel), late]);
		cancel();
		return first;
	};
}
