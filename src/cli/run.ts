/**
 * `vks run`: the daemon. Closed before anything is read, so that whatever is wrong with the settings, the folder or the
 * socket, traffic is blocked while the operator reads the message.
 */
import {join} from 'node:path';
import {loadConfig} from '../config/load.ts';
import type {Config} from '../config/config.ts';
import {secretVariables, takeSecrets, type Secrets} from '../config/secrets.ts';
import {settings} from '../config/settings.ts';
import {systemClock} from '../controller/clock.ts';
import {createController} from '../controller/controller.ts';
import {ownWay} from '../controller/own-way.ts';
import {catalogueFile} from '../controller/catalogue-file.ts';
import {exceptionsFile} from '../controller/exceptions-file.ts';
import {keyRingFile} from '../controller/key-ring-file.ts';
import {checklistFile} from '../controller/checklist-file.ts';
import {serverRecordsFile} from '../controller/server-records-file.ts';
import {intentFile} from '../controller/intent.ts';
import {keepHistory} from '../controller/history.ts';
import {journal} from '../controller/journal.ts';
import {noTrial, type Trial} from '../controller/trial.ts';
import {createLogger} from '../controller/log.ts';
import {controlSocketName, defaultRunFolder} from '../control/paths.ts';
import type {Snapshot} from '../control/schema.ts';
import {startControlServer} from '../control/server.ts';
import {statusOf} from '../control/status.ts';
import {probe} from '../control/takeover.ts';
import {defaultBounds} from '../history/moments.ts';
import type {Kernel} from '../kernel/kernel.ts';
import {homeWords, systemHome} from '../kernel/home.ts';
import {isHostNetwork} from '../kernel/namespace.ts';
import {sshSession, type SshSession} from '../kernel/ssh-session.ts';
import {resolvConf, type ResolvConf} from '../kernel/resolv-conf.ts';
import {sealable} from '../kernel/sealable.ts';
import type {Problem} from '../problem.ts';
import {fail, ok} from '../result.ts';
import {readServerFolder} from '../servers/folder.ts';
import {folderStamp} from '../servers/folder-stamp.ts';
import {providerSource, readAllServers} from '../servers/provider-source.ts';
import {smallFileOrNull} from '../small-file.ts';
import {keepHeapSmall} from '../small-heap.ts';
import {version} from '../version.ts';
import {hostNetwork, hostRefusal, otherLinkRefusal} from './host-use.ts';
import {environmentOf, exitCodes, hasOption, type Args, type ExitCode, type Io} from './io.ts';
import {openClosed, wantedKernel, type Backend, type Begin} from './open-closed.ts';
import {outputFor, wrongUsage, type Output} from './output.ts';
import {startReaders} from './readers.ts';
import {stopOnSignals, type Stopping} from './stopping.ts';
import {beginTrial, trialLength, type RunningTrial} from './trial.ts';
import {wrongLength} from './trial-length.ts';

/** More than a console takes, and little of what an engine waits. */
const farewellMs = 1000;

export async function run(args: Args, io: Io): Promise<ExitCode> {
	// The name that others are given when they ask who holds the tables; Node's own would be MainThread.
	process.title = 'vks';
	keepHeapSmall();
	const stopping = stopOnSignals(io.signal);
	const output = outputFor(args, io);
	const env = environmentOf(args, io);
	const mayClose = beforeClosing(args, env, io);
	if ('code' in mayClose) {
		for (const problem of mayClose.problems) output.problem(problem);
		return mayClose.code;
	}
	const onTrial: {running: RunningTrial | null} = {running: null};
	const {config, withinMs, session} = mayClose;
	const begin: Begin | null = config && (async kernel => {
		const refusal = otherLinkRefusal(kernel, config, session);
		if (refusal !== null) return fail(refusal);
		const begun = withinMs === null ? ok(null) : await beginTrial(kernel, config, withinMs, output);
		if (begun.ok) onTrial.running = begun.value;
		return begun.ok ? ok(undefined) : begun;
	});
	const ended = await runClosed({env, stopping, output, begin, management: config?.management ?? null, running: () => onTrial.running});
	const code = (await onTrial.running?.conclude(ended, output)) ?? ended;
	stopping.conclude(code);
	return code;
}

interface Running {
	readonly env: Io['env'];
	readonly stopping: Stopping;
	readonly output: Output;
	/** Null where settings are read after everything is closed. */
	readonly begin: Begin | null;
	/** As far as settings are known before anything is closed. */
	readonly management: Config['management'];
	readonly running: () => RunningTrial | null;
}

async function runClosed({env, stopping, output, begin, management, running}: Running): Promise<ExitCode> {
	const kept = (): Promise<boolean> => daemonAnswers(env);
	const closed = await openClosed(backendIn(env), kept, begin, management);
	if (!closed.ok) {
		output.problem(closed.error);
		return exitCodes.notEnforced;
	}
	const config = loadConfig({env, stillBlocking: true});
	if (!config.ok) {
		for (const problem of config.error) output.problem(problem);
		closed.value.close();
		return exitCodes.usage;
	}
	const secrets = takeSecrets({env, config: config.value});
	// No child inherits them, and nothing that prints the environment has them.
	for (const name of secretVariables) delete process.env[name];
	if (!secrets.ok) {
		for (const problem of secrets.error) output.problem(problem);
		closed.value.close();
		return exitCodes.usage;
	}
	const kernel = await wantedKernel(closed.value, config.value.firewallBackend, kept);
	if (!kernel.ok) {
		output.problem(kernel.error);
		return exitCodes.notEnforced;
	}
	const resolv = resolvConf(config.value.resolvConf, config.value.stateFolder);
	const trial = running()?.trial ?? noTrial;
	const door = trial === noTrial ? null : sealable(kernel.value, resolv);
	try {
		return await serve({kernel: kernel.value, resolv, ...door, config: config.value, secrets: secrets.value, stopping, output, trial});
	} finally {
		await door?.seal();
		kernel.value.close();
	}
}

type MayClose =
	| {readonly problems: readonly Problem[]; readonly code: ExitCode}
	/** `config`: null where settings are read after everything is closed. `withinMs`: null for a start that is no trial. */
	| {readonly config: Config | null; readonly withinMs: number | null; readonly session: SshSession | null};

/**
 * On the host's network, and for a start on trial, wrong settings end the start before anything is changed: nobody could log in
 * to mend them.
 */
function beforeClosing(args: Args, env: Io['env'], io: Io): MayClose {
	const onHost = isHostNetwork();
	if (onHost && !hasOption(args, 'host')) return {problems: [hostNetwork], code: exitCodes.notEnforced};
	const withinMs = trialLength(args, onHost);
	if (withinMs === undefined) return {problems: [], code: wrongUsage(wrongLength, io, 'run')};
	if (!onHost && withinMs === null) return {config: null, withinMs, session: null};
	const config = loadConfig({env});
	if (!config.ok) return {problems: config.error, code: exitCodes.usage};
	const session = onHost ? sshSession(process.pid, smallFileOrNull) : null;
	const refusal = hostRefusal(config.value, session);
	if (refusal !== null) return {problems: [refusal], code: exitCodes.notEnforced};
	return {config: config.value, withinMs, session};
}

interface Serving extends Pick<Running, 'stopping' | 'output'> {
	readonly kernel: Kernel;
	readonly resolv: ResolvConf;
	readonly config: Config;
	readonly secrets: Secrets;
	readonly trial: Trial;
}

async function serve({kernel, resolv, config, secrets, stopping, output, trial}: Serving): Promise<ExitCode> {
	const clock = systemClock();
	const logger = createLogger(config.journalTo === 'memory' ? 'silent' : config.logLevel);
	const provider = providerSource({
		wish: config.provider, secrets: secrets.provider(), cache: catalogueFile(config.stateFolder),
		uid: process.getuid?.() ?? 0, random: clock.random, nowMs: clock.now,
	});
	const controller = createController({
		kernel,
		config,
		secrets,
		clock,
		intent: intentFile(config.stateFolder, config.runFolder),
		exceptionsFile: exceptionsFile(config.stateFolder),
		serverRecordsFile: serverRecordsFile(config.stateFolder),
		keyRingFile: keyRingFile(config.stateFolder),
		checklistFile: checklistFile(config.stateFolder),
		resolv,
		trial,
		readServers: () => readAllServers(provider, () => readServerFolder(config.tunnelFolder)),
		stampServers: () => folderStamp(config.tunnelFolder),
		provider,
		journal: listener => journal(clock, logger, listener, config.keepJournal),
		forgetMoments: beforeMs => history.forget(beforeMs),
		daemon: {version, pid: process.pid, startedAtMs: clock.now(), home: [...homeWords(systemHome(process.env))]},
	});
	const history = keepHistory(controller, clock, {...defaultBounds, ageMs: Math.min(defaultBounds.ageMs, config.keepMs)});
	// The socket is the lock: a second daemon stops here, before it touches what the first one keeps.
	const server = await startControlServer({controller, history, runFolder: config.runFolder, version});
	if (!server.ok) {
		output.problem(server.error);
		return exitCodes.failed;
	}
	const enough = Promise.race([stopping.asked, trial.over]);
	const starting = controller.start();
	const started = await Promise.race([starting, enough.then(() => ok(undefined))]);
	if (!started.ok) {
		output.problem(started.error);
		await server.value.close();
		return exitCodes.notEnforced;
	}
	const complain = (problem: Problem): void => output.problem(problem, statusOf(controller.snapshot(), clock.now()).carries !== null);
	startProblems(controller.snapshot()).forEach(complain);
	const readers = await startReaders({controller, config, secrets, clock, own: ownWay(kernel, config), complain});
	// Remembered, it is an order to stay closed.
	if (controller.snapshot().state.kind === 'lockdown' && (await trial.confirm())) controller.write('daemon', 'warn', 'A lockdown was remembered: it counts as a confirmation, and nothing opens again by itself.');
	await enough;
	await readers.close();
	const stopped = await controller.stop();
	// Asked while it started: what it does is bounded, and must not find the kernel's sockets closed.
	if (stopped) await starting;
	// In a container whoever watches is killed with this process: a console needs a moment to give its terminal back.
	const watched = server.value.clients() > 0;
	await server.value.close();
	if (watched) await clock.sleep(farewellMs);
	return stopped ? exitCodes.fine : exitCodes.failed;
}

/** What is already known to be wrong when the daemon is up: it stays and blocks, and the operator need not ask for the reason. */
function startProblems({servers, problems}: Snapshot): readonly Problem[] {
	const usable = servers.some(server => server.problem === null);
	const files = servers.flatMap(({id, problem}): readonly Problem[] =>
		problem === null
			? []
			: [{code: 'configuration', severity: usable ? 'warning' : 'error', what: problem, stillBlocking: true, next: `Then run \`vks switch ${id}\`.`}],
	);
	return [...files, ...(problems as readonly Problem[])];
}

/** As far as the environment says where; a daemon elsewhere puts its policy before the boot table's again by itself. */
async function daemonAnswers(env: Io['env']): Promise<boolean> {
	const folder = env[settings.runFolder.name] ?? '';
	return (await probe(join(folder === '' ? defaultRunFolder : folder, controlSocketName))).kind === 'alive';
}

/** Before the settings are validated, because the namespace is closed before that; a wrong value is named afterwards. */
function backendIn(env: Io['env']): Backend {
	const wanted = env['VKS_FIREWALL_BACKEND'];
	return wanted === 'libnftables' || wanted === 'nft' ? wanted : 'auto';
}
