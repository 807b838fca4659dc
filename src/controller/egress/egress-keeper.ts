/**
 * Keeps what enforces egress by name: a resolver for each scope, and the proxy. None of it opens anything by living: without it
 * what is governed is refused, by rules that stand either way.
 */
import type {Config} from '../../config/config.ts';
import type {DropView, EgressView} from '../../control/schema.ts';
import {entryText, portsOf} from '../../egress/egress-policy.ts';
import {parseDomain} from '../../egress/name.ts';
import {renderProxy} from '../../egress/nginx-conf.ts';
import type {EgressPlan, ScopePlan} from '../../egress/plan.ts';
import {parseProxyLine, type ProxyLine} from '../../egress/proxy-line.ts';
import type {HeldProxy, Kernel} from '../../kernel/kernel.ts';
import {familyOf, type Family} from '../../net/address.ts';
import {parsePort, type Port} from '../../net/port.ts';
import type {Problem} from '../../problem.ts';
import {backoffMs, type Clock} from '../clock.ts';
import type {LiveTunnel} from '../dial.ts';
import type {Journal} from '../journal.ts';
import {ownExchange} from '../own-way.ts';
import {listenDatagrams, type Answering, type Listener, type Sender} from './datagrams.ts';
import {nameRefusals, type NameRefusal} from './refusals.ts';
import {refusedRecords} from './refused-records.ts';
import {createResolver} from './resolver.ts';

export interface EgressKeeperDeps {
	readonly plan: EgressPlan;
	readonly config: Pick<Config, 'runFolder' | 'egress'>;
	readonly kernel: Pick<Kernel, 'connect' | 'exchange' | 'startProxy' | 'endProxies'> & {readonly firewall: Pick<Kernel['firewall'], 'run'>};
	readonly clock: Pick<Clock, 'now' | 'monotonic' | 'random' | 'after'>;
	readonly journal: Pick<Journal, 'write'>;
	readonly note: (slot: 'egress-proxy' | 'egress-resolver', problem: Problem | null) => void;
	/** What was refused by name, as records of it. */
	readonly refused: (records: readonly DropView[]) => void;
	/** The tunnel that applications have. */
	readonly carrier: () => LiveTunnel | null;
}

export interface EgressKeeper {
	/** Once a second: what is missing is started, no sooner after each failure. */
	tick(): void;
	view(): EgressView;
	/** Resolves when the proxy has ended. */
	stop(): Promise<void>;
}

/** Asked twice, because a datagram may be lost; together less than the proxy waits. */
const askWithinMs = 1000;
const attempts = 2;

export function egressKeeper({plan, config, kernel, clock, journal, note, refused, carrier}: EgressKeeperDeps): EgressKeeper {
	const refusals = nameRefusals({clock, journal});
	const records = refusedRecords({clock, device: () => carrier()?.use.interface ?? null, tell: refused});
	const stopped = new AbortController();
	const exchange = ownExchange(kernel, config);
	let proxy: HeldProxy | null = null;
	let listeners: readonly Listener[] = [];
	let [starting, failures, dueMs] = [null as Promise<void> | null, 0, 0];

	const families = (): readonly Family[] => [...new Set((carrier()?.use.addresses ?? []).map(familyOf))];

	const ask = async (payload: Uint8Array): Promise<Uint8Array | null> => {
		const use = carrier()?.use;
		const port = parsePort(53);
		const resolvers = use?.resolvers.slice(0, 2) ?? [];
		for (const address of Array.from({length: attempts}, () => resolvers).flat()) {
			const source = use?.addresses.find(own => familyOf(own) === familyOf(address));
			if (use === undefined || source === undefined || port === null) continue;
			const heard = await exchange({address, port, source, mark: null, device: use.interface, payload}, AbortSignal.any([stopped.signal, AbortSignal.timeout(askWithinMs)]));
			if (heard !== null) return heard;
		}
		return null;
	};

	const refuse = (refusal: NameRefusal, from: Sender): void => records.add(refusal, refusals.add(refusal), from);

	const hear: Answering = async message => {
		const line = parseProxyLine(message);
		const scope = plan.scopes.find(({word}) => word === line?.scope);
		// A name that is listed was not refused: nobody answered for it in time.
		const listed = line !== null && scope !== undefined && isListed(scope, line);
		if (line?.refused === true && scope !== undefined && !listed) refuse({uid: scope.uid, name: line.name, how: 'connection', port: line.port}, {address: line.from, port: line.source});
		return null;
	};

	const answers = (): readonly (readonly [Port, Answering])[] => [
		[plan.log, hear] as const,
		...plan.scopes.map(scope => [scope.resolver, createResolver({
			scope, ask, families,
			hold: script => kernel.firewall.run(script),
			refused: (name, from) => refuse({uid: scope.uid, name, how: 'look-up', port: null}, from),
			random: clock.random,
		})] as const),
	];

	const listen = async (): Promise<boolean> => {
		if (listeners.length > 0) return true;
		const deaf = (): void => {
			listeners.forEach(listener => listener.close());
			listeners = [];
		};
		const made: Listener[] = [];
		for (const [port, answer] of answers()) {
			const listening = await listenDatagrams(port, answer, deaf);
			if (listening.ok) made.push(listening.value);
			else {
				made.forEach(listener => listener.close());
				note('egress-resolver', portTaken(port, listening.error));
				return false;
			}
		}
		listeners = made;
		note('egress-resolver', null);
		return true;
	};

	const startProxy = async (): Promise<boolean> => {
		if (proxy !== null) return true;
		const started = await kernel.startProxy({uid: plan.numbers.proxyUid, runFolder: config.runFolder, config: places => renderProxy(plan, places)});
		if (started.ok) {
			proxy = started.value;
			started.value.onExit(() => {
				proxy = null;
				journal.write('problem', 'warn', 'The proxy of VKS_EGRESS ended unasked; what it governs is refused until it is there again.');
			});
		}
		note('egress-proxy', started.ok ? null : started.error);
		return started.ok;
	};

	const start = async (): Promise<void> => {
		const isWhole = (await listen()) && (await startProxy());
		failures = isWhole ? 0 : failures + 1;
		dueMs = clock.monotonic() + (isWhole ? 1000 : backoffMs(failures, clock.random()));
	};

	return {
		tick() {
			if (stopped.signal.aborted || starting !== null || clock.monotonic() < dueMs || (proxy !== null && listeners.length > 0)) return;
			starting = start().finally(() => {
				starting = null;
			});
		},
		view: () => ({entries: config.egress.map(entryText), ...refusals.view()}),
		async stop() {
			stopped.abort();
			await starting;
			listeners.forEach(listener => listener.close());
			await proxy?.remove();
		},
	};
}

function isListed(scope: ScopePlan, {name, port}: ProxyLine): boolean {
	const domain = name === null ? null : parseDomain(name);
	return domain?.ok === true && portsOf(scope, domain.value).some(each => each === port);
}

const portTaken = (port: Port, why: string): Problem => ({
	code: 'egress-resolver',
	severity: 'error',
	what: `The resolver of VKS_EGRESS cannot listen on port ${port} of loopback: ${why}.`,
	stillBlocking: true,
	next: `See what holds it with \`ss -lnup sport = ${port}\`. What VKS_EGRESS governs stays refused until then.`,
});
