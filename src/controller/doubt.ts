/** Whether the tunnel is told to be degraded: at once when it fails, and no longer only after some calm, so that the state does not flap. Pure. */
import type {Assessment} from './health.ts';

export interface Doubt {
	/** Told complaints; none while it is well. */
	readonly complaints: readonly string[];
	/** Since when nothing is wrong any more; null while something is, and when all is told. */
	readonly calmSinceMs: number | null;
}

export const noDoubt: Doubt = {complaints: [], calmSinceMs: null};

const calmForMs = 3000;

export function nextDoubt({complaints, calmSinceMs}: Doubt, now: Pick<Assessment, 'complaints'>, nowMs: number): Doubt {
	if (now.complaints.length > 0) return {complaints: now.complaints, calmSinceMs: null};
	if (complaints.length === 0) return noDoubt;
	const since = calmSinceMs ?? nowMs;
	return nowMs - since >= calmForMs ? noDoubt : {complaints, calmSinceMs: since};
}
