/** What `y` takes to the clipboard: the selected row, in the form that is of use elsewhere. */
import {withoutControls} from '../../controls.ts';
import {formatClock} from '../format.ts';
import {shownMoment} from './moment.ts';
import {selectedIndex} from './rows.ts';
import {ruleRows} from './ruleset.ts';
import {serverRows} from './servers.ts';
import {destinationOf, interfaceOf, sourceOf, whoInFull} from './drop-fields.ts';
import {dropRows} from './drops.ts';
import {journalRows} from './journal.ts';
import type {PanelId, ViewState} from '../view.ts';

export interface Copied {
	/** What it is, for the outcome line. */
	readonly name: string;
	readonly text: string;
}

/** Whoever pastes it into a shell must not run a line of somebody's name or reason. */
export function selectCopied(state: ViewState): Copied | null {
	const copied = rowCopied(state);
	return copied === null ? null : {name: withoutControls(copied.name), text: copied.lines.map(withoutControls).join('\n')};
}

interface RowCopied {
	readonly name: string;
	readonly lines: readonly string[];
}

function rowCopied(state: ViewState): RowCopied | null {
	switch (state.focus) {
		case 'tunnel': {
			const tunnel = shownMoment(state).snapshot?.tunnel ?? null;
			return tunnel === null ? null : {name: 'endpoint', lines: [tunnel.endpoint]};
		}
		case 'ruleset': {
			const row = chosen(state, 'ruleset', ruleRows(state));
			if (row?.kind === 'chain') return {name: `chain ${row.sums.chain}`, lines: row.sums.rules.map(({text}) => text)};
			return row === undefined ? null : {name: `rule ${row.rule.id}`, lines: [row.rule.text]};
		}
		case 'servers': {
			const server = chosen(state, 'servers', serverRows(state))?.server;
			return server === undefined ? null : {name: `server ${server.id}`, lines: [[server.id, server.endpoint].filter(Boolean).join(' ')]};
		}
		case 'drops': {
			const record = chosen(state, 'drops', dropRows(state))?.record;
			if (record === undefined) return null;
			const sender = record.uid === null ? [] : [record.owner === undefined ? `uid ${record.uid}` : `(${whoInFull(record)})`];
			return {name: 'drop', lines: [[formatClock(record.atMs, state.offsetMinutes), record.direction, interfaceOf(record), record.protocol, sourceOf(record), destinationOf(record), ...sender, record.ruleId].join(' ')]};
		}
		case 'journal': {
			const entry = chosen(state, 'journal', journalRows(state))?.entry;
			return entry === undefined ? null : {name: 'journal entry', lines: [`${formatClock(entry.atMs, state.offsetMinutes)} ${entry.kind} ${entry.text}`]};
		}
	}
}

function chosen<Row extends Parameters<typeof selectedIndex>[0][number]>(state: ViewState, panel: PanelId, rows: readonly Row[]): Row | undefined {
	return rows[selectedIndex(rows, state.panels[panel].selected)];
}
