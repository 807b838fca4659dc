/** Servers as rows. */
import type {ServerView} from '../../control/schema.ts';
import type {Slot} from '../memo.ts';
import type {PanelView, ViewState} from '../view.ts';
import {parseFilter, type Searchable} from './filter.ts';
import {shownMoment} from './moment.ts';

export interface ServerRow extends Searchable {
	readonly server: ServerView;
}

type Compare = (a: ServerView, b: ServerView) => number;

const by = (of: (server: ServerView) => string | number): Compare => (a, b) => (of(a) < of(b) ? -1 : of(a) > of(b) ? 1 : 0);
/** What is not known comes after everything that is, and what cannot be used last of all. */
const known = (of: (server: ServerView) => number | null): Compare => by(server => (server.problem === null ? (of(server) ?? 1e9) : 1e10));
const measured = ({latency}: ServerView): number | null => (latency === null ? null : (latency.ms ?? 1e8));

const orders: ReadonlyArray<readonly [name: string, compare: Compare | null]> = [
	['favourites first', by(({favourite}) => (favourite ? 0 : 1))],
	['rank', known(({rank}) => rank)],
	['file name', null],
	['name', by(({id}) => id)],
	['country', by(({country}) => country ?? '~')],
	['city', by(({city}) => city ?? '~')],
	['latency', known(measured)],
	['load', known(({load}) => load)],
];
export const serverOrders = orders.map(([name]) => name);

const rowsSlot: Slot<readonly ServerRow[]> = {name: 'server rows'};
const noServers: readonly ServerView[] = [];

export function serverRows(state: ViewState): readonly ServerRow[] {
	const servers = shownMoment(state).snapshot?.servers ?? noServers;
	const {filter, sort, reverse} = state.panels.servers;
	return state.memo.last(rowsSlot, [servers, filter, sort, reverse], () => rowsFor(servers, state.panels.servers));
}

function rowsFor(servers: readonly ServerView[], {filter, sort, reverse}: PanelView): readonly ServerRow[] {
	const compare = orders[sort]?.[1] ?? null;
	const ordered = compare === null ? servers : servers.toSorted(compare);
	return (reverse ? ordered.toReversed() : ordered)
		.map(server => ({key: server.id, server, ...searchable(server)}))
		.filter(filter === '' ? () => true : parseFilter(filter));
}

export function placeOf(server: Pick<ServerView, 'city' | 'country'>): string {
	return [server.city, server.country].filter(part => part !== null && part !== '').join(', ');
}

/** The file's name is the row's own. */
export const problemOf = ({id, problem}: ServerView): string => (problem ?? '').replace(`${id}.conf `, '').replace(`${id}.ovpn `, '');

function searchable({id, city, country, endpoint, problem, current, favourite, load, latency, last}: ServerView): Pick<Searchable, 'text' | 'fields'> {
	return {
		text: [id, city, country, endpoint, problem, current ? 'current' : '', favourite ? 'favourite' : ''].join(' ').toLowerCase(),
		fields: {
			name: id.toLowerCase(), city: (city ?? '').toLowerCase(), country: (country ?? '').toLowerCase(),
			load: String(load ?? ''), latency: latency === null || latency.ms === null ? '' : String(Math.round(latency.ms)), last: last?.code ?? last?.outcome ?? '',
		},
	};
}
