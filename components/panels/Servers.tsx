/** Servers to connect to: where they are, how far and how busy, what came of the last attempt, and why one cannot be used. */
import type {ServerView} from '../../src/control/schema.ts';
import {noServerSteps} from '../../src/console/select/first-run.ts';
import {shownMoment, shownNowMs} from '../../src/console/select/moment.ts';
import {selectedIndex} from '../../src/console/select/rows.ts';
import {formatShortAge} from '../../src/console/format.ts';
import {rotationText} from '../../src/console/select/rotation-words.ts';
import {lastText, latencyInFull, latencyText, loadText} from '../../src/console/select/server-words.ts';
import {placeOf, problemOf, serverOrders, serverRows} from '../../src/console/select/servers.ts';
import {positionText, type Column} from '../../src/console/table.ts';
import {span, type Line, type Span} from '../../src/console/text.ts';
import type {Theme} from '../../src/console/theme.ts';
import type {PanelProps} from '../Panel.tsx';
import {TablePanel} from '../Table.tsx';

const columns: readonly Column[] = [
	{title: '', width: 1},
	{title: '', width: 1},
	{title: 'server', width: 11, grow: 1, max: 28},
	{title: 'place', width: 10, grow: 3, max: 20},
	{title: 'latency', width: 7, align: 'right', optional: 2},
	{title: 'load', width: 5, align: 'right', optional: 4},
	{title: 'last result', width: 20, grow: 2, optional: 3, max: 60},
	{title: 'endpoint', width: 23, optional: 5},
];

export function ServersPanel({state, box, theme}: PanelProps) {
	const rows = serverRows(state);
	const focused = state.focus === 'servers';
	const {filter, sort, reverse, selected: key} = state.panels.servers;
	const selected = selectedIndex(rows, key);
	const nowMs = shownNowMs(state);
	const current = rows.find(row => row.server.current)?.server;
	const {rotation, catalogue} = shownMoment(state).snapshot ?? {};
	const rotates = rotation?.everyMs ?? null;
	const next = rotation === undefined || rotates === null ? [] : [span(`next: ${rotationText(rotation, nowMs)}  `)];
	const readAtMs = catalogue?.readAtMs ?? null;
	const list = readAtMs === null ? [] : [span(`list ${formatShortAge(nowMs - readAtMs)} old  `)];
	const order = sort === 0 && !reverse ? [] : [span(`by ${serverOrders[sort] ?? ''}${reverse ? ', reversed' : ''}  `, 'warn')];
	return (
		<TablePanel
			state={state} box={box} theme={theme} title="Servers"
			aside={[...next, ...list, ...order, span(focused && rows.length > 0 ? positionText(selected, rows.length) : `${rows.length}`)]}
			summary={summaryOf(rows.length, current)}
			table={{
				columns, count: rows.length, selected,
				empty: filter === '' ? (noServerSteps(shownMoment(state).snapshot)?.join('\n') ?? 'no servers: put .conf or .ovpn files into the tunnel folder') : 'no server matches the filter',
				cells: index => {
					const server = rows[index]?.server;
					return server === undefined ? [] : cellsOf(server, theme, nowMs);
				},
			}}
			// The last column is short or gone when it is narrow.
			below={() => (focused ? notedOf(rows[selected]?.server, nowMs) : null)}
		/>
	);
}

function cellsOf(server: ServerView, {symbols}: Theme, nowMs: number): readonly Span[] {
	const usable = server.problem === null;
	return [
		server.current ? span(symbols.connected, 'good') : usable ? span(' ') : span(symbols.failed, 'bad'),
		span(server.favourite ? symbols.favourite : ' ', 'accent'),
		span(server.id, server.current ? 'accent' : 'plain'),
		usable ? span(placeOf(server)) : span('cannot be used', 'bad'),
		server.latency?.ms === null ? span('none', 'warn') : span(latencyText(server.latency)),
		span(loadText(server.load)),
		resultOf(server, nowMs),
		span(server.endpoint ?? ''),
	];
}

function resultOf(server: ServerView, nowMs: number): Span {
	if (server.problem !== null) return span(problemOf(server), 'bad');
	if (server.last !== null) return span(lastText(server.last, nowMs), server.last.outcome === 'failed' ? 'bad' : 'plain');
	return span(server.notes[0] ?? '', 'warn');
}

/** What the selected row has no room for: why it cannot be used, what its file asked for in vain, or what its latency is. */
function notedOf(server: ServerView | undefined, nowMs: number): Line | null {
	if (server === undefined) return null;
	if (server.problem !== null) return [span('why ', 'label'), span(problemOf(server))];
	if (server.last?.outcome === 'failed' && server.last.what !== null) return [span('failed ', 'label'), span(server.last.what)];
	if (server.notes.length > 0) return [span('note ', 'label'), span(server.notes.join('; '))];
	return server.latency === null ? null : [span('latency ', 'label'), span(latencyInFull(server, nowMs))];
}

function summaryOf(count: number, current: ServerView | undefined): Line {
	return [
		span(`${count} server${count === 1 ? '' : 's'}`),
		...(current === undefined ? [] : [span(', using '), span(current.id, 'accent'), span(placeOf(current) === '' ? '' : ` in ${placeOf(current)}`)]),
	];
}
