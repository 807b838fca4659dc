/** Tables of fixed columns: those that matter less go when it is narrow, one column takes what is left, nothing wraps. */
import {windowStart} from './select/rows.ts';
import {fitLine, fitText, span, wrapText, type Align, type Line, type Span} from './text.ts';
import type {Theme} from './theme.ts';

export interface Column {
	readonly title: string;
	readonly width: number;
	readonly align?: Align;
	/** Takes a share of what is left over, up to `max`. */
	readonly grow?: number;
	readonly max?: number;
	/** Left out first when the highest; absent never. */
	readonly optional?: number;
}

export interface Table {
	readonly columns: readonly Column[];
	/** One cell for each column, before any is left out; `first` for the topmost row shown. */
	readonly cells: (row: number, first: boolean) => readonly Span[];
	readonly count: number;
	readonly selected: number;
	/** What stands where rows would, when there are none. */
	readonly empty: string;
}

const gap = 1;
const markWidth = 2;

export function tableLines(table: Table, {width, height, theme, focused}: {readonly width: number; readonly height: number; readonly theme: Theme; readonly focused: boolean}): readonly Line[] {
	if (height < 1) return [];
	const {symbols} = theme;
	const widths = columnWidths(table.columns, width - markWidth);
	const head = row(table.columns.map((column, index) => span(fitText(column.title, widths[index] ?? 0, {align: column.align ?? 'left', ellipsis: ''}), 'label')), widths);
	const lines: Line[] = [fitLine([span('  '), ...head], width, symbols.ellipsis)];
	if (table.count === 0) return [...lines, ...emptyLines(table.empty, width - markWidth)].slice(0, height);
	const visible = Math.max(0, height - 1);
	const start = windowStart({selected: table.selected, count: table.count, height: visible});
	for (let index = start; index < Math.min(table.count, start + visible); index++) {
		const cells = table.cells(index, index === start).map((cell, column) => span(fitText(cell.text, widths[column] ?? 0, {align: table.columns[column]?.align ?? 'left', ellipsis: symbols.ellipsis}), cell.tone));
		const isSelected = focused && index === table.selected;
		const line = fitLine([span(isSelected ? `${symbols.selected} ` : '  '), ...row(cells, widths)], width, symbols.ellipsis);
		lines.push(isSelected ? [span(line.map(part => part.text).join(''), 'selected')] : line);
	}
	return lines;
}

/** Sentences are wrapped, and keep how far in they begin. */
function emptyLines(text: string, width: number): readonly Line[] {
	return text.split('\n').flatMap(sentence => {
		const indent = /^ */.exec(sentence)?.[0] ?? '';
		return wrapText(sentence, width - indent.length).map((words): Line => [span(`${' '.repeat(markWidth)}${indent}${words}`)]);
	});
}

function row(cells: readonly Span[], widths: readonly number[]): Line {
	return cells.filter((_, index) => (widths[index] ?? 0) > 0).flatMap((cell, index) => (index === 0 ? [cell] : [span(' '.repeat(gap)), cell]));
}

/** Zero for a column that is left out. */
export function columnWidths(columns: readonly Column[], width: number): readonly number[] {
	let kept = columns.map((column, index) => ({column, index}));
	const needed = (): number => kept.reduce((sum, {column}) => sum + column.width, 0) + gap * Math.max(0, kept.length - 1);
	while (needed() > width) {
		const least = kept.filter(({column}) => column.optional !== undefined).toSorted((a, b) => (b.column.optional ?? 0) - (a.column.optional ?? 0))[0];
		if (least === undefined) break;
		kept = kept.filter(each => each !== least);
	}
	const widths = columns.map(() => 0);
	for (const {column, index} of kept) widths[index] = column.width;
	let spare = width - needed();
	// One column at a time, so that what one cannot use goes to the next.
	const growing = kept.filter(({column}) => column.grow !== undefined);
	while (spare > 0) {
		const open = growing.filter(({column, index}) => (widths[index] ?? 0) < (column.max ?? Number.POSITIVE_INFINITY));
		if (open.length === 0) break;
		const shares = open.reduce((sum, {column}) => sum + (column.grow ?? 1), 0);
		const round = spare;
		for (const {column, index} of open) {
			const more = Math.min(spare, Math.max(1, Math.floor((round * (column.grow ?? 1)) / shares)), (column.max ?? Number.POSITIVE_INFINITY) - (widths[index] ?? 0));
			widths[index] = (widths[index] ?? 0) + more;
			spare -= more;
		}
	}
	return widths;
}

/** `3/120`: where in the list the selection is. */
export function positionText(selected: number, count: number): string {
	return count === 0 ? '' : `${selected + 1}/${count}`;
}

/** How many rows a screen reader is given after the selected one. */
const spokenAfter = 4;

/** The selected row first, with the titles of its columns, then a few that follow. */
export function spokenRows(table: Table, below: Line | null): readonly Line[] {
	if (table.count === 0) return table.empty.split('\n').map((text): Line => [span(text)]);
	const rows = Array.from({length: Math.min(spokenAfter + 1, table.count - table.selected)}, (_, index) => table.selected + index);
	return rows.flatMap((index): readonly Line[] => {
		const cells = table.cells(index, true).map(({text}, column) => (text.trim() === '' ? '' : `${table.columns[column]?.title ?? ''} ${text}`.trim())).filter(Boolean);
		const line: Line = [span(`${index === table.selected ? 'Selected, row' : 'Row'} ${index + 1} of ${table.count}: ${cells.join(', ')}`)];
		return index === table.selected && below !== null ? [line, below] : [line];
	});
}
