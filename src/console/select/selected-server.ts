/** The server that a key on the servers panel is about. */
import type {ServerView} from '../../control/schema.ts';
import type {ViewState} from '../view.ts';
import {selectedIndex} from './rows.ts';
import {serverRows} from './servers.ts';

/** Absent where there is no row. */
export function selectedServer(state: ViewState): ServerView | undefined {
	const rows = serverRows(state);
	return rows[selectedIndex(rows, state.panels.servers.selected)]?.server;
}
