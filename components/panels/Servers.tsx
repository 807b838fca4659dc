/** Servers to connect to: where they are, which one is in use, and why one cannot be. */
import type {ServerView} from '../../src/control/schema.ts';
import {shownNowMs} from '../../src/console/select/moment.ts';
import {selectedIndex} from '../../src/console/select/rows.ts';
import {lastResultOf, placeOf, problemOf, serverOrders, serverRows} from '../../src/console/select/servers.ts';
import {positionText, type Column} from '../../src/console/table.ts';
import {span, type Line, type Span} from '../../src/console/text.ts';
import type {Theme} from '../../src/console/theme.ts';
import type {PanelProps} from '../Panel.tsx';
import {TablePanel} from '../Table.tsx';

const columns: readonly Column[] = [
	{title: '', width: 1},
	{title: 'server', width: 12, grow: 1, max: 28},
	{title: 'place', width: 14, grow: 1, max: 24},
	{title: 'endpoint', width: 23, grow: 1, optional: 3, max: 40},
	{title: 'last', width: 17, grow: 2, optional: 4, max: 60},
];

export function ServersPanel({state, box, theme}: PanelProps) {
	const rows = serverRows(state);
	const focused = state.focus === 'servers';
	const {filter, sort, reverse, selected: key} = state.panels.servers;
	const selected = selectedIndex(rows, key);
	const nowMs = shownNowMs(state);
	const current = rows.find(row => row.server.current)?.server;
	const order = sort === 0 && !reverse ? [] : [span(`by ${serverOrders[sort] ?? ''}${reverse ? ', reversed' : ''}  `, 'warn')];
	return (
		<TablePanel
			state={state} box={box} theme={theme} title="Servers"
			aside={[...order, span(focused && rows.length > 0 ? positionText(selected, rows.length) : `${rows.length}`)]}
			summary={summaryOf(rows.length, current)}
			table={{
				columns, count: rows.length, selected,
				empty: filter === '' ? 'no servers: put wg-quick .conf files into the tunnel folder' : 'no server matches the filter',
				cells: index => {
					const server = rows[index]?.server;
					return server === undefined ? [] : cellsOf(server, theme, nowMs);
				},
			}}
			// The last column is short or gone when it is narrow.
			below={() => (focused ? notedOf(rows[selected]?.server) : null)}
		/>
	);
}

function cellsOf(server: ServerView, {symbols}: Theme, nowMs: number): readonly Span[] {
	return [
		server.current ? span(symbols.connected, 'good') : server.problem === null ? span(' ') : span(symbols.failed, 'bad'),
		span(server.id, server.current ? 'accent' : 'plain'),
		server.problem === null ? span(placeOf(server)) : span('cannot be used', 'bad'),
		span(server.endpoint ?? ''),
		span(server.problem === null ? (server.notes[0] ?? lastResultOf(server, nowMs)) : problemOf(server), server.problem !== null ? 'bad' : server.notes.length > 0 ? 'warn' : 'plain'),
	];
}

function notedOf(server: ServerView | undefined): Line | null {
	if (server === undefined || (server.problem === null && server.notes.length === 0)) return null;
	return [span(server.problem === null ? 'note ' : 'why ', 'label'), span(server.problem === null ? server.notes.join('; ') : problemOf(server))];
}

function summaryOf(count: number, current: ServerView | undefined): Line {
	return [
		span(`${count} server${count === 1 ? '' : 's'}`),
		...(current === undefined ? [] : [span(', using '), span(current.id, 'accent'), span(placeOf(current) === '' ? '' : ` in ${placeOf(current)}`)]),
	];
}
