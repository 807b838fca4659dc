/** The one writer of the policy: wires keepers, engine, prover and queue, and serves whoever looks on or commands. */
import type {Snapshot} from '../control/schema.ts';
import type {Generation, KernelEvent} from '../kernel/kernel.ts';
import type {Problem} from '../problem.ts';
import {ok, type Result} from '../result.ts';
import type {ServerEntry} from '../tunnel/tunnel.ts';
import {answerCommand, superseded} from './answer.ts';
import {catalogueKeeper} from './catalogue-keeper.ts';
import {closeFirst} from './close-first.ts';
import type {LiveTunnel} from './dial.ts';
import {createDrills} from './drills.ts';
import {dropKeeper} from './drop-keeper.ts';
import {createEngine} from './engine.ts';
import {endInOrder} from './ending.ts';
import {exceptionKeeper} from './exceptions.ts';
import {forwardingProblem} from './forwarding.ts';
import {firewallKeeper} from './firewall-keeper.ts';
import {latencyMeasurer} from './latency.ts';
import {standingLeases} from './lease-keeper.ts';
import {networkKeeper} from './network-keeper.ts';
import {obstacleTo} from './obstacles.ts';
import {createOpenings} from './openings.ts';
import {paced} from './pace.ts';
import {pinholeOpener} from './pinholes.ts';
import type {ControllerEvent} from './port.ts';
import {createProver} from './prover.ts';
import type {Controller, ControllerDeps} from './controller-types.ts';
import type {Recalled} from './intent.ts';
import {answerQuestions} from './questions.ts';
import {commandQueue} from './queue.ts';
import {resolvKeeper} from './resolv-keeper.ts';
import {ruleStats} from './rule-stats.ts';
import {buildSnapshot} from './snapshot.ts';
import {serverOf, startTarget, targetIn, unlocked} from './start-target.ts';
import {serverRecords} from './server-records.ts';
import {sysctlKeeper} from './sysctl-keeper.ts';
import {everySecond} from './ticker.ts';
import {hooksProblem} from './foreign-hooks.ts';
import {xdpProblem} from './xdp-layer.ts';
import {strangerLog} from './stranger-log.ts';
import {tunnelKeeper} from './tunnel-keeper.ts';

export type {Controller, ControllerDeps} from './controller-types.ts';

export function createController(deps: ControllerDeps): Controller {
	const {kernel, config, clock, intent} = deps;
	const listeners = new Set<(event: ControllerEvent) => void>();
	const standing = new Map<string, Problem>();
	const stopping = new AbortController();
	let servers: readonly ServerEntry[] = [];
	let recalled: Recalled = {kind: 'nothing'};
	let seq = 0;
	let stopTicking = (): void => undefined;

	const tell = (event: ControllerEvent): void => listeners.forEach(listener => listener(event));
	const journal = deps.journal(entry => tell({type: 'journal', entries: [entry]}));
	const firewall = firewallKeeper(kernel.firewall, clock.monotonic);
	const openings = createOpenings(clock);
	const sysctls = sysctlKeeper(kernel.sysctl, config.tunnelInterface, journal);
	const rules = ruleStats();
	const stranger = strangerLog(clock, journal);
	const note = (slot: string, problem: Problem | null): void => {
		if (problem === null) standing.delete(slot);
		else standing.set(slot, problem);
	};

	const records = serverRecords({clock, file: deps.serverRecordsFile, servers: () => servers, note: problem => note('records', problem)});
	const resolv = resolvKeeper({resolv: deps.resolv, clock, journal, note: problem => note('dns', problem)});

	const tunnel = tunnelKeeper({
		config, clock, journal,
		network: kernel.network,
		engine: () => engine,
		note: problem => note('conntrack', problem),
		publish: () => publish(),
		timed: records.timed,
	});

	const opened = (live: LiveTunnel): void => {
		tunnel.opened(live);
		records.connected(live.tunnel.server.id);
		resolv.point(live.use.resolvers);
		// The first picture of a new tunnel shall not wait for the next second.
		void tick().then(tunnel.checkExit).then(() => drills.due('connected'));
	};

	const engine = createEngine({
		config, clock, firewall, journal, opened, openings,
		devices: kernel.devices, secrets: deps.secrets,
		network: networkKeeper(kernel, config),
		findServer: id => servers.flatMap(entry => (entry.ok ? [entry.server] : [])).find(server => server.id === id),
		obstacle: (server, network) => obstacleTo(server, network, sysctls.keep(network?.choice ?? null).problems),
		failed: records.failed,
		remember: ({target}) => {
			const saved = intent.remember(target);
			note('intent', saved.ok ? null : saved.error);
		},
		// A state is shown with the proof of its own policy, not with that of the one before.
		changed() {
			tunnel.follow();
			catalogue.follow();
			void prover.prove().then(publish);
		},
	});

	const applyOpenings = async (): Promise<Result<void, Problem>> => {
		engine.syncNetwork();
		return engine.enforce();
	};

	const exceptions = exceptionKeeper({
		clock, openings, journal,
		file: deps.exceptionsFile,
		note: problem => note('exceptions', problem),
		apply: applyOpenings,
		reserved: () => [...(engine.live()?.use.resolvers ?? []), ...(engine.live()?.use.addresses ?? [])],
	});

	const measure = latencyMeasurer({config, clock, engine, openings, probes: kernel.probes, servers: () => servers, apply: applyOpenings, measured: records.measured});

	const prover = createProver({kernel, clock, engine, firewall, journal, resolv, sysctls, config, stats: rules});

	const drills = createDrills({
		kernel, config, clock, engine, firewall, journal,
		exit: tunnel.freshExit,
		// A lockdown that a leak brings is shown with its own proof.
		changed: () => void prover.prove().then(publish),
	});

	const drops = dropKeeper({owners: kernel.owners, clock, mark: drills.mark});

	const snapshotNow = (): Snapshot => buildSnapshot({
		seq: ++seq, atMs: clock.now(), daemon: deps.daemon, config, servers, recordOf: records.of, stats: tunnel.stats(), reconnects: tunnel.reconnects(),
		machine: engine.machine(), live: engine.live(), network: engine.network(),
		proof: prover.proof(), layers: prover.layers(), tamper: prover.tamper(),
		rules: rules.rules(), drops: {...rules.drops(), lostRecords: drops.lost(), recordedPerSecond: drops.recordedPerSecond()}, lastDrill: drills.last(),
		problems: problems(),
		exceptions: exceptions.views(rules.rules(), engine.machine().state.kind !== 'lockdown'),
	});

	const problems = (): readonly Problem[] => {
		const enforcement = engine.enforcementProblem();
		const {xdp = null, hooks = null} = engine.network() ?? {};
		return [...[drills.problem(), enforcement, engine.lastFailure()?.problem ?? null, firewall.backstopUnsupported(), xdpProblem(xdp), hooksProblem(hooks)].filter(problem => problem !== null), ...standing.values()];
	};

	const publish = (): void => tell({type: 'snapshot', snapshot: snapshotNow()});

	const tick = async (): Promise<void> => {
		exceptions.expire();
		await tunnel.read();
		await prover.prove();
		// Only while the policy is known to stand: it is what keeps forwarded packets off the uplink.
		if (prover.proof().kind === 'proven') note('forwarding', forwardingProblem(kernel.sysctl, config));
		publish();
		drills.tick();
		catalogue.tick();
	};

	const noteStranger = async (generation: Generation): Promise<void> => {
		const repairs = prover.tamper().count;
		await prover.prove();
		if (prover.tamper().count === repairs) stranger(generation);
	};
	let foreign: Generation | null = null;
	const proveSoon = paced(clock, {burst: 5, everyMs: 200}, () => void (foreign === null ? prover.prove() : noteStranger(foreign)));
	const syncSoon = paced(clock, {burst: 20, everyMs: 50}, () => void engine.syncNetwork());

	const onKernel = (event: KernelEvent): void => {
		switch (event.kind) {
			case 'ruleset-changed':
				if (event.ours) return;
				prover.suspect(event.generation);
				foreign = event.generation;
				// While repairs pause, the proof of every second is enough to say so.
				if (!prover.isPausing()) proveSoon();
				return;
			case 'network-changed':
				if (event.by !== undefined) engine.suspect(event.by);
				// A link that is new needs its backstop at once; the rest may come in storms.
				if (event.what === 'link') engine.syncNetwork();
				else if (!engine.isPausing()) syncSoon();
				return;
			case 'overrun':
				syncSoon();
				return;
			case 'drops':
				tell({type: 'drops', records: drops.take(event), lost: event.lost});
		}
	};

	const reload = async (): Promise<void> => {
		const read = await deps.readServers();
		note('servers', read.ok ? null : read.error);
		servers = read.ok ? read.value : [];
	};

	const openPinhole = pinholeOpener({openings, state: () => engine.machine().state, apply: applyOpenings});
	const catalogue = catalogueKeeper({
		source: deps.provider, connect: kernel.connect, openPinhole, engine, journal, note,
		mark: config.numbers.tunnelMark,
		wanted: () => serverOf(engine.machine().target) ?? serverOf(targetIn(recalled)),
		async reload() {
			await reload();
			if (engine.machine().target.kind !== 'none') return null;
			const {target, problem} = startTarget(unlocked(recalled), config, servers, catalogue.entries());
			note('start', problem);
			return target.kind === 'connected' ? target.server : null;
		},
	});

	const queue = commandQueue(answerCommand({engine, clock, exceptions, servers: () => servers, reload, favour: records.favour, measure, exit: tunnel.exitInWords, prove: () => prover.prove(), drill: drills.run}), superseded);

	return {
		async start() {
			const closed = await closeFirst(kernel, {keeper: firewall});
			if (!closed.ok) return closed;
			const claimed = await firewall.claim();
			if (!claimed.ok) return claimed;
			if (stopping.signal.aborted) return ok(undefined);
			exceptions.resume(await standingLeases(kernel.firewall, clock.monotonic));
			records.recall();
			const network = engine.syncNetwork();
			if (!network.ok) return network;
			recalled = intent.recall();
			const lockedAtStart = recalled.kind === 'unreadable' || (recalled.kind === 'target' && recalled.target.kind === 'lockdown');
			if (lockedAtStart) engine.dispatch({kind: 'start', target: startTarget(recalled, config, []).target});
			const enforced = await engine.enforce();
			if (!enforced.ok) return enforced;
			await prover.prove();
			const watching = await kernel.watch(onKernel, {nflogGroup: config.numbers.nflogGroup, signal: stopping.signal});
			watching.forEach(problem => note(problem.code, problem));
			// What changed between the first reading and the subscription.
			engine.syncNetwork();
			await reload();
			if (stopping.signal.aborted) return ok(undefined);
			const {target, problem} = startTarget(recalled, config, servers, catalogue.entries());
			note('start', problem);
			if (!lockedAtStart) engine.dispatch({kind: 'start', target});
			journal.write('daemon', 'info', `vks ${deps.daemon.version} enforces with ${kernel.firewall.backend}; table ownership ${firewall.ownership()}.`);
			stopTicking = everySecond(clock, tick);
			catalogue.tick();
			publish();
			return ok(undefined);
		},
		async stop() {
			stopTicking();
			catalogue.stop();
			drills.interrupt();
			stopping.abort();
			const blocked = await endInOrder(engine, clock);
			if (blocked) journal.write('daemon', 'info', 'vks stopped; the policy stays in place and nothing passes.');
			else journal.write('daemon', 'error', 'vks stopped; the kernel has not taken the blocked policy, and the one before it stands.');
			return blocked;
		},
		snapshot: snapshotNow,
		recentDrops: drops.recent,
		recentJournal: () => journal.recent(),
		async submit(command) {
			if (command.do !== 'favourite') drills.interrupt();
			if (command.do === 'reconnect') catalogue.hurry();
			const outcome = await queue.submit(command);
			journal.write('command', outcome.ok ? 'info' : 'warn', `${command.do}${'server' in command ? ` ${command.server}` : ''}: ${outcome.message} (${Math.round(outcome.durationMs)} ms)`);
			void prover.prove().then(publish);
			return outcome;
		},
		...answerQuestions({config, engine, firewall, openings, exceptions}),
		openPinhole,
		subscribe(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
	};
}
