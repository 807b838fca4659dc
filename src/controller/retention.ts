/**
 * Forgets what is older than may be kept. Drops, journal and servers hold destinations and uids. Their times are the wall
 * clock's, because a restart does not begin the week anew; a clock that is set forward forgets too early, never too late.
 */
import type {Config} from '../config/config.ts';
import type {Clock} from './clock.ts';
import {dropKeeper, type DropKeeper} from './drop-keeper.ts';

/** Something that is kept; says how many it forgot. */
export interface Kept {
	forget(beforeMs: number): number;
}

export interface RetentionDeps {
	readonly clock: Pick<Clock, 'now' | 'monotonic'>;
	readonly keepMs: number;
	readonly drops: Kept;
	readonly journal: Kept;
	readonly moments: Kept;
	readonly servers: Kept;
}

export interface Retention {
	/** Called every second. */
	tick(): void;
	/** Null forgets everything. What was forgotten, in words. */
	purge(olderThanSeconds: number | null): string;
}

export interface KeepingDeps extends Pick<RetentionDeps, 'clock' | 'journal' | 'servers'>, Pick<Parameters<typeof dropKeeper>[0], 'owners' | 'mark'> {
	readonly config: Pick<Config, 'keepMs' | 'keepDrops'>;
	/** Moments are kept beside the controller. */
	readonly forgetMoments: Kept['forget'] | undefined;
}

/** The drops that a controller keeps, and what forgets them with the rest. */
export function keepFor({config: {keepMs, keepDrops}, owners, mark, forgetMoments = () => 0, ...rest}: KeepingDeps): {readonly drops: DropKeeper; readonly retention: Retention} {
	const drops = dropKeeper({owners, clock: rest.clock, mark, keep: keepDrops});
	return {drops, retention: createRetention({...rest, keepMs, drops, moments: {forget: forgetMoments}})};
}

const lookEveryMs = 60_000;

export function createRetention({clock, keepMs, drops, journal, moments, servers}: RetentionDeps): Retention {
	let lookedAtMs = clock.monotonic();
	const forget = (beforeMs: number) => ({drops: drops.forget(beforeMs), entries: journal.forget(beforeMs), moments: moments.forget(beforeMs), servers: servers.forget(beforeMs)});
	return {
		tick() {
			if (clock.monotonic() - lookedAtMs < lookEveryMs) return;
			lookedAtMs = clock.monotonic();
			forget(clock.now() - keepMs);
		},
		purge(olderThanSeconds) {
			const gone = forget(olderThanSeconds === null ? Number.POSITIVE_INFINITY : clock.now() - olderThanSeconds * 1000);
			return `Forgot ${gone.drops} refused packets, ${gone.entries} journal entries, ${gone.moments} moments and what was known of ${gone.servers} servers.`;
		},
	};
}
