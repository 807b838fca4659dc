/** Which address the world sees: asked through the tunnel at each connection, every few minutes, and when somebody must know now. */
import type {Config} from '../config/config.ts';
import type {IpAddress} from '../net/address.ts';
import type {Clock} from './clock.ts';
import type {LiveTunnel} from './dial.ts';
import {askExit} from './exit-check.ts';
import type {TunnelStats} from './tunnel-stats.ts';

const everyMs = 300_000;
const freshMs = 60_000;

export interface ExitKeeperDeps {
	readonly config: Pick<Config, 'exitUrl'>;
	readonly clock: Pick<Clock, 'now'>;
	readonly live: () => LiveTunnel | null;
	/** What is known of the present tunnel's. */
	readonly known: () => TunnelStats['exit'];
	/** Told after each question; null when there was no answer. */
	readonly found: (exit: TunnelStats['exit']) => void;
}

export interface ExitKeeper {
	check(): Promise<void>;
	isDue(): boolean;
	/** As it was seen a moment ago, or asked for anew. */
	fresh(): Promise<IpAddress | null>;
}

export function exitKeeper({config, clock, live, known, found}: ExitKeeperDeps): ExitKeeper {
	const isFresh = (): boolean => (known()?.checkedAtMs ?? 0) >= clock.now() - freshMs;
	const check = async (): Promise<void> => {
		const asked = live();
		if (asked === null || config.exitUrl === null) return;
		const exit = await askExit(config.exitUrl, asked.use);
		if (live() === asked) found(exit && {...exit, checkedAtMs: clock.now()});
	};
	return {
		check,
		isDue: () => (known()?.checkedAtMs ?? 0) < clock.now() - everyMs,
		async fresh() {
			if (!isFresh()) await check();
			const exit = known();
			return exit !== null && isFresh() ? exit.address : null;
		},
	};
}
