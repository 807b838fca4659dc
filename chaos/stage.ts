/** Where a run takes place: one lab, one daemon that is started again when a fault killed it, traffic and the witness. */
import {existsSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {run, type Ran} from '../lab/commands.ts';
import type {Lab} from '../lab/lab.ts';
import {repositoryFolder} from '../lab/program.ts';
import {isAlive} from '../lab/processes.ts';
import {raiseLab} from '../lab/raise.ts';
import type {Witness} from '../lab/witness/witness.ts';
import type {Command, DrillView, JournalEntry} from '../src/control/schema.ts';
import {isConnected, startDaemon, type Daemon} from '../test/helpers/daemon.ts';
import type {Applied} from './fault.ts';
import {burst, proveWitness, startTraffic, type Traffic} from './traffic.ts';

export interface Stage {
	readonly lab: Lab;
	readonly witness: Witness;
	readonly traffic: Traffic;
	/** Packets the witness saw while nothing guarded. */
	readonly unguarded: number;
	daemon(): Daemon;
	/** Whether the tables are owned now, so that nobody else can change them. */
	owned(): boolean;
	/** In the client. */
	client(...argv: readonly string[]): Promise<Ran>;
	/** On the host's side. */
	run(...argv: readonly string[]): Promise<Ran>;
	kill(): Promise<void>;
	restart(): Promise<void>;
	/** Sends a command to the daemon; a refusal is an answer, and so is that it is not there. */
	tell(command: Command): Promise<Applied>;
	/** Null where the daemon did not run one. */
	drill(): Promise<DrillView | null>;
	/** Only to a process that is there. */
	signal(pid: number, signal: NodeJS.Signals): void;
	/** How far the daemon's clock is off from now on. */
	setClock(offsetMs: number): Promise<void>;
	/** The daemon's idea of now. */
	now(): number;
	burst(): Promise<void>;
	/** Entries of all daemons so far, in order. */
	journal(): readonly JournalEntry[];
	end(): Promise<void>;
}

export interface StageOptions {
	readonly environment?: Readonly<Record<string, string>>;
	readonly signal: AbortSignal;
}

/** Room for the intent and little more, so that it is soon full. */
const stateFolderSize = '64k';

export async function raiseStage({environment = {}, signal}: StageOptions): Promise<Stage> {
	const lab = await raiseLab({signal});
	try {
		const {folders} = lab.description;
		await run(['mount', '-t', 'tmpfs', '-o', `size=${stateFolderSize},mode=0700`, 'tmpfs', folders.daemonState]);
		const witness = await lab.observe();
		const start = await witness.mark();
		const traffic = await startTraffic(lab);
		await traffic.only(null);
		const unguarded = await proveWitness(witness, start);
		signal.throwIfAborted();
		return await withDaemon({lab, witness, traffic, unguarded, environment});
	} catch (error) {
		await lab.down();
		throw error;
	}
}

type Ground = Pick<Stage, 'lab' | 'witness' | 'traffic' | 'unguarded'> & Required<Pick<StageOptions, 'environment'>>;

async function withDaemon({lab, witness, traffic, unguarded, environment}: Ground): Promise<Stage> {
	const clockFile = join(lab.description.folders.state, 'clock');
	const earlier: JournalEntry[] = [];
	let offsetMs = 0;
	const start = (): Promise<Daemon> =>
		startDaemon(lab, {environment: {VKS_SERVER: 'se-sto-1', ...environment, NODE_OPTIONS: `--import=${join(repositoryFolder, 'chaos/programs/clock.mjs')}`, CHAOS_CLOCK_FILE: clockFile}});
	let daemon = await start();
	await daemon.until('it was connected', isConnected, 30_000);
	return {
		lab, witness, traffic, unguarded,
		daemon: () => daemon,
		owned: () => isAlive(daemon.process) && daemon.snapshot().proof.covers.includes('ownership'),
		client: (...argv) => lab.exec('client', argv),
		run: (...argv) => run(argv, {mustSucceed: false}),
		kill: async () => {
			await daemon.kill();
			earlier.push(...daemon.journal());
		},
		restart: async () => {
			daemon = await start();
		},
		tell: async command => {
			try {
				const {ok, message} = await daemon.command(command);
				return {effect: ok ? 'changed' : 'refused', detail: `${command.do}: ${message}`};
			} catch (error) {
				return {effect: 'nothing', detail: `${command.do}: ${error instanceof Error ? error.message : String(error)}`};
			}
		},
		drill: async () => {
			try {
				return (await daemon.command({do: 'drill'})).drill ?? null;
			} catch {
				return null;
			}
		},
		signal: (pid, signal) => {
			if (existsSync(`/proc/${pid}`)) process.kill(pid, signal);
		},
		setClock: async milliseconds => {
			offsetMs = milliseconds;
			writeFileSync(clockFile, String(milliseconds));
		},
		now: () => Date.now() + offsetMs,
		burst: () => burst(lab),
		journal: () => [...earlier, ...(isAlive(daemon.process) ? daemon.journal() : [])],
		end: async () => {
			try {
				await traffic.stop();
				if (isAlive(daemon.process)) await daemon.kill();
			} finally {
				const {resolvConf} = lab.description.folders;
				await run(['chattr', '-i', resolvConf], {mustSucceed: false});
				rmSync(resolvConf, {force: true});
				await lab.down();
			}
		},
	};
}
