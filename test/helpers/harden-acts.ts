/** What tests of a hardening do beside a real engine: order it as the host's root, and look at what stands then. */
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {onTestFinished} from 'vitest';
import {run, type Ran} from '../../lab/commands.ts';
import type {Lab} from '../../lab/lab.ts';
import {isAlive, waitUntil, type Running} from '../../lab/processes.ts';
import {planSchema, type PlanJson} from '../../src/harden/plan-schema.ts';
import {smallFileOrNull} from '../../src/small-file.ts';
import type {EngineStage} from './engine-stage.ts';

export interface Harden {
	readonly folder: string;
	plan(...options: readonly string[]): Promise<PlanJson>;
	/** To its end: with `--confirm-within off`, `--confirm` or `--undo`. */
	order(...options: readonly string[]): Promise<Ran>;
	/** Applied, and waiting for its confirmation. */
	applied(...options: readonly string[]): Promise<Running>;
	/** All rules of the client's network, without counters and handles, by each program that lists them. */
	picture(): Promise<string>;
}

export const hardenOn = ({lab, engine}: EngineStage): Harden => hardenIn(lab, (engine.environment['DOCKER_HOST'] ?? '').replace('unix://', ''));

export function hardenIn(lab: Lab, socket: string, more: Readonly<Record<string, string>> = {}): Harden {
	const folder = mkdtempSync(join(tmpdir(), 'vks-harden-'));
	onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
	const {vks} = lab.description.commands;
	const environment = {VKS_STATE_FOLDER: folder, ...more};
	const order: Harden['order'] = (...options) => run([...vks, 'harden', '--docker', socket, ...options], {environment, mustSucceed: false, timeoutMs: 60_000});
	return {
		folder, order,
		async plan(...options) {
			const {stdout, stderr, exitCode} = await order('--json', ...options);
			if (exitCode > 1) throw new Error(stderr);
			return planSchema.parse(JSON.parse(stdout));
		},
		async applied(...options) {
			const process = lab.spawn('client', [...vks.slice(3), 'harden', '--apply', '--json', '--docker', socket, ...options], {name: 'harden', environment});
			const stands = (): boolean => (smallFileOrNull(join(folder, 'harden-trial.json')) ?? '').includes('"standing"');
			if (!(await waitUntil(async () => stands() || !isAlive(process))) || !stands()) throw new Error(`it was not applied: ${readFileSync(process.log, 'utf8')}`);
			return process;
		},
		async picture() {
			const programs = [['iptables-nft-save'], ['ip6tables-nft-save'], ['iptables-legacy-save'], ['ip6tables-legacy-save'], ['nft', '-s', 'list', 'ruleset']];
			const texts = await Promise.all(programs.map(argv => lab.exec('client', argv)));
			return texts.map(({stdout}, index) => `${programs[index]?.join(' ') ?? ''}\n${stdout.replaceAll(/^#.*\n?/gm, '').replaceAll(/\[\d+:\d+\]/g, '[0:0]')}`).join('\n');
		},
	};
}
