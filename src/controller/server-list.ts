/** The servers there are: read again when somebody asks and when the folder is another one. Says what came and went. */
import {isDeepStrictEqual} from 'node:util';
import type {Config} from '../config/config.ts';
import type {Problem} from '../problem.ts';
import type {Result} from '../result.ts';
import type {Server, ServerEntry} from '../tunnel/tunnel.ts';
import type {Engine} from './engine.ts';
import {folderKeeper} from './folder-keeper.ts';
import type {Recalled} from './intent-text.ts';
import type {Journal} from './journal.ts';
import {idOf} from './server-records.ts';
import type {Target} from './state.ts';
import {startTarget, unlocked} from './start-target.ts';

export interface ServerListDeps {
	readonly config: Config;
	readonly read: () => Promise<Result<readonly ServerEntry[], Problem>>;
	readonly stamp: () => Promise<string>;
	/** A provider's own; null where servers are files alone. */
	readonly provided: () => readonly ServerEntry[] | null;
	readonly recalled: () => Recalled;
	readonly engine: () => Pick<Engine, 'machine' | 'dispatch'>;
	readonly journal: Pick<Journal, 'write'>;
	readonly note: (slot: 'servers' | 'start', problem: Problem | null) => void;
	/** They were read, whatever is in them. */
	readonly reloaded: () => void;
	/** A screen shows other ones. */
	readonly changed: () => void;
}

export interface ServerList {
	all(): readonly ServerEntry[];
	find(id: string): Server | undefined;
	reload(): Promise<void>;
	/** What to connect to now, once nobody has chosen; null where somebody has, and where there is none. */
	choose(): string | null;
	/** Once a second, from the end of the start on. */
	tick(): void;
}

export function serverList({config, read, stamp, provided, recalled, engine, journal, note, reloaded, changed}: ServerListDeps): ServerList {
	let servers: readonly ServerEntry[] = [];
	let [begun, newest] = [0, 0];
	let told: ReadonlyMap<string, string> | null = null;

	const reload = async (): Promise<void> => {
		const mine = ++begun;
		const found = await read();
		// A slower one that began before knows less.
		if (mine < newest) return;
		newest = mine;
		note('servers', found.ok ? null : found.error);
		servers = found.ok ? found.value : [];
		told ??= textsOf(servers);
		reloaded();
	};

	const chosen = (): Target | null => {
		if (engine().machine().target.kind !== 'none') return null;
		const {target, problem} = startTarget(unlocked(recalled()), config, servers, provided());
		note('start', problem);
		return target;
	};
	const choose = (): string | null => {
		const target = chosen();
		return target?.kind === 'connected' ? target.server : null;
	};

	const tellNews = (): ReadonlySet<string> => {
		const [before, now] = [told ?? new Map<string, string>(), textsOf(servers)];
		told = now;
		if (isDeepStrictEqual(before, now)) return new Set();
		const added = [...now.keys()].filter(id => !before.has(id));
		const gone = [...before.keys()].filter(id => !now.has(id));
		const other = [...now].filter(([id, text]) => before.has(id) && before.get(id) !== text).map(([id]) => id);
		const news = [['new', added], ['gone', gone], ['changed', other]] as const;
		const words = news.filter(([, ids]) => ids.length > 0).map(([word, ids]) => `${word} ${ids.length === 1 ? 'is' : 'are'} ${namesOf(ids)}`);
		journal.write('tunnel', 'info', `The servers were read again: ${words.join('; ')}.`);
		return new Set([...added, ...other]);
	};

	const folder = folderKeeper({
		stamp,
		async changed() {
			await reload();
			const news = tellNews();
			const {state, target} = engine().machine();
			const found = chosen();
			const server = found?.kind === 'connected' ? found.server : null;
			if (server !== null) engine().dispatch({kind: 'bootstrapped', server, why: {cause: 'no-server', detail: '', retryAtMs: null}});
			// What failed with the file of before may work with this one: nobody waits for the back-off of that.
			else if (state.kind === 'blocked' && state.retryAtMs !== null && target.kind === 'connected' && news.has(target.server)) engine().dispatch({kind: 'retry'});
			// Why there is nothing to connect to may be another thing now; what a provider was asked says it itself.
			else if (found?.kind === 'none' && provided() === null && state.kind === 'blocked' && state.cause === 'no-server') {
				engine().dispatch({kind: 'bootstrapped', server: null, why: {cause: 'no-server', detail: found.why ?? 'There is no server to connect to.', retryAtMs: null}});
			}
			changed();
		},
	});

	return {
		all: () => servers,
		find: id => servers.flatMap(entry => (entry.ok ? [entry.server] : [])).find(server => server.id === id),
		reload,
		choose,
		tick: folder.tick,
	};
}

/** Without what is secret: that is behind functions. */
const textsOf = (entries: readonly ServerEntry[]): ReadonlyMap<string, string> => new Map(entries.map(entry => [idOf(entry), JSON.stringify(entry)]));

const mostNamed = 5;
const namesOf = (ids: readonly string[]): string => `${ids.slice(0, mostNamed).join(', ')}${ids.length > mostNamed ? ` and ${ids.length - mostNamed} more` : ''}`;
