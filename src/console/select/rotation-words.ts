/** Which server is next and when, in words; for panel, details and command line alike. */
import type {RotationView} from '../../control/rotation-schema.ts';
import {formatAge} from '../format.ts';

/** `se-sto-2 in 3h12m, by rank`. Without a schedule only who it would be. */
export function rotationText({everyMs, by, next, atMs, waitsFor}: RotationView, nowMs: number): string {
	const name = next ?? 'no other server';
	if (everyMs === null || atMs === null) return `${name}, when asked`;
	const when = waitsFor !== null ? `is due, and waits for ${waitsFor}` : atMs > nowMs ? `in ${formatAge(atMs - nowMs)}` : 'now';
	return `${name} ${when}, by ${by}`;
}
