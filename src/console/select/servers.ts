/** Servers as rows. */
import type {ServerView} from '../../control/schema.ts';
import {formatAge, parseIso} from '../format.ts';
import type {Slot} from '../memo.ts';
import type {PanelView, ViewState} from '../view.ts';
import {parseFilter, type Searchable} from './filter.ts';
import {shownMoment} from './moment.ts';

export interface ServerRow extends Searchable {
	readonly server: ServerView;
}

export const serverOrders = ['catalogue', 'name', 'country', 'city'] as const;

const by = (of: (server: ServerView) => string) => (a: ServerView, b: ServerView) => (of(a) < of(b) ? -1 : of(a) > of(b) ? 1 : 0);
const comparators: ReadonlyArray<((a: ServerView, b: ServerView) => number) | null> = [
	null, by(server => server.id), by(server => server.country ?? '~'), by(server => server.city ?? '~'),
];

const rowsSlot: Slot<readonly ServerRow[]> = {name: 'server rows'};
const noServers: readonly ServerView[] = [];

export function serverRows(state: ViewState): readonly ServerRow[] {
	const servers = shownMoment(state).snapshot?.servers ?? noServers;
	const {filter, sort, reverse} = state.panels.servers;
	return state.memo.last(rowsSlot, [servers, filter, sort, reverse], () => rowsFor(servers, state.panels.servers));
}

function rowsFor(servers: readonly ServerView[], {filter, sort, reverse}: PanelView): readonly ServerRow[] {
	const compare = comparators[sort] ?? null;
	const ordered = compare === null ? servers : servers.toSorted(compare);
	return (reverse ? ordered.toReversed() : ordered)
		.map(server => ({key: server.id, server, ...searchable(server)}))
		.filter(filter === '' ? () => true : parseFilter(filter));
}

export function placeOf(server: Pick<ServerView, 'city' | 'country'>): string {
	return [server.city, server.country].filter(part => part !== null && part !== '').join(', ');
}

/** The file's name is the row's own. */
export const problemOf = ({id, problem}: ServerView): string => (problem ?? '').replace(`${id}.conf `, '');

/** The daemon gives the time of day in UTC; an age needs no zone. */
export function lastResultOf({lastResult}: ServerView, nowMs: number): string {
	return (lastResult ?? '').replace(/\bat (\d{4}-\d{2}-\d{2}T[\d:.]+Z)/, (_, iso: string) => `${formatAge(nowMs - parseIso(iso))} ago`);
}

function searchable(server: ServerView): Pick<Searchable, 'text' | 'fields'> {
	return {
		text: `${server.id} ${placeOf(server)} ${server.endpoint ?? ''} ${server.problem ?? ''} ${server.current ? 'current' : ''}`.toLowerCase(),
		fields: {city: (server.city ?? '').toLowerCase(), country: (server.country ?? '').toLowerCase()},
	};
}
