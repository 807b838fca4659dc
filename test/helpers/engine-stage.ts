/** A lab whose client runs a real container engine, and a project folder as an operator has one: a compose file and its tunnels. */
import {cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, afterEach, beforeAll, expect} from 'vitest';
import {z} from 'zod';
import {run, type Ran, type RunOptions} from '../../lab/commands.ts';
import {startEngine, type Engine, type EngineOptions} from '../../lab/engine/engine.ts';
import type {LabOptions} from '../../lab/description.ts';
import type {Lab} from '../../lab/lab.ts';
import {hangsAfterMs, waitUntil} from '../../lab/processes.ts';
import {repositoryFolder} from '../../lab/program.ts';
import {raiseLab} from '../../lab/raise.ts';
import {isEndpointsOwn} from '../../lab/witness/frame.ts';
import type {Mark, Witness} from '../../lab/witness/witness.ts';
import {labEnvironment} from './engine-acts.ts';
import {openTerminal, type TerminalSession} from './terminal.ts';

/** What the application's page says. */
export const pageSchema = z.object({
	startedAtMs: z.number(), sent: z.number(), refused: z.number(), echoes: z.number(), longestGapMs: z.number(),
	lastEchoAtMs: z.number().nullable(), exits: z.record(z.string(), z.number()), lastExit: z.string().nullable(), lastExitAtMs: z.number().nullable(), nowMs: z.number(),
});
export type Page = z.infer<typeof pageSchema>;

export interface EngineStage {
	readonly lab: Lab;
	readonly engine: Engine;
	readonly witness: Witness;
	/** Where compose files and their tunnels lie. */
	readonly project: string;
	readonly tunnels: string;
	/** Arguments of `docker-compose` in the project. */
	compose(argv: readonly string[], options?: RunOptions): Promise<Ran>;
	/** A shipped compose file with what only a lab needs laid over it. */
	useCompose(name: string, over?: Readonly<Record<string, unknown>>): void;
	/** `docker exec -it` in a real terminal. */
	exec(container: string, argv: readonly string[], size?: {readonly columns: number; readonly rows: number}): TerminalSession;
	/** The words of `vks status` and the like, whatever the exit code. */
	vks(container: string, ...argv: readonly string[]): Promise<Ran>;
	connected(container?: string): Promise<void>;
	/** The first `vks status` that reads so: one that is asked while the machine stands still is old, or none. */
	says(pattern: RegExp): Promise<string>;
	/** From beside the engine's host, as an operator on it: the published port of an application. */
	page(port?: number): Promise<Page | null>;
	/** Of the program in it, on the engine's host. */
	pidOf(container: string): Promise<string>;
	/** A page that meets the condition. */
	until(what: string, good: (page: Page) => boolean, port?: number): Promise<Page>;
	leaked(since: Mark): Promise<number>;
	/** Everything that runs and every volume, but not images. */
	clear(): Promise<void>;
	down(): Promise<void>;
}

const size = {columns: 120, rows: 40};
/** The kernel sends one in a second to each destination (icmp_ratelimit). */
const answersAtMost = 3;

/** Call it once at the top of a test file: one engine for all its tests, each of which finds it empty. */
export function engineStage(options: LabOptions & EngineOptions = {}): () => EngineStage {
	const standing: {stage?: EngineStage} = {};
	beforeAll(async () => {
		standing.stage = await raiseEngineStage(options);
	});
	afterAll(async () => standing.stage?.down());
	afterEach(async () => standing.stage?.clear());
	return () => {
		if (standing.stage === undefined) throw new Error('the stage was not set');
		return standing.stage;
	};
}

async function raiseEngineStage({iptables, resolvConf, settings, before, ...options}: LabOptions & EngineOptions): Promise<EngineStage> {
	const lab = await raiseLab(options);
	const project = mkdtempSync(join(tmpdir(), 'vks-project-'));
	try {
		const engine = await startEngine(lab, {...(iptables === undefined ? {} : {iptables}), ...(resolvConf === undefined ? {} : {resolvConf}), ...(settings === undefined ? {} : {settings}), ...(before === undefined ? {} : {before})});
		return await stageOn(lab, engine, project);
	} catch (error) {
		rmSync(project, {recursive: true, force: true});
		await lab.down();
		throw error;
	}
}

async function stageOn(lab: Lab, engine: Engine, project: string): Promise<EngineStage> {
	const witness = await lab.observe();
	const sessions: TerminalSession[] = [];
	const files = {names: [] as string[]};
	const tunnels = join(project, 'tunnels');
	mkdirSync(tunnels, {mode: 0o700});
	for (const name of readdirSync(lab.description.folders.servers)) cpSync(join(lab.description.folders.servers, name), join(tunnels, name));
	/** What went wrong is in a container's log, not in the engine's answer. */
	const logs = async (): Promise<string> => {
		const {stdout} = await engine.docker(['ps', '--all', '--format', '{{.Names}}'], {mustSucceed: false});
		const each = await Promise.all(stdout.split('\n').filter(Boolean).map(async name => `${name}:\n${Object.values(await engine.docker(['logs', '--tail', '15', name], {mustSucceed: false})).join('\n')}`));
		return each.join('\n');
	};
	const compose: EngineStage['compose'] = async (argv, options = {}) => {
		const ran = await run(['docker-compose', '--project-name', 'lab', ...files.names.flatMap(name => ['--file', name]), ...argv], {...options, mustSucceed: false, folder: project, environment: {...engine.environment, ...options.environment}});
		if (options.mustSucceed === false || ran.exitCode === 0) return ran;
		throw new Error(`docker-compose ${argv.join(' ')}: ${ran.stderr}\n${await logs()}`);
	};
	const vks: EngineStage['vks'] = (container, ...argv) => engine.docker(['exec', container, 'vks', ...argv], {mustSucceed: false});
	const page: EngineStage['page'] = async (port = 8080) => {
		const {exitCode, stdout} = await lab.exec('client', ['curl', '--silent', '--max-time', '2', `http://127.0.0.1:${port}/`]);
		return exitCode === 0 ? pageSchema.parse(JSON.parse(stdout)) : null;
	};
	const clear = async (): Promise<void> => {
		for (const session of sessions.splice(0)) session.kill('SIGKILL');
		const {stdout} = await engine.docker(['ps', '--all', '--quiet']);
		const containers = stdout.split('\n').filter(Boolean);
		if (containers.length > 0) await engine.docker(['rm', '--force', '--volumes', ...containers]);
		await engine.docker(['volume', 'prune', '--force']);
		await engine.docker(['network', 'prune', '--force']);
	};
	return {
		lab, engine, witness, project, tunnels, compose, vks, page, clear,
		useCompose(name, over = {}) {
			cpSync(join(repositoryFolder, 'container', 'compose', name), join(project, name));
			const laid = {services: {vpn: {environment: labEnvironment(lab)}}, ...over};
			writeFileSync(join(project, 'lab.yaml'), JSON.stringify(laid));
			files.names = [name, 'lab.yaml'];
		},
		exec(container, argv, {columns, rows} = size) {
			const session = openTerminal(engine.command(['exec', '-it', container, ...argv]), {columns, rows, environment: engine.environment});
			sessions.push(session);
			return session;
		},
		async connected(container = 'vpn') {
			const said = {text: ''};
			const good = await waitUntil(async () => {
				const {exitCode, stdout, stderr} = await vks(container, 'check');
				said.text = stdout + stderr;
				return exitCode === 0;
			});
			if (!good) throw new Error(`${container} is not healthy: ${said.text}\n${(await engine.docker(['logs', '--tail', '20', container], {mustSucceed: false})).stdout}`);
		},
		async says(pattern) {
			let said = '';
			if (!(await waitUntil(async () => pattern.test((said = (await vks('vpn', 'status')).stdout))))) throw new Error(`${pattern.source} did not appear within the time; it said: ${said}`);
			return said;
		},
		async until(what, good, port) {
			const last: {page: Page | null} = {page: null};
			const fine = await waitUntil(async () => {
				last.page = await page(port);
				return last.page !== null && good(last.page);
			});
			if (!fine || last.page === null) throw new Error(`${hangsAfterMs} ms passed before ${what}: ${JSON.stringify(last.page)}`);
			return last.page;
		},
		pidOf: async container => (await engine.docker(['inspect', '--format', '{{.State.Pid}}', container])).stdout.trim(),
		async leaked(since) {
			const {outside} = await witness.since(since);
			const answers = outside.samples.filter(isEndpointsOwn);
			// Where a container goes and comes, a kernel outside of the rules may tell the server so. It is told, and is never many.
			if (answers.length > 0) process.stderr.write(`to a tunnel's own server: ${JSON.stringify(answers)}\n`);
			const count = outside.count - Math.min(answers.length, answersAtMost);
			if (count > 0) expect(outside.samples).toEqual([]);
			return count;
		},
		async down() {
			try {
				await clear();
				await engine.stop();
				expect((await witness.stop()).droppedByKernel).toBe(0);
			} finally {
				rmSync(project, {recursive: true, force: true});
				await lab.down();
			}
		},
	};
}
