/**
 * Sees to it that a provider's list is there: asked for by a pinhole while there is nothing to connect to, and through the
 * tunnel once a day. It runs beside everything else, so that an API which hangs keeps nobody.
 */
import type {Config} from '../config/config.ts';
import type {CatalogueView} from '../control/catalogue-schema.ts';
import type {Kernel} from '../kernel/kernel.ts';
import type {Problem} from '../problem.ts';
import {fail, type Result} from '../result.ts';
import type {ServerEntry} from '../tunnel/tunnel.ts';
import type {AskApi} from '../servers/provider.ts';
import type {ProviderSource} from '../servers/provider-source.ts';
import {askByPinhole, askThroughTunnel, calledOff} from './ask-provider.ts';
import type {Engine} from './engine.ts';
import type {Journal} from './journal.ts';
import {ownWay} from './own-way.ts';
import type {OpenPinhole} from './pinholes.ts';
import type {TunnelState} from './state.ts';

export interface CatalogueKeeperDeps {
	readonly source: ProviderSource | null;
	readonly config: Pick<Config, 'egress'>;
	readonly kernel: Pick<Kernel, 'connect' | 'exchange'>;
	readonly openPinhole: OpenPinhole;
	readonly engine: Pick<Engine, 'machine' | 'live' | 'dispatch'>;
	readonly journal: Journal;
	readonly mark: number;
	readonly note: (slot: 'provider' | 'catalogue', problem: Problem | null) => void;
	/** The server that is wanted or was before; it stays in a list that no longer has it. */
	readonly wanted: () => string | null;
	/** Reads all servers again, and answers with the one to connect to; null where somebody has chosen, and where there is none. */
	readonly reload: () => Promise<string | null>;
}

export interface CatalogueKeeper {
	/** Once a second, and as soon as there may be something to ask. */
	tick(): void;
	/** The machine's state is another one: a question that it no longer allows ends. */
	follow(): void;
	/** The operator asks for a connection: no pause of before holds it up. */
	hurry(): void;
	stop(): void;
	/** The provider's own servers; null where there is no provider. */
	entries(): readonly ServerEntry[] | null;
	view(): CatalogueView | null;
}

type Way = 'pinhole' | 'tunnel';

export function catalogueKeeper({config, kernel, source, openPinhole, engine, journal, mark, note, wanted, reload}: CatalogueKeeperDeps): CatalogueKeeper {
	let asking: {readonly way: Way; readonly abort: AbortController} | null = null;
	let stopped = false;

	const wayNow = (): Way | null => {
		const {state, uplink} = engine.machine();
		if (state.kind === 'connected') return 'tunnel';
		return uplink === 'ready' && state.kind === 'blocked' && state.cause !== 'starting' && state.cause !== 'stopped' ? 'pinhole' : null;
	};

	/** What is under way may end where it would not have begun: no dial needs a pinhole closed. */
	const mayGoOn = (way: Way): boolean => {
		const {state: {kind}, uplink} = engine.machine();
		if (way === 'tunnel') return kind === 'connected' || kind === 'degraded';
		return uplink === 'ready' && (kind === 'bootstrapping' || kind === 'blocked' || kind === 'connecting' || kind === 'verifying');
	};

	const apiBy = async (way: Way, from: ProviderSource, signal: AbortSignal): Promise<AskApi> => {
		const options = {source: from, connect: kernel.connect, signal};
		if (way === 'pinhole') return askByPinhole(options, {openPinhole, mark});
		const live = engine.live();
		return live === null ? async () => fail(calledOff) : askThroughTunnel(options, live.use, ownWay(kernel, config));
	};

	const ask = async (way: Way, from: ProviderSource, abort: AbortController): Promise<void> => {
		const {catalogue, host} = from;
		if (way === 'pinhole') engine.dispatch({kind: 'bootstrap', host});
		const refreshed = await catalogue.refresh(await apiBy(way, from, abort.signal), wanted());
		if (stopped) return;
		const problem = refreshed.ok ? null : refreshed.error;
		note('provider', problem?.code === 'superseded' ? null : problem);
		note('catalogue', catalogue.notKept());
		if (refreshed.ok) journal.write('tunnel', 'info', `${host} named its servers ${way === 'tunnel' ? 'through the tunnel' : 'by a pinhole that is closed again'}: ${catalogue.entries().length} can be chosen${catalogue.skipped() > 0 ? `, ${catalogue.skipped()} entries of its list cannot be used` : ''}.`);
		else if (refreshed.error.code !== 'superseded') journal.write('tunnel', 'warn', refreshed.error.what);
		const server = await reload();
		if (!stopped) engine.dispatch({kind: 'bootstrapped', server, why: whyBlocked(from, refreshed)});
	};

	const begin = async (way: Way, from: ProviderSource): Promise<void> => {
		const mine = {way, abort: new AbortController()};
		asking = mine;
		try {
			await ask(way, from, mine.abort);
		} catch (error) {
			journal.write('problem', 'error', `Asking ${from.host} ended unexpectedly: ${error instanceof Error ? error.message : String(error)}.`);
			const why = {cause: 'no-server', detail: `${from.host} could not be asked.`, retryAtMs: null} as const;
			if (!stopped) engine.dispatch({kind: 'bootstrapped', server: null, why});
		} finally {
			asking = null;
		}
	};

	return {
		tick() {
			if (source === null || stopped || asking !== null) return;
			const [need, way] = [source.catalogue.need(), wayNow()];
			if (need === null || way === null || (need === 'soon' && way === 'pinhole')) return;
			void begin(way, source);
		},
		follow() {
			if (asking !== null && !mayGoOn(asking.way)) asking.abort.abort();
		},
		hurry() {
			source?.catalogue.hurry();
		},
		stop() {
			stopped = true;
			asking?.abort.abort();
		},
		entries: () => source?.catalogue.entries() ?? null,
		view: () => source && {host: source.host, readAtMs: source.catalogue.readAtMs(), skipped: source.catalogue.skipped()},
	};
}

/** What is said while there is still nothing to connect to. */
function whyBlocked({host, catalogue}: ProviderSource, refreshed: Result<void, Problem>): Pick<Extract<TunnelState, {readonly kind: 'blocked'}>, 'cause' | 'detail' | 'retryAtMs'> {
	const retryAtMs = catalogue.notBeforeMs();
	if (refreshed.ok) return {cause: 'no-server', detail: `${host} has no server that is wished for. Look at VKS_SERVER, VKS_COUNTRY, VKS_CITY and VKS_GROUP.`, retryAtMs: null};
	const {code, what, next} = refreshed.error;
	return {cause: code === 'credentials' || code === 'configuration' ? code : 'no-server', detail: `${what} ${next}`, retryAtMs};
}
