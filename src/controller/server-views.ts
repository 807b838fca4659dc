/** The catalogue as it is shown, with what is known of each server. Pure. */
import type {LastTry, ServerView} from '../control/schema.ts';
import type {KeyView} from '../control/key-schema.ts';
import type {Server, ServerEntry} from '../tunnel/tunnel.ts';
import type {ServerRecord} from './server-records-file.ts';

export interface ServerViewParts {
	readonly current: string | null;
	readonly recordOf: (id: string) => ServerRecord;
	readonly ranks?: ReadonlyMap<string, number>;
	readonly keyOf?: (server: Server) => KeyView | null;
}

export function serverView(entry: ServerEntry, {current, recordOf, ranks, keyOf}: ServerViewParts): ServerView {
	const id = entry.ok ? entry.server.id : entry.id;
	const {favourite, last, latency} = recordOf(id);
	const known = {id, favourite, last, latency, lastResult: last && inWords(last), rank: ranks?.get(id) ?? null};
	if (!entry.ok) return {...known, city: null, country: null, endpoint: null, load: null, current: false, key: null, problem: `${entry.problem.what} ${entry.problem.next}`, notes: []};
	const {city, country, load, notes} = entry.server;
	return {
		...known, city, country, load,
		endpoint: 'endpointHost' in entry.server ? hostAndPort(entry.server.endpointHost, entry.server.endpointPort) : null,
		current: current === id,
		problem: null,
		key: keyOf?.(entry.server) ?? null,
		notes: [...notes],
	};
}

const hostAndPort = (host: string, port: number): string => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`);

const inWords = ({outcome, atMs, code}: LastTry): string => `${outcome}${code === null ? '' : ` (${code})`} at ${new Date(atMs).toISOString()}`;
