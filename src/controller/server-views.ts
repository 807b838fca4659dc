/** The catalogue as it is shown, with what is known of each server. Pure. */
import type {LastTry, ServerView} from '../control/schema.ts';
import type {ServerEntry} from '../tunnel/tunnel.ts';
import type {ServerRecord} from './server-records-file.ts';

export interface ServerViewParts {
	readonly current: string | null;
	readonly recordOf: (id: string) => ServerRecord;
}

export function serverView(entry: ServerEntry, {current, recordOf}: ServerViewParts): ServerView {
	const id = entry.ok ? entry.server.id : entry.id;
	const {favourite, last, latency} = recordOf(id);
	const known = {id, favourite, last, latency, lastResult: last && inWords(last)};
	if (!entry.ok) return {...known, city: null, country: null, endpoint: null, load: null, current: false, problem: `${entry.problem.what} ${entry.problem.next}`, notes: []};
	const {city, country, load, endpointHost, endpointPort, notes} = entry.server;
	return {
		...known, city, country, load,
		endpoint: endpointHost.includes(':') ? `[${endpointHost}]:${endpointPort}` : `${endpointHost}:${endpointPort}`,
		current: current === id,
		problem: null,
		notes: [...notes],
	};
}

const inWords = ({outcome, atMs, code}: LastTry): string => `${outcome}${code === null ? '' : ` (${code})`} at ${new Date(atMs).toISOString()}`;
