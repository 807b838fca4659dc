/** What happened, newest first: states, policies, tampering, commands and their outcomes. */
import type {JournalEntry} from '../../src/control/schema.ts';
import {formatClock} from '../../src/console/format.ts';
import {journalKinds, journalRows} from '../../src/console/select/journal.ts';
import {selectedIndex} from '../../src/console/select/rows.ts';
import {positionText, type Column} from '../../src/console/table.ts';
import {span, type Line} from '../../src/console/text.ts';
import type {Tone} from '../../src/console/theme.ts';
import type {PanelProps} from '../Panel.tsx';
import {TablePanel} from '../Table.tsx';

const columns: readonly Column[] = [
	{title: 'time', width: 8},
	{title: 'kind', width: 8},
	{title: 'what', width: 20, grow: 1},
];

const tones: Readonly<Record<JournalEntry['level'], Tone>> = {info: 'plain', warn: 'warn', error: 'bad'};

export function JournalPanel({state, box, theme}: PanelProps) {
	const rows = journalRows(state);
	const focused = state.focus === 'journal';
	const selected = selectedIndex(rows, state.panels.journal.selected);
	const newest = rows[0]?.entry;
	const kind = journalKinds[state.panels.journal.sort] ?? 'all';
	return (
		<TablePanel
			state={state} box={box} theme={theme} title="Journal"
			aside={[...(kind === 'all' ? [] : [span(`${kind} only  `, 'warn')]), span(focused && rows.length > 0 ? positionText(selected, rows.length) : `${rows.length}`)]}
			summary={newest === undefined ? [span('empty')] : summaryOf(newest, state.offsetMinutes)}
			table={{
				columns, count: rows.length, selected,
				empty: state.panels.journal.filter === '' && kind === 'all' ? state.frozen === null ? 'nothing happened yet' : 'no entry until then is held' : 'no entry matches the filter',
				cells: index => {
					const entry = rows[index]?.entry;
					return entry === undefined ? [] : [span(formatClock(entry.atMs, state.offsetMinutes)), span(entry.kind), span(entry.text, tones[entry.level])];
				},
			}}
		/>
	);
}

function summaryOf(entry: JournalEntry, offsetMinutes: number): Line {
	return [span(`${formatClock(entry.atMs, offsetMinutes)} `), span(entry.text, tones[entry.level])];
}
