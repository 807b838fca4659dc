/** The one writer of the policy: wires keepers, engine, prover and queue, and serves whoever looks on or commands. */
import type {Snapshot} from '../control/schema.ts';
import {slotNames} from '../policy/slots.ts';
import type {Problem} from '../problem.ts';
import {ok, type Result} from '../result.ts';
import {nextServer} from '../servers/rank.ts';
import {adoptManagement} from './adopt-management.ts';
import {answerCommand, superseded} from './answer.ts';
import {guardingFor, noOwner, noResolv, noSysctls} from './attach/wiring.ts';
import {catalogueKeeper} from './catalogue-keeper.ts';
import {createChoosing} from './choosing.ts';
import {closeFirst} from './close-first.ts';
import type {LiveTunnel} from './dial.ts';
import {createDrills} from './drills.ts';
import {createEngine, type Engine, type Opening} from './engine.ts';
import {endInOrder} from './ending.ts';
import {egressFor} from './egress/wiring.ts';
import {exceptionKeeper} from './exceptions.ts';
import {forwardingProblem} from './forwarding.ts';
import {firewallKeeper} from './firewall-keeper.ts';
import {kernelEvents} from './kernel-events.ts';
import {latencyMeasurer} from './latency.ts';
import {standingLeases} from './lease-keeper.ts';
import {networkKeeper} from './network-keeper.ts';
import {obstacleTo} from './obstacles.ts';
import {createOpenings} from './openings.ts';
import {pinholeOpener} from './pinholes.ts';
import type {ControllerEvent} from './port.ts';
import {portForwarding} from './port-forwarding.ts';
import {createProver} from './prover.ts';
import type {Controller, ControllerDeps} from './controller-types.ts';
import {intentKeeper} from './intent-keeper.ts';
import type {Recalled} from './intent-text.ts';
import {answerQuestions} from './questions.ts';
import {commandQueue, isAside} from './queue.ts';
import {createHealer} from './healer.ts';
import {keepFor} from './retention.ts';
import {remembered} from './remembered.ts';
import {resolvKeeper} from './resolv-keeper.ts';
import {ruleStats} from './rule-stats.ts';
import {buildSnapshot} from './snapshot.ts';
import {serverView} from './server-views.ts';
import {serverOf, startTarget, targetIn} from './start-target.ts';
import {serverList} from './server-list.ts';
import {sysctlKeeper} from './sysctl-keeper.ts';
import {sayWhatIsSlow} from './slow-step.ts';
import {everySecond, nothingRead} from './ticker.ts';
import {standingProblems} from './standing-problems.ts';
import {strangerLog} from './stranger-log.ts';
import {noTrial, tooLate} from './trial.ts';
import {tunnelKeeper} from './tunnel-keeper.ts';

export type {Controller, ControllerDeps} from './controller-types.ts';

export function createController(deps: ControllerDeps): Controller {
	const {kernel, config, clock, intent, trial = noTrial} = deps;
	const listeners = new Set<(event: ControllerEvent) => void>();
	const standing = new Map<string, Problem>();
	const stopping = new AbortController();
	let recalled: Recalled = {kind: 'nothing'};
	let seq = 0;
	let stopTicking = (): void => undefined;

	const tell = (event: ControllerEvent): void => listeners.forEach(listener => listener(event));
	const journal = deps.journal(entry => tell({type: 'journal', entries: [entry]}));
	const firewall = firewallKeeper(kernel.firewall, clock.monotonic, config.management);
	const openings = createOpenings(clock);
	const guarding = guardingFor({kernel, config, clock, secrets: deps.secrets});
	const sysctls = guarding === null ? sysctlKeeper(kernel.sysctl, slotNames(config), journal) : noSysctls;
	const rules = ruleStats();
	const slowStep = sayWhatIsSlow(clock, journal);
	const note = (slot: string, problem: Problem | null): void => void (problem === null ? standing.delete(slot) : standing.set(slot, problem));

	const keeping = intentKeeper({file: intent, clock, note: problem => note('intent', problem)});
	const servers = serverList({
		config, journal, note,
		read: guarding?.readServers ?? deps.readServers, stamp: guarding?.stampServers ?? deps.stampServers,
		provided: () => catalogue.entries(), recalled: () => recalled, engine: () => engine,
		reloaded: () => keys.look(),
		changed: () => publish(),
	});
	const {keys, records, checked, recall} = remembered({deps, servers: servers.all, note});
	const resolv = guarding === null ? resolvKeeper({resolv: deps.resolv, clock, journal, note: problem => note('dns', problem)}) : noResolv;

	const healer = createHealer({
		config, clock, journal,
		engine: () => engine,
		next: (instead, passed) => nextServer(servers.all().map(entry => serverView(entry, {current: null, recordOf: records.of})), {after: instead, passed, by: 'rank', top: 0, random: clock.random, countries: config.provider.countries, nowMs: clock.now()}),
	});

	const tunnel = tunnelKeeper({
		config, clock, journal,
		network: kernel.network, probes: kernel.probes, sockets: kernel,
		engine: () => engine,
		healer: () => healer,
		note: problem => note('conntrack', problem),
		publish: () => publish(),
		timed: records.timed,
	});

	const opened = (live: LiveTunnel, how: Opening): void => {
		tunnel.opened(live, how);
		records.connected(live.tunnel.server.id);
		choosing.had(live.tunnel.server.id);
		resolv.point(live.use.resolvers);
		// The first picture of a new tunnel shall not wait for the next second; and while the one before leaves, the policy changes.
		drills.connected(tick().then(tunnel.checkExit).then(() => how.settled));
	};

	const egress = egressFor({config, kernel, clock, journal, note, engine: () => engine, refused: records => tell({type: 'drops', records: drops.takeNamed(records), lost: 0})});
	const engine: Engine = createEngine({
		config, clock, firewall, journal, opened, openings,
		questions: kernel,
		lookUpBy: live => resolv.point(live.use.resolvers),
		devices: kernel.devices, secrets: deps.secrets,
		takesIpv6: () => kernel.sysctl.read('net/ipv6/conf/default/disable_ipv6') !== '1',
		neighbours: kernel.network,
		network: guarding?.network ?? networkKeeper(kernel, config),
		attached: () => guarding?.attached() ?? null,
		egress: egress.plan, granted: live => ports.granted(live),
		findServer: id => servers.find(id),
		obstacle: (server, network) => obstacleTo(server, network, sysctls.keep(network?.choice ?? null).problems),
		failed(server, problem) {
			records.failed(server, problem);
			healer.failed(server, problem);
		},
		nextAttempt: healer.nextAttempt,
		remember: ({target}) => keeping.remember(target),
		// A state is shown with the proof of its own policy, not with that of the one before.
		changed() {
			tunnel.follow();
			ports.follow();
			catalogue.follow();
			void prover.prove().then(publish);
		},
	});

	const applyOpenings = async (): Promise<Result<void, Problem>> => {
		engine.syncNetwork();
		return engine.enforce();
	};

	const ports = portForwarding({
		config, clock, journal, kernel, note,
		engine: () => engine,
		apply: () => engine.enforce(),
		changed: () => void prover.prove().then(publish),
	});

	const exceptions = exceptionKeeper({
		clock, openings, journal,
		file: deps.exceptionsFile,
		note: problem => note('exceptions', problem),
		apply: applyOpenings,
		reserved: () => [engine.live(), engine.rising()].flatMap(tunnel => [...(tunnel?.use.resolvers ?? []), ...(tunnel?.use.addresses ?? [])]),
	});

	const measure = latencyMeasurer({config, clock, engine, openings, probes: kernel.probes, servers: servers.all, apply: applyOpenings, measured: records.measured});

	const prover = createProver({kernel, clock, engine, firewall, journal, resolv, sysctls, config, stats: rules});

	const drills = createDrills({
		kernel, config, clock, engine, firewall, journal,
		exit: tunnel.freshExit,
		// A lockdown that a leak brings is shown with its own proof.
		changed: () => void prover.prove().then(publish),
	});

	const {drops, retention} = keepFor({config, owners: kernel.owners, clock, mark: drills.mark, journal, servers: records, forgetMoments: deps.forgetMoments});

	const snapshotNow = (): Snapshot => buildSnapshot({
		seq: ++seq, atMs: clock.now(), daemon: deps.daemon, config, servers: servers.all(), recordOf: records.of, keyOf: keys.of, ...choosing.view(), forwardedPort: ports.view(), catalogue: catalogue.view(), stats: tunnel.stats(), reconnects: tunnel.reconnects(), healing: healer.view(),
		machine: engine.machine(), live: engine.live(), network: engine.network(),
		proof: prover.proof(), layers: prover.layers(), tamper: prover.tamper(),
		rules: rules.rules(), drops: {...rules.drops(), lostRecords: drops.lost(), recordedPerSecond: drops.recordedPerSecond()}, lastDrill: drills.last(), checklist: checked.all(), unconfirmed: trial.view(), egress: egress.view(),
		problems: problems(),
		exceptions: exceptions.views(rules.rules(), engine.machine().state.kind !== 'lockdown'),
	});

	const problems = standingProblems({engine, drills, firewall, standing, keys});

	const publish = (): void => tell({type: 'snapshot', snapshot: snapshotNow()});

	const tick = async (): Promise<void> => {
		exceptions.expire();
		await tunnel.read();
		await prover.prove();
		// Only while the policy is known to stand: it is what keeps forwarded packets off the uplink.
		if (prover.proof().kind === 'proven') note('forwarding', forwardingProblem(kernel.sysctl, config));
		publish();
		drills.tick();
		choosing.tick();
		servers.tick();
		catalogue.tick();
		for (const each of [ports, egress, retention]) each.tick();
	};

	const syncNetwork: Engine['syncNetwork'] = () => {
		const read = engine.syncNetwork();
		const {state} = engine.machine();
		// Its owner has brought it up: no back-off is waited for.
		if (guarding?.isUp() === true && state.kind === 'blocked' && state.cause === 'no-tunnel') engine.dispatch({kind: 'retry'});
		return read;
	};
	const onKernel = kernelEvents({clock, engine: {...engine, syncNetwork}, prover, drops, tell, stranger: strangerLog(clock, journal)});

	const openPinhole = pinholeOpener({openings, state: () => engine.machine().state, apply: applyOpenings});
	const catalogue = catalogueKeeper({
		config, kernel, source: deps.provider, openPinhole, engine, journal, note,
		mark: config.numbers.tunnelMark,
		wanted: () => serverOf(engine.machine().target) ?? serverOf(targetIn(recalled)),
		async reload() {
			await servers.reload();
			return servers.choose();
		},
	});

	const queue = commandQueue(answerCommand({owner: guarding?.owner ?? noOwner, engine, clock, exceptions, servers: servers.all, reload: servers.reload, favour: records.favour, check: checked.mark, purge: retention.purge, next: () => choosing.next(), measure, exit: tunnel.exitInWords, trial, remembered: keeping.remark, prove: () => prover.prove(), drill: drills.run}), superseded);

	const submit: Controller['submit'] = async command => {
		if (trial.isOver()) return tooLate;
		if (!isAside(command)) drills.interrupt();
		if (command.do === 'reconnect') catalogue.hurry();
		const outcome = await queue.submit(command);
		journal.write('command', outcome.problem === null ? 'info' : 'warn', `${command.do}${'server' in command ? ` ${command.server}` : ''}: ${outcome.message} (${Math.round(outcome.durationMs)} ms)`);
		void prover.prove().then(publish);
		return outcome;
	};
	const choosing = createChoosing({
		config, clock, journal, engine, drills, queue, submit,
		servers: servers.all, provided: catalogue.entries, recordOf: records.of,
		note: problem => note('rotation', problem),
	});

	return {
		async start() {
			const closed = await closeFirst(kernel, {keeper: firewall});
			if (!closed.ok) return closed;
			const claimed = await firewall.claim();
			if (!claimed.ok) return claimed;
			if (stopping.signal.aborted) return ok(undefined);
			if (config.management !== null) adoptManagement(kernel.network, config.management, {mark: config.numbers.replyMark, journal, note});
			await slowStep('the state folder', keeping.inspect());
			exceptions.resume(await standingLeases(kernel.firewall, clock.monotonic));
			ports.start();
			recall();
			const network = engine.syncNetwork();
			if (!network.ok) return network;
			recalled = guarding?.wanted(intent.recall()) ?? intent.recall();
			const lockedAtStart = recalled.kind === 'unreadable' || (recalled.kind === 'target' && recalled.target.kind === 'lockdown');
			if (lockedAtStart) engine.dispatch({kind: 'start', target: startTarget(recalled, config, []).target});
			const enforced = await engine.enforce();
			if (!enforced.ok) return enforced;
			await prover.prove();
			const watching = await slowStep('the kernel\'s events', kernel.watch(onKernel, {nflogGroup: config.numbers.nflogGroup, signal: stopping.signal}));
			watching.forEach(problem => note(problem.code, problem));
			// What changed between the first reading and the subscription.
			engine.syncNetwork();
			await slowStep('the servers', servers.reload());
			if (stopping.signal.aborted) return ok(undefined);
			const {target, problem} = startTarget(recalled, config, servers.all(), catalogue.entries());
			note('start', problem);
			if (!lockedAtStart) engine.dispatch({kind: 'start', target});
			journal.write('daemon', 'info', `vks ${deps.daemon.version} enforces with ${kernel.firewall.backend}; table ownership ${firewall.ownership()}.`);
			if (deps.daemon.home !== undefined) journal.write('daemon', 'info', `It runs in ${deps.daemon.home.join('. Smaller there: ')}.`);
			stopTicking = everySecond(clock, tick, ms => journal.write('daemon', 'warn', nothingRead(ms)));
			catalogue.tick();
			publish();
			return ok(undefined);
		},
		async stop() {
			stopTicking();
			catalogue.stop();
			const told = Promise.all([ports.stop(), egress.stop()]);
			drills.interrupt();
			stopping.abort();
			const blocked = await endInOrder(engine, clock);
			await told;
			await keeping.remark();
			if (blocked) journal.write('daemon', 'info', 'vks stopped; the policy stays in place and nothing passes.');
			else journal.write('daemon', 'error', 'vks stopped; the kernel has not taken the blocked policy, and the one before it stands.');
			return blocked;
		},
		snapshot: snapshotNow,
		recentDrops: drops.recent,
		recentJournal: () => journal.recent(),
		submit,
		...answerQuestions({kernel, clock, config, engine, firewall, openings, exceptions, prover}),
		openPinhole,
		note,
		write: journal.write,
		subscribe(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
	};
}
