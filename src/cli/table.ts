/** Aligned columns of plain text, two spaces apart. Pure. */
import {shownWidth} from './output.ts';

export interface Column {
	readonly title: string;
	readonly align?: 'left' | 'right';
}

export function tableLines(columns: readonly Column[], rows: ReadonlyArray<readonly string[]>): readonly string[] {
	const all = [columns.map(column => column.title), ...rows];
	const widths = columns.map((_, index) => Math.max(...all.map(row => shownWidth(row[index] ?? ''))));
	return all.map(row =>
		columns
			.map(({align = 'left'}, index) => {
				const cell = row[index] ?? '';
				const space = ' '.repeat((widths[index] ?? 0) - shownWidth(cell));
				return align === 'right' ? space + cell : cell + space;
			})
			.join('  ')
			.trimEnd(),
	);
}

/** A label and what it says, with what continues on further lines set below it. */
export function factLines(facts: ReadonlyArray<readonly [label: string, ...lines: readonly string[]]>): readonly string[] {
	const width = Math.max(...facts.map(([label]) => label.length));
	return facts.flatMap(([label, ...lines]) => lines.map((line, index) => `  ${(index === 0 ? label : '').padEnd(width)}  ${line}`));
}
