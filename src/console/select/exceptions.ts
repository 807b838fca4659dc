/** What an operator opened for a time: a word in the header, and a row each in the tunnel panel. */
import type {ExceptionView} from '../../control/schema.ts';
import type {ViewState} from '../view.ts';
import {formatAge, formatCount, formatCountdown} from '../format.ts';
import type {Column} from '../table.ts';
import {span, type Line, type Span} from '../text.ts';

/** How many there are and when the first of them ends: short, so that no screen is too narrow for it. */
export function exceptionsWord(exceptions: readonly ExceptionView[], nowMs: number, form: 'short' | 'long' = 'long'): Line {
	const [first] = soonest(exceptions);
	if (first === undefined) return [];
	const left = formatCountdown(first.endsAtMs - nowMs);
	const many = exceptions.length === 1 ? '' : `${exceptions.length} `;
	if (form === 'short') return [span(`${many}${first.open ? 'open' : 'closed'} ${left}`, 'warn')];
	return [span(`${many}exception${exceptions.length === 1 ? '' : 's'}${first.open ? '' : ' closed'} ${left}`, 'warn')];
}

/** In lockdown an exception is closed, and only its time runs. */
export function exceptionRows(exceptions: readonly ExceptionView[], nowMs: number): readonly Line[] {
	return soonest(exceptions).map(({open, endsAtMs, text, by, reason}) => [
		span(`${open ? 'open' : 'closed'} ${formatCountdown(endsAtMs - nowMs)}`.padEnd(13), 'warn'),
		span(`${text} (${by}: ${reason})`),
	]);
}

/** Of now, whatever moment the panels show: this is a list to act on. */
export const listedExceptions = (state: ViewState): readonly ExceptionView[] => soonest(state.live.snapshot?.exceptions ?? []);

export const exceptionColumns: readonly Column[] = [
	{title: 'no', width: 3, align: 'right'},
	{title: 'left', width: 7, align: 'right'},
	{title: 'what', width: 38, grow: 2, max: 52},
	{title: 'packets', width: 7, align: 'right'},
	{title: 'by', width: 8, max: 16, grow: 1, optional: 2},
	{title: 'reason', width: 12, grow: 3},
];

export function exceptionCells(exception: ExceptionView | undefined, nowMs: number): readonly Span[] {
	if (exception === undefined) return [];
	const {id, open, endsAtMs, text, packets, by, reason} = exception;
	// In lockdown it is closed, and only its time runs.
	return [span(String(id)), span(formatCountdown(endsAtMs - nowMs), 'warn'), span(open ? text : `closed: ${text}`), span(formatCount(packets)), span(by), span(reason)];
}

/** All there is to say of the selected one, where its columns are short. */
export function exceptionText(exception: ExceptionView): string {
	const {direction, text, reason, by, grantedForMs, packets} = exception;
	return `${text}${direction === 'in' ? '' : ', and the answers'}: ${reason} (${by}, for ${formatAge(grantedForMs).replace(/00[sm]$/, '')}; ${formatCount(packets)} packets used it)`;
}

const soonest = (exceptions: readonly ExceptionView[]): readonly ExceptionView[] => exceptions.toSorted((a, b) => a.endsAtMs - b.endsAtMs);
