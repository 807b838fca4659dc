/** What is to be looked at each day, week, month and quarter: how it stands, when it was last looked at, what came of it. */
import {dueText, standings, type Standing} from '../../checklist/items.ts';
import {formatAge} from '../format.ts';
import {keyFor} from '../keymap.ts';
import type {Column} from '../table.ts';
import {span, wrapText, type Line, type Span} from '../text.ts';
import type {Theme, Tone} from '../theme.ts';
import type {ViewState} from '../view.ts';

/** Of now, whatever moment the panels show. */
export const listedItems = ({live: {snapshot}, nowMs}: Pick<ViewState, 'live' | 'nowMs'>): readonly Standing[] => (snapshot === null ? [] : standings(snapshot, nowMs));

export const checklistColumns: readonly Column[] = [
	{title: '', width: 1},
	{title: 'each', width: 9},
	{title: 'item', width: 10},
	{title: 'last', width: 11, max: 14},
	{title: 'what', width: 24, grow: 3},
];

const tones: Readonly<Record<Standing['standing'], Tone>> = {good: 'good', due: 'warn', wrong: 'bad'};

export function checklistCells(row: Standing | undefined, nowMs: number, {symbols}: Theme): readonly Span[] {
	if (row === undefined) return [];
	const {item: {every, id, what}, last, standing} = row;
	const symbol = {good: symbols.proven, due: symbols.dot, wrong: symbols.failed}[standing];
	return [span(symbol, tones[standing]), span(every), span(id), span(last === null ? 'never' : `${last.result} ${formatAge(nowMs - last.atMs)}`, tones[standing]), span(what)];
}

/** Below the list: how the selected one is done, and what was found last. */
export function selectedLines(state: ViewState, row: Standing | undefined, width: number): readonly Line[] {
	if (row === undefined) return [];
	const {item, last, standing, dueAtMs} = row;
	const when = standing === 'due' ? 'due now' : dueAtMs === null ? 'looked at, and not right' : `due in ${formatAge(dueAtMs - state.nowMs)}`;
	const text = `${item.how}. ${item.read === undefined ? `You say when it was: ${keyFor(state.keys, 'checklist')}` : 'vks reads it'}; ${when}.${last === null || last.detail === '' ? '' : ` Last: ${last.detail}`}`;
	return wrapText(text, Math.max(1, width)).map((line): Line => [span(line)]);
}

/** For the runbook. */
export function checklistWord(state: ViewState): string {
	const text = dueText(listedItems(state));
	return text === '' ? 'nothing is due' : text;
}
