/** `--confirm-within`: how long whoever changed something on trial waits for somebody to say that they still get in. */
import {parseDuration} from './duration.ts';
import {textOption, type Args} from './io.ts';

const [leastSeconds, mostSeconds] = [5, 86_400] as const;

export const onHostMs = 120_000;

/** Null for none. Undefined where the option is none of these. */
export function trialLength(args: Args, usualMs: number | null): number | null | undefined {
	const said = textOption(args, 'confirm-within');
	if (said === null) return usualMs;
	if (said === 'off') return null;
	const seconds = parseDuration(said);
	return seconds === null || seconds < leastSeconds || seconds > mostSeconds ? undefined : seconds * 1000;
}

export const wrongLength = `--confirm-within takes a time from ${leastSeconds}s to ${mostSeconds / 3600}h, such as 2m, or off`;
