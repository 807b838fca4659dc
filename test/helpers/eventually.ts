/** Waits until a check holds: for longer than any machine needs, because a test says what is so and not how fast. */
import {vi} from 'vitest';

export const eventually = <T>(check: () => T | Promise<T>): Promise<T> => vi.waitFor(check, {timeout: 60_000, interval: 10});
