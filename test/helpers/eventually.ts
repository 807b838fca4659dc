/** Waits until a check holds: for longer than any machine needs, because a test says what is so and not how fast. */
import {vi} from 'vitest';
import {waitUntil} from '../../lab/processes.ts';

export const eventually = <T>(check: () => T | Promise<T>): Promise<T> => vi.waitFor(check, {timeout: 60_000, interval: 10});

/** What is heard first, asked again while it is nothing; nothing when none came for long. */
export async function firstHeard(ask: () => Promise<string>): Promise<string> {
	let heard = '';
	await waitUntil(async () => (heard = await ask()) !== '');
	return heard;
}
