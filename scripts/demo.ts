/** The second half of `npm start`: the lab called demo, the daemon in its client, the application, and the console. */
import {existsSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {join} from 'node:path';
import type {LabDescription} from '../lab/description.ts';
import {readLabIds, takeDown} from '../lab/down.ts';
import {openLab, type Lab} from '../lab/lab.ts';
import {isAlive, readRecords, stopProcesses, waitUntil} from '../lab/processes.ts';
import {repositoryFolder} from '../lab/program.ts';
import {raiseLab} from '../lab/raise.ts';

/** Fixed, so that the next `npm start` finds it again; a test has one of its own beside it. */
export const demoId = process.env['VKS_DEMO_LAB'] ?? 'demo';

const daemonWithinMs = 15_000;
const settledWithinMs = 45_000;
const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function main(): Promise<number> {
	const interrupted = new AbortController();
	const interrupt = (): void => interrupted.abort(new Error('interrupted'));
	// Not `once`: a second Ctrl-C must not end us while the lab is being taken down.
	process.on('SIGINT', interrupt).on('SIGTERM', interrupt).on('SIGHUP', interrupt);
	try {
		const lab = await demoLab(interrupted.signal);
		await demoDaemon(lab, interrupted.signal);
		if (!isRunning(lab, 'traffic')) lab.traffic();
		const canShow = process.stdin.isTTY && process.stdout.isTTY && process.env['TERM'] !== 'dumb';
		if (!canShow) return await showStatus(lab, interrupted.signal);
		process.off('SIGINT', interrupt).off('SIGTERM', interrupt).off('SIGHUP', interrupt);
		return await openConsole(lab);
	} catch (error) {
		if (!interrupted.signal.aborted) {
			process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
			return 1;
		}
		await takeDown(demoId);
		process.stderr.write('interrupted: the lab was taken down again\n');
		return 130;
	}
}

/** The one that stands if it is whole and ours; a half raised or broken one is replaced. */
async function demoLab(signal: AbortSignal): Promise<Lab> {
	const from = performance.now();
	if (readLabIds().includes(demoId)) {
		const standing = wholeLab();
		if (standing !== null) {
			say(`lab      the one called ${demoId} still stands`);
			return standing;
		}
		say(`lab      the one called ${demoId} is broken or another checkout's: taken down first`);
		await takeDown(demoId);
	}
	const lab = await raiseLab({id: demoId, signal});
	signal.throwIfAborted();
	say(`lab      ${demoId} raised in ${((performance.now() - from) / 1000).toFixed(1)} s`);
	return lab;
}

function wholeLab(): Lab | null {
	try {
		const lab = openLab(demoId);
		const {namespaces, commands, folders} = lab.description;
		const isOurs = commands.daemon.some(word => word.startsWith(join(repositoryFolder, 'dist')));
		const stands = Object.values(namespaces).every(name => existsSync(`/run/netns/${name}`));
		const serves = readRecords(folders.processes).filter(({name}) => /^(services|wireguard)-/.test(name));
		return isOurs && stands && serves.length > 0 && serves.every(isAlive) ? lab : null;
	} catch {
		return null;
	}
}

const isRunning = ({description}: Lab, name: string): boolean => readRecords(description.folders.processes).some(record => record.name === name && isAlive(record));

/** Built since it was started: the daemon must be replaced, or the console would show yesterday's program. */
const builtAt = ({commands}: LabDescription): string => {
	const program = commands.daemon.find(word => word.endsWith('vks.js')) ?? '';
	return ['vks.js', 'vks-run.js'].map(name => statSync(join(program, '..', name)).mtimeMs).join(' ');
};

async function demoDaemon(lab: Lab, signal: AbortSignal): Promise<void> {
	const {commands, folders} = lab.description;
	const stamp = join(folders.state, 'daemon-built');
	const standing = readRecords(folders.processes).filter(({name}) => name === 'daemon');
	const built = builtAt(lab.description);
	if (standing.some(isAlive) && existsSync(stamp) && readFileSync(stamp, 'utf8') === built) return say('daemon   still runs');
	// What it leaves in the kernel keeps blocking until the next one takes over.
	await stopProcesses(standing, 'SIGTERM', 5_000);
	const daemon = lab.spawn('client', commands.daemon, {name: 'daemon'});
	writeFileSync(stamp, built);
	const answers = async (): Promise<boolean> => signal.aborted || !isAlive(daemon) || (await readStatus(lab)) !== null;
	const settled = await waitUntil(answers, daemonWithinMs);
	signal.throwIfAborted();
	if (!isAlive(daemon)) throw new Error(`the daemon ended at once:\n${tail(daemon.log)}`);
	if (!settled) throw new Error(`the daemon does not answer; its log, ${daemon.log}, ends with:\n${tail(daemon.log)}`);
	say(`daemon   runs, log ${daemon.log}`);
}

const tail = (file: string): string => readFileSync(file, 'utf8').trim().split('\n').slice(-8).join('\n');

interface ShortStatus {
	readonly state: string;
	readonly proof: {readonly kind: string};
	readonly tunnel: {readonly handshakeAgeSeconds: number | null; readonly exit: unknown} | null;
}

async function readStatus(lab: Lab): Promise<ShortStatus | null> {
	const {exitCode, stdout} = await lab.exec('client', [...programOf(lab.description.commands.vks), 'status', '--json']);
	// Our own program's answer, in this same version.
	return exitCode === 0 || exitCode === 3 ? (JSON.parse(stdout) as ShortStatus) : null;
}

/** Without the way into the namespace, which `exec` brings. */
const programOf = (argv: readonly string[]): readonly string[] => argv.slice(argv.indexOf('--') + 1);

/** An operator's lockdown outlives the lab's daemon, and is as settled as a connection that has its facts. */
function isSettled(status: ShortStatus | null): boolean {
	if (status?.proof.kind !== 'proven') return false;
	const {state, tunnel} = status;
	return state === 'lockdown' || (state === 'connected' && tunnel !== null && tunnel.handshakeAgeSeconds !== null && tunnel.exit !== null);
}

/** Without a terminal: one status, once there is something to say. */
async function showStatus(lab: Lab, signal: AbortSignal): Promise<number> {
	const settled = await waitUntil(async () => signal.aborted || isSettled(await readStatus(lab)), settledWithinMs);
	signal.throwIfAborted();
	const {stdout, stderr} = await lab.exec('client', [...programOf(lab.description.commands.vks), 'status']);
	say(`\n${stdout.trim()}\n${stderr}`);
	if (!settled) process.stderr.write(`not connected and proven within ${settledWithinMs / 1000} seconds; the daemon's log is in ${lab.description.folders.logs}\n`);
	say(farewell);
	return settled ? 0 : 1;
}

/** One line, also on 80 columns. */
const farewell = `The lab still runs. Back: npm start. Remove it: npm run lab -- down --id ${demoId}`;

/** It inherits the terminal, and with it Ctrl-C: what that means while the console is open is the console's business. */
async function openConsole(lab: Lab): Promise<number> {
	const [program = '', ...rest] = lab.description.commands.console;
	const child = spawn(program, rest, {stdio: 'inherit', env: {...process.env, ...lab.description.environment}});
	process.on('SIGINT', () => undefined);
	for (const name of ['SIGTERM', 'SIGHUP'] as const) process.on(name, () => child.kill(name));
	const [code] = await once(child, 'exit');
	say(farewell);
	return typeof code === 'number' ? code : 1;
}

if (import.meta.main) process.exitCode = await main();
