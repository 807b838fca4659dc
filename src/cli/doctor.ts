/** `vks doctor`: what is wrong, how that is known, and what mends it. With a daemon and without one; changes nothing. */
import {loadConfig} from '../config/load.ts';
import type {Snapshot} from '../control/schema.ts';
import {examine, type Diagnosis} from '../doctor/examine.ts';
import type {Finding} from '../doctor/finding.ts';
import {gather} from '../doctor/gather.ts';
import type {Problem} from '../problem.ts';
import type {Result} from '../result.ts';
import {newest, openDaemon} from './daemon.ts';
import {environmentOf, exitCodes, textOption, type Args, type ExitCode, type Io} from './io.ts';
import {findingHead, notLookedLines} from './finding-lines.ts';
import {outputFor, paint} from './output.ts';

export async function run(args: Args, io: Io): Promise<ExitCode> {
	const output = outputFor(args, io);
	const env = environmentOf(args, io);
	const config = loadConfig({env});
	// The run folder may be set in the file alone.
	const daemon = await askDaemon(args, config.ok ? {...io, env: {...env, VKS_RUN_FOLDER: config.value.runFolder}} : io);
	const facts = await gather({env, nowMs: io.now(), daemon, dockerSocket: textOption(args, 'docker') ?? null});
	if (!facts.kernel.ok && facts.kernel.error.code === 'no-permission' && process.geteuid?.() !== 0) {
		output.problem({...facts.kernel.error, what: `${facts.kernel.error.what} So little can be seen that no answer would be worth anything.`, next: 'Run it as root in the namespace of vks: `docker exec -u 0 NAME vks doctor`.'});
		return exitCodes.notEnforced;
	}
	const diagnosis = examine(facts);
	if (output.wantsJson) output.json({version: 1, healthy: !diagnosis.findings.some(isHigh), findings: diagnosis.findings, looked: diagnosis.looked, notLooked: diagnosis.notLooked});
	else for (const line of diagnosisLines(diagnosis)) output.line(line);
	return diagnosis.findings.some(isHigh) ? exitCodes.failed : exitCodes.fine;
}

const isHigh = ({severity}: Finding): boolean => severity === 'high';

async function askDaemon(args: Args, io: Io): Promise<Result<Snapshot, Problem>> {
	const daemon = await openDaemon(args, io, 'read');
	if (!daemon.ok) return daemon;
	const update = await newest(daemon.value, 'snapshot');
	daemon.value.client.close();
	return update.ok ? {ok: true, value: update.value.snapshot} : update;
}

export function diagnosisLines({findings, looked, notLooked}: Diagnosis): readonly string[] {
	return [
		...findings.flatMap(({severity, id, what, proof, fix}) => [findingHead({severity, id, what}), `       seen  ${proof}`, `       fix   ${fix}`, '']),
		`${findings.length === 0 ? paint('good', 'Nothing found') : `${findings.length} found`}; looked at ${looked.join(', ')}.`,
		...notLookedLines(notLooked.map(({title, why}) => ({what: title, why}))),
	];
}
