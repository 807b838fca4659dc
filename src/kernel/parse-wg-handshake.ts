/** The time of the latest handshake, as every WireGuard implementation prints it. */

/** 0 is never. Some implementations print an age (cloudflare/boringtun#447), and no handshake was before 2001. */
const leastDate = 1_000_000_000;

export function handshakeAtMs(seconds: number, nanoseconds: number, nowMs: number): number | null {
	if (seconds === 0 && nanoseconds === 0) return null;
	const ms = seconds * 1000 + Math.floor(nanoseconds / 1_000_000);
	return seconds < leastDate ? nowMs - ms : ms;
}

/** A counter; null for anything else, so that a misread never becomes a number. */
export function parseCount(text: string | undefined): number | null {
	return text !== undefined && /^\d{1,20}$/.test(text) ? Number(text) : null;
}
