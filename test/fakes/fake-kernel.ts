/**
 * The kernel in memory, behind the same interface, held honest by the contract suite. It remembers what it was told, refuses
 * or hangs on command, and tells a test's news as the real one would.
 */
import type {Firewall, ForeignHook, Holder, Kernel, KernelEvent, Link, LocalFlow, Sysctl, TableFamily} from '../../src/kernel/kernel.ts';
import type {InterfaceName} from '../../src/net/interface-name.ts';
import type {Problem} from '../../src/problem.ts';
import {fail, ok, type Result} from '../../src/result.ts';
import {fakeDevices, type FakeDevices} from './fake-devices.ts';
import {connectFake, exchangeFake, type FakeHost} from './fake-hosts.ts';
import {fakeNetwork, loopbackLink, type FakeNetworkState} from './fake-network.ts';
import {fakeProbes, type FakeProbes} from './fake-probes.ts';
import {fakePrograms, runFake, type FakePrograms} from './fake-programs.ts';
import {applyScript, hookedTables, listTable, newTable, Refused, tableKey, type FakeTables, type Who} from './fake-nft.ts';

export interface Step {
	/** A method of `Firewall`, `Network`, `Devices` or `TunnelDevice`. */
	readonly operation: string;
	/** How often this operation was asked for, this time included. */
	readonly count: number;
	/** How many operations there were in all, this one included. */
	readonly total: number;
	/** The script of a `run`. */
	readonly script: string;
}

/** Decides what becomes of a step: a problem refuses it, `hang` never answers (asynchronous operations only). */
export type Fault = (step: Step) => Problem | 'hang' | null;

export interface FakeKernelOptions {
	/** What `own` answers; the spawned backend and old kernels cannot own. */
	readonly ownership?: 'owned' | 'unsupported';
	readonly fault?: Fault;
	/** What its timeouts are counted by. */
	readonly monotonic?: () => number;
}

/** A link's name and what is new about it. */
export type LinkNews = Partial<Omit<Link, 'name'>> & {readonly name: string};

export interface FakeKernel extends Kernel {
	readonly tables: () => FakeTables;
	readonly scripts: readonly string[];
	readonly state: FakeNetworkState;
	readonly sysctls: Map<string, string>;
	readonly devices: FakeDevices;
	/** Names of links whose first queue is somebody else's. */
	readonly strangersXdp: Set<string>;
	/** Names of links whose queue is ours. */
	readonly heldXdp: () => ReadonlySet<string>;
	/** tc filters and XDP programs of others; their tables are those that `foreign` made. */
	readonly strangersHooks: Set<ForeignHook>;
	/** Those that can be reached over UDP and TCP: none at first. */
	readonly hosts: Set<FakeHost>;
	readonly probes: FakeProbes;
	readonly programs: FakePrograms;
	/** Open sockets, by `fakeSocket`, and who holds them; uid 0 is root and 65534 nobody. */
	readonly sockets: Map<string, Holder>;
	setFault(fault: Fault | null): void;
	setClock(monotonic: () => number): void;
	emit(event: KernelEvent): void;
	/** Another process commits a script; false when the kernel refuses it. */
	foreign(script: string): boolean;
	/** Adds or changes a link, as a driver would. */
	putLink(link: LinkNews): void;
	dropLink(name: string): void;
	renameLink(from: string, to: string): void;
	/** Our sockets close without a word: owned tables become nobody's. */
	orphan(): void;
}

export function fakeKernel({ownership = 'owned', fault, monotonic = () => performance.now()}: FakeKernelOptions = {}): FakeKernel {
	let tables: FakeTables = new Map();
	let generation = {id: 1, pid: 0, process: ''};
	let currentFault: Fault | null = fault ?? null;
	let [total, nextIndex] = [0, 2];
	let now = monotonic;
	const counts = new Map<string, number>();
	const scripts: string[] = [];
	const listeners = new Set<(event: KernelEvent) => void>();
	const groups = new Set<number>();
	const sysctls = new Map<string, string>();
	const strangersXdp = new Set<string>();
	const strangersHooks = new Set<ForeignHook>();
	const sockets = new Map<string, Holder>();
	const hosts = new Set<FakeHost>();
	const programs = fakePrograms();
	/** Bound by index, as in the kernel: a rename changes nothing. */
	let heldXdp: ReadonlySet<number> = new Set();
	const state: FakeNetworkState = {links: [loopbackLink], routes: [], rules: [], connections: []};

	const judge = (operation: string, script = ''): Problem | 'hang' | null => {
		const count = (counts.get(operation) ?? 0) + 1;
		counts.set(operation, count);
		return currentFault?.({operation, count, total: ++total, script}) ?? null;
	};
	const gate = (operation: string): Problem | null => {
		const verdict = judge(operation);
		return verdict === 'hang' ? null : verdict;
	};
	const asyncGate = async (operation: string, script = ''): Promise<Problem | null> => {
		const verdict = judge(operation, script);
		return verdict === 'hang' ? new Promise(() => undefined) : verdict;
	};
	// Like the kernel's sockets: news arrives after the call that caused it has returned.
	const emit = (event: KernelEvent): void => {
		for (const listener of listeners) setImmediate(() => listeners.has(listener) && listener(event));
	};
	const commit = (next: FakeTables, who: Who): void => {
		tables = next;
		generation = {id: generation.id + 1, pid: who === 'ours' ? 1 : 4242, process: who === 'ours' ? 'vks' : 'nft'};
		emit({kind: 'ruleset-changed', generation, ours: who === 'ours'});
	};
	const attempt = (script: string, who: Who): Result<void, Problem> => {
		try {
			commit(applyScript(tables, script, who, now()), who);
			return ok(undefined);
		} catch (error) {
			if (error instanceof Refused) return fail(refused(error.message));
			throw error;
		}
	};

	const own = (family: TableFamily, name: string): Result<'owned' | 'unsupported', Problem> => {
		if (ownership === 'unsupported') return ok('unsupported');
		const key = tableKey(family, name);
		const table = tables.get(key);
		if (table?.owner === 'ours') return ok('owned');
		if (table?.owner === 'other') return fail(held(`Table ${family} ${name} is held by pid 4242 (nft).`));
		if (table !== undefined && !table.persist) return fail(held(`Table ${family} ${name} exists without the ownership flag.`));
		const next = structuredClone(tables);
		next.set(key, {...(next.get(key) ?? newTable(family, name)), owner: 'ours', persist: true});
		commit(next, 'ours');
		return ok('owned');
	};

	const firewall: Firewall = {
		backend: ownership === 'owned' ? 'libnftables' : 'nft',
		async run(script) {
			const refusal = await asyncGate('run', script);
			if (refusal !== null) return fail(refusal);
			scripts.push(script);
			return attempt(script, 'ours');
		},
		async own(family, name) {
			const refusal = await asyncGate('own');
			return refusal === null ? own(family, name) : fail(refusal);
		},
		async list(family, name) {
			const refusal = await asyncGate('list');
			if (refusal !== null) return fail(refusal);
			const table = tables.get(tableKey(family, name));
			return ok(table === undefined ? null : structuredClone(listTable(table, now())));
		},
		header(family, name) {
			const refusal = gate('header');
			if (refusal !== null) return fail(refusal);
			const table = tables.get(tableKey(family, name));
			return ok(table === undefined ? {kind: 'absent'} : {kind: 'present', owner: table.owner, persist: table.persist, dormant: table.dormant});
		},
		hookDevices(table, chain) {
			const refusal = gate('hookDevices');
			if (refusal !== null) return fail(refusal);
			const devices = tables.get(tableKey('netdev', table))?.chains.get(chain)?.devices ?? [];
			return ok(state.links.map(({name}) => name).filter(name => devices.includes(name)).toSorted());
		},
		generation() {
			const refusal = gate('generation');
			return refusal === null ? ok(generation) : fail(refusal);
		},
		close: () => undefined,
	};
	const sysctl: Sysctl = {
		read: key => sysctls.get(key) ?? null,
		write(key, value) {
			if (!sysctls.has(key)) return false;
			sysctls.set(key, value);
			return true;
		},
	};

	const putLink = (link: LinkNews): void => {
		const known = state.links.find(({name}) => name === link.name);
		const base: Link = known ?? {...loopbackLink, index: nextIndex++, loopback: false, mtu: 1500, name: link.name as InterfaceName};
		state.links = [...state.links.filter(other => other !== known), {...base, ...link, name: link.name as InterfaceName}];
		emit({kind: 'network-changed', what: 'link'});
	};
	const dropLink = (name: string): void => {
		if (!state.links.some(link => link.name === name)) return;
		state.links = state.links.filter(link => link.name !== name);
		state.routes = state.routes.filter(route => route.interface !== name);
		emit({kind: 'network-changed', what: 'link'});
	};

	return {
		firewall,
		async connect(wish) {
			const refusal = await asyncGate('connect');
			return refusal === null ? connectFake(hosts, state.links, wish) : fail(refusal);
		},
		exchange: (wish, signal) => exchangeFake(hosts, state.links, wish, signal),
		hosts,
		network: fakeNetwork(state, gate, what => emit({kind: 'network-changed', what})),
		sysctl,
		xdp: {
			hold(links) {
				heldXdp = new Set(links.filter(({name, index}) => heldXdp.has(index) || !strangersXdp.has(name)).map(({index}) => index));
				const queues = links.filter(({index}) => !heldXdp.has(index)).map(({name}) => `queue 0 of ${name}`);
				return queues.length > 0 ? {kind: 'taken', queues} : {kind: 'held', queues: links.length};
			},
		},
		hooks: {
			read: (links, ours) => ok([
				...[...strangersHooks].filter(hook => hook.kind === 'table' || links.some(({name}) => name === hook.device)),
				...hookedTables(tables).filter(({family, table}) => !ours.includes(`${family} ${table}`)),
			]),
		},
		strangersXdp,
		strangersHooks,
		heldXdp: () => new Set(state.links.filter(({index}) => heldXdp.has(index)).map(({name}) => name)),
		devices: fakeDevices({gate: asyncGate, putLink, dropLink, links: () => state.links}),
		owners: {userOf: uid => fakeUsers.get(uid) ?? null, holderOf: flow => sockets.get(fakeSocket(flow)) ?? null},
		sockets,
		traffic: {
			tracked: () => ok(state.connections.map(({from, seenAs}) => ({protocol: 'udp', begun: fakeFlow(from, '192.0.2.1'), answered: fakeFlow('192.0.2.1', seenAs), mark: 0, secondsLeft: 30}))),
			sockets: () => ok([...sockets.keys()].map(key => {
				const [protocol, port, uid] = key.split(' ');
				return {protocol: protocol === 'tcp' ? 'tcp' : 'udp', state: 'unconnected', flow: {source: '0.0.0.0', sourcePort: Number(port), destination: '0.0.0.0', destinationPort: 0}, uid: Number(uid)} as const;
			})),
		},
		probes: fakeProbes({state, tables: () => tables, setDown: name => putLink({name, up: false})}),
		programs,
		// There is no nginx on it.
		endProxies: async () => undefined,
		startProxy: async () => fail({code: 'no-proxy', severity: 'error', what: 'There is no program nginx.', stillBlocking: true, next: 'Install it.'}),
		runProgram: (wish, signal) => runFake(programs, wish, signal),
		async watch(listener, {nflogGroup, signal}) {
			if (signal.aborted) return [];
			const busy = groups.has(nflogGroup);
			listeners.add(listener);
			groups.add(nflogGroup);
			signal.addEventListener('abort', () => (listeners.delete(listener), busy || groups.delete(nflogGroup)), {once: true});
			return busy ? [nflogBusy(nflogGroup)] : [];
		},
		close: () => listeners.clear(),
		tables: () => tables,
		scripts,
		state,
		sysctls,
		setFault: next => void (currentFault = next),
		setClock: next => void (now = next),
		emit,
		foreign: script => attempt(script, 'other').ok,
		putLink,
		dropLink,
		renameLink(from, to) {
			const link = state.links.find(({name}) => name === from);
			if (link === undefined) return;
			state.links = state.links.map(other => (other === link ? {...link, name: to as InterfaceName} : other));
			state.routes = state.routes.map(route => (route.interface === from ? {...route, interface: to as InterfaceName} : route));
			emit({kind: 'network-changed', what: 'link'});
		},
		orphan() {
			for (const table of tables.values()) if (table.owner === 'ours') table.owner = 'nobody';
		},
	};
}

const fakeFlow = (source: string, destination: string) => ({source, sourcePort: 40_000, destination, destinationPort: 53});
const fakeUsers: ReadonlyMap<number, string> = new Map([[0, 'root'], [65_534, 'nobody']]);
/** What of a flow names its socket here. */
export const fakeSocket = ({protocol, sourcePort, uid}: Pick<LocalFlow, 'protocol' | 'sourcePort' | 'uid'>): string => `${protocol} ${sourcePort} ${uid}`;

const say = (code: Problem['code'], what: string): Problem => ({code, severity: 'error', what, stillBlocking: 'unknown', next: 'This is the fake kernel.'});
const refused = (message: string): Problem => say(message.includes('not permitted') ? 'table-held' : 'ruleset-refused', `nft refused the ruleset: ${message}.`);
const held = (what: string): Problem => say('table-held', what);
const nflogBusy = (group: number): Problem => ({...say('nflog-busy', `NFLOG group ${group} already has a listener; set VKS_NFLOG_GROUP.`), severity: 'warning'});
