/**
 * Limits on new connections, as nft text. What one source opens is counted in a set the kernel fills itself: bounded, so that
 * forged sources cannot eat its memory, and forgetful, so that they do not fill it for long. Once full, a new source is
 * refused like one that is too fast.
 */
import type {Pace} from './policy.ts';

/** The read-back lists a set with its elements: 4,096 are half a megabyte of JSON. */
const size = 4096;
/** Longer than a limit needs to fill up again (burst divided by rate). */
const timeoutSeconds = 10;
/** What may come at once, in seconds' worth. */
const burst = 3;

/** Always there, so that a change of settings leaves no set behind that nobody wants. Their form must never change: an existing set cannot. */
export const paceSets: readonly string[] = ([4, 6] as const).map(
	family => `sources${family} { type ipv${family}_addr; size ${size}; flags dynamic,timeout; timeout ${timeoutSeconds}s; }`,
);

/** The source first: one that is too fast uses up nothing of what all may open together. */
export function renderPace({family, perSource, total}: Pace): string {
	// Whoever has one IPv6 address has the other 2^64 of its network too.
	const source = family === 4 ? 'ip saddr' : 'ip6 saddr & ffff:ffff:ffff:ffff::';
	return [
		...(perSource === null ? [] : [`update @sources${family} { ${source} ${limit(perSource)} }`]),
		...(total === null ? [] : [limit(total)]),
	].join(' ');
}

const limit = (rate: number): string => `limit rate ${rate}/second burst ${rate * burst} packets`;
