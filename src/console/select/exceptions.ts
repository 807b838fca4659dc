/** What an operator opened for a time: a word in the header, and a row each in the tunnel panel. */
import type {ExceptionView} from '../../control/schema.ts';
import {formatCountdown} from '../format.ts';
import {span, type Line} from '../text.ts';

/** How many there are and when the first of them ends: short, so that no screen is too narrow for it. */
export function exceptionsWord(exceptions: readonly ExceptionView[], nowMs: number): Line {
	const [first] = soonest(exceptions);
	if (first === undefined) return [];
	const many = exceptions.length === 1 ? 'exception' : `${exceptions.length} exceptions`;
	return [span(`${many}${first.open ? '' : ' closed'} ${formatCountdown(first.endsAtMs - nowMs)}`, 'warn')];
}

/** In lockdown an exception is closed, and only its time runs. */
export function exceptionRows(exceptions: readonly ExceptionView[], nowMs: number): readonly Line[] {
	return soonest(exceptions).map(({open, endsAtMs, text, by, reason}) => [
		span(`${open ? 'open' : 'closed'} ${formatCountdown(endsAtMs - nowMs)}`.padEnd(13), 'warn'),
		span(`${text} (${by}: ${reason})`),
	]);
}

const soonest = (exceptions: readonly ExceptionView[]): readonly ExceptionView[] => exceptions.toSorted((a, b) => a.endsAtMs - b.endsAtMs);
