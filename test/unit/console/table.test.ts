import {expect, test} from 'vitest';
import {segmentLine} from '../../../src/console/segments.ts';
import {columnWidths, tableLines, type Column} from '../../../src/console/table.ts';
import {lineText, lineWidth, span} from '../../../src/console/text.ts';
import {themeFor} from '../../../src/console/theme.ts';

const columns: readonly Column[] = [
	{title: 'name', width: 6, grow: 1, max: 10},
	{title: 'why', width: 8, grow: 2, optional: 1},
	{title: 'n', width: 3, align: 'right'},
];
const theme = themeFor({});
const table = (count: number, selected = 0) => ({columns, count, selected, empty: 'none', cells: (row: number) => [span(`row${row}`), span('because of a reason'), span(String(row))]});

test('columns that matter less go first, and the rest grow to their limit', () => {
	expect(columnWidths(columns, 19)).toEqual([6, 8, 3]);
	expect(columnWidths(columns, 18)).toEqual([10, 0, 3]);
	expect(columnWidths(columns, 40)).toEqual([10, 25, 3]);
});

test('every row is exactly as wide as asked and the window holds the selected one', () => {
	const lines = tableLines(table(100, 50), {width: 30, height: 7, theme, focused: true});
	expect(lines).toHaveLength(7);
	for (const line of lines) expect(lineWidth(line)).toBe(30);
	expect(lines.map(lineText).filter(text => text.startsWith('>'))).toEqual([expect.stringContaining('row50')]);
});

test('without focus no row is marked; without rows it says so', () => {
	expect(tableLines(table(3), {width: 30, height: 5, theme, focused: false}).map(lineText).join('')).not.toContain('>');
	expect(tableLines(table(0), {width: 30, height: 5, theme, focused: true}).map(lineText)[1]).toContain('none');
	expect(tableLines(table(3), {width: 30, height: 0, theme, focused: true})).toEqual([]);
});

test('a row of parts loses the least important first, and a short one may still fit', () => {
	const parts = [{order: 0, line: [span('STATE')]}, {order: 2, line: [span('a long server name')]}, {order: 3, line: [span('hs')]}, {order: 1, right: true, line: [span('5/5')]}];
	const at = (width: number) => lineText(segmentLine(parts, width, '…'));
	expect(at(40)).toBe('STATE  a long server name  hs        5/5');
	expect(at(16)).toBe('STATE  hs    5/5');
	expect(at(5)).toBe('STATE');
	expect(at(4)).toBe('STA…');
});
