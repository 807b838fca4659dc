/** Refused packets: in groups, or one by one; each with the rule that refused it and whose it was. */
import {dropsAside, dropsSummary, dropsTable} from '../../src/console/select/drops-table.ts';
import {dropRows} from '../../src/console/select/drops.ts';
import {selectedIndex} from '../../src/console/select/rows.ts';
import type {PanelProps} from '../Panel.tsx';
import {TablePanel} from '../Table.tsx';

export function DropsPanel({state, box, theme}: PanelProps) {
	const rows = dropRows(state);
	const selected = selectedIndex(rows, state.panels.drops.selected);
	return (
		<TablePanel
			state={state} box={box} theme={theme} title="Drops"
			aside={dropsAside(state, rows, selected)}
			summary={dropsSummary(state, theme)}
			table={dropsTable(state, rows, selected, theme)}
		/>
	);
}
