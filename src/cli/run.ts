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
import {catalogueFile} from '../controller/catalogue-file.ts';
import {closeFirst} from '../controller/close-first.ts';
import {exceptionsFile} from '../controller/exceptions-file.ts';
import {serverRecordsFile} from '../controller/server-records-file.ts';
import {intentFile} from '../controller/intent.ts';
import {keepHistory} from '../controller/history.ts';
import {journal} from '../controller/journal.ts';
import {createLogger} from '../controller/log.ts';
import {controlSocketName, defaultRunFolder} from '../control/paths.ts';
import type {Snapshot} from '../control/schema.ts';
import {startControlServer} from '../control/server.ts';
import {probe} from '../control/takeover.ts';
import {linuxDevices} from '../kernel/devices.ts';
import type {Kernel} from '../kernel/kernel.ts';
import {isHostNetwork} from '../kernel/namespace.ts';
import {openLinuxKernel, type LinuxKernelOptions} from '../kernel/linux.ts';
import {resolvConf} from '../kernel/resolv-conf.ts';
import type {Problem} from '../problem.ts';
import {fail, ok, type Result} from '../result.ts';
import {readServerFolder} from '../servers/folder.ts';
import {providerSource, readAllServers} from '../servers/provider-source.ts';
import {keepHeapSmall} from '../small-heap.ts';
import {version} from '../version.ts';
import {environmentOf, exitCodes, hasOption, type Args, type ExitCode, type Io} from './io.ts';
import {outputFor, type Output} from './output.ts';
import {stopOnSignals, type Stopping} from './stopping.ts';

type Backend = LinuxKernelOptions['backend'];
type Kept = () => Promise<boolean>;

export async function run(args: Args, io: Io): Promise<ExitCode> {
	// The name that others are given when they ask who holds the tables; Node's own would be MainThread.
	process.title = 'vks';
	keepHeapSmall();
	const stopping = stopOnSignals(io.signal);
	const output = outputFor(args, io);
	const env = environmentOf(args, io);
	if (isHostNetwork() && !hasOption(args, 'host')) {
		output.problem(hostNetwork);
		return exitCodes.notEnforced;
	}
	const kept = (): Promise<boolean> => daemonAnswers(env);
	const closed = await openClosed(backendIn(env), kept);
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
	try {
		const code = await serve(kernel.value, config.value, secrets.value, stopping, output);
		stopping.conclude(code);
		return code;
	} finally {
		kernel.value.close();
	}
}

const hostNetwork: Problem = {
	code: 'host-namespace',
	severity: 'error',
	what: 'This is the host\'s own network: vks would close it, and with it the session that you read this in. Nothing was changed.',
	stillBlocking: 'unknown',
	next: 'Start vks in a container or a network namespace of its own; `vks run --host` if you mean the host.',
};

/** The door to the kernel, with the namespace closed behind it. */
async function openClosed(backend: Backend, kept: Kept): Promise<Result<Kernel, Problem>> {
	const kernel = await openLinuxKernel({backend, devices: linuxDevices()});
	if (!kernel.ok) return fail((await closeAnotherWay(backend, kept)) ? withoutBackend(backend, kernel.error) : notClosed(kernel.error));
	const closed = await closeFirst(kernel.value, {kept});
	if (closed.ok) return kernel;
	kernel.value.close();
	return fail(notClosed(closed.error));
}

/** The file may name another backend than the environment did; the namespace is closed by now either way. */
async function wantedKernel(kernel: Kernel, backend: Backend, kept: Kept): Promise<Result<Kernel, Problem>> {
	if (backend === 'auto' || backend === kernel.firewall.backend) return ok(kernel);
	kernel.close();
	return openClosed(backend, kept);
}

async function serve(kernel: Kernel, config: Config, secrets: Secrets, stopping: Stopping, output: Output): Promise<ExitCode> {
	const clock = systemClock();
	const logger = createLogger(config.logLevel);
	const provider = providerSource({
		wish: config.provider, secrets: secrets.provider(), cache: catalogueFile(config.stateFolder),
		uid: process.getuid?.() ?? 0, random: clock.random, nowMs: clock.now,
	});
	const controller = createController({
		kernel,
		config,
		secrets,
		clock,
		intent: intentFile(config.stateFolder),
		exceptionsFile: exceptionsFile(config.stateFolder),
		serverRecordsFile: serverRecordsFile(config.stateFolder),
		resolv: resolvConf(config.resolvConf, config.stateFolder),
		readServers: () => readAllServers(provider, () => readServerFolder(config.tunnelFolder)),
		provider,
		journal: listener => journal(clock, logger, listener),
		daemon: {version, pid: process.pid, startedAtMs: clock.now()},
	});
	// The socket is the lock: a second daemon stops here, before it touches what the first one keeps.
	const server = await startControlServer({controller, history: keepHistory(controller, clock), runFolder: config.runFolder, version});
	if (!server.ok) {
		output.problem(server.error);
		return exitCodes.failed;
	}
	const starting = controller.start();
	const started = await Promise.race([starting, stopping.asked.then(() => ok(undefined))]);
	if (!started.ok) {
		output.problem(started.error);
		await server.value.close();
		return exitCodes.notEnforced;
	}
	for (const problem of startProblems(controller.snapshot())) output.problem(problem);
	await stopping.asked;
	const stopped = await controller.stop();
	// Asked while it started: what it does is bounded, and must not find the kernel's sockets closed.
	if (stopped) await starting;
	await server.value.close();
	return stopped ? exitCodes.fine : exitCodes.failed;
}

/** The way into the kernel that the operator wants may be missing where the other is there: that one closes, and no more. */
async function closeAnotherWay(backend: Backend, kept: Kept): Promise<boolean> {
	if (backend === 'auto') return false;
	const kernel = await openLinuxKernel({backend: 'auto', devices: linuxDevices()});
	if (!kernel.ok) return false;
	const closed = await closeFirst(kernel.value, {kept});
	kernel.value.close();
	return closed.ok;
}

const withoutBackend = (backend: Backend, problem: Problem): Problem => ({
	...problem,
	what: `${settings.firewallBackend.name}=${backend}, but ${backend === 'nft' ? 'there is no program nft' : 'the library libnftables.so.1 was not found'}.`,
	stillBlocking: true,
	next: `Install nftables (\`apt-get install nftables\`, \`apk add nftables\`), or set ${settings.firewallBackend.name}=auto, and start vks again.`,
});

/** Said in so many words: who reads only that something failed would trust the kill switch all the same. */
const notClosed = (problem: Problem): Problem => ({
	...problem,
	what: `${problem.what} vks changed nothing here: what refused traffic before still does, and where nothing did, traffic is NOT blocked.`,
});

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
