/** A panel that is a table: fixed columns, truncation, one selected row, a window that scrolls (docs/decisions says why not ink-table). */
import {spokenRows, tableLines, type Table} from '../src/console/table.ts';
import {fitLine, type Line} from '../src/console/text.ts';
import {Panel, type PanelProps} from './Panel.tsx';

interface Props extends PanelProps {
	readonly title: string;
	readonly aside: Line;
	readonly summary: Line;
	readonly table: Table;
	/** A row of its own below the rows, for what the selected one has to say; absent when not wanted. */
	readonly below?: ((width: number) => Line | null) | undefined;
}

/** Nothing is cut for a screen reader. */
const spokenWidth = 1000;

export function TablePanel({table, below, ...panel}: Props) {
	const {state, box, theme} = panel;
	const focused = state.focus === box.panel;
	return (
		<Panel
			{...panel}
			content={({width, height}) => {
				if (theme.linear) return spokenRows(table, below?.(spokenWidth) ?? null);
				const last = height > 6 ? (below?.(width) ?? null) : null;
				const lines = tableLines(table, {width, height: height - (last === null ? 0 : 1), theme, focused});
				if (last === null) return lines;
				const blank = Array.from({length: Math.max(0, height - 1 - lines.length)}, (): Line => []);
				return [...lines, ...blank, fitLine(last, width, theme.symbols.ellipsis)];
			}}
		/>
	);
}
