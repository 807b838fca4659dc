/** Which address the world sees: asked through the tunnel at each connection, every few minutes, and when somebody must know now. */
import type {Config} from '../config/config.ts';
import type {IpAddress} from '../net/address.ts';
import type {Clock} from './clock.ts';
import type {LiveTunnel} from './dial.ts';
import {askExit, wayOfRoutes} from './exit-check.ts';
import type {OwnWay} from './own-way.ts';
import type {TunnelStats} from './tunnel-stats.ts';

const everyMs = 300_000;
const freshMs = 60_000;
/** An outcome waits no longer for it. */
const soonMs = 2000;

export interface ExitKeeperDeps {
	readonly config: Pick<Config, 'exitUrl'>;
	readonly clock: Pick<Clock, 'now' | 'sleep'>;
	readonly own: OwnWay | null;
	readonly live: () => LiveTunnel | null;
	/** What is known of the present tunnel's. */
	readonly known: () => TunnelStats['exit'];
	/** Told after each question; null when there was no answer, from whom and since when then. */
	readonly found: (exit: TunnelStats['exit'], asked: NonNullable<TunnelStats['exitUnanswered']>) => void;
}

export interface ExitKeeper {
	check(): Promise<void>;
	isDue(): boolean;
	/** As it was seen a moment ago, or asked for anew. */
	fresh(): Promise<IpAddress | null>;
	/** The same in words; null where nobody says so soon. */
	inWords(): Promise<string | null>;
}

export function exitKeeper({config, clock, own, live, known, found}: ExitKeeperDeps): ExitKeeper {
	const isFresh = (): boolean => (known()?.checkedAtMs ?? 0) >= clock.now() - freshMs;
	let asking: {readonly of: LiveTunnel; readonly answer: Promise<void>} | null = null;

	const ask = async (url: string, asked: LiveTunnel): Promise<void> => {
		const question = {host: new URL(url).hostname, atMs: clock.now()};
		const exit = await askExit(url, wayOfRoutes(asked.use, own));
		if (live() === asked) found(exit && {...exit, checkedAtMs: clock.now()}, question);
	};

	/** One question at a time: who comes meanwhile waits for its answer. */
	const check = async (): Promise<void> => {
		const asked = live();
		if (asked === null || config.exitUrl === null) return;
		if (asking?.of !== asked) {
			const mine = {of: asked, answer: ask(config.exitUrl, asked)};
			asking = mine;
			void mine.answer.finally(() => {
				if (asking === mine) asking = null;
			});
		}
		await asking.answer;
	};
	const fresh = async (): Promise<TunnelStats['exit']> => {
		if (!isFresh()) await check();
		return isFresh() ? known() : null;
	};
	return {
		check,
		isDue: () => (known()?.checkedAtMs ?? 0) < clock.now() - everyMs,
		fresh: async () => (await fresh())?.address ?? null,
		async inWords() {
			if (config.exitUrl === null) return null;
			const enough = new AbortController();
			const exit = await Promise.race([fresh(), clock.sleep(soonMs, enough.signal).then(() => null)]);
			enough.abort();
			return exit && [exit.address, exit.city, exit.country].filter(Boolean).join(', ');
		},
	};
}
