/** `vks dns restore`: resolv.conf as it was before vks. Without a daemon, because a daemon would point it away again. */
import {join} from 'node:path';
import {loadConfig} from '../config/load.ts';
import {controlSocketName} from '../control/paths.ts';
import {probe, type Answer} from '../control/takeover.ts';
import {restoreResolvConf} from '../kernel/resolv-conf.ts';
import type {Problem} from '../problem.ts';
import {environmentOf, exitCodes, textOption, type Args, type ExitCode, type Io} from './io.ts';
import {outputFor, wrongUsage} from './output.ts';

export async function run(args: Args, io: Io): Promise<ExitCode> {
	const [action = ''] = args.positionals;
	if (action !== 'restore') return wrongUsage(`dns cannot "${action}": write vks dns restore`, io, 'dns');
	const output = outputFor(args, io);
	const config = loadConfig({env: environmentOf(args, io)});
	if (!config.ok) {
		for (const problem of config.error) output.problem(problem);
		return exitCodes.usage;
	}
	const {resolvConf: path, stateFolder, runFolder} = config.value;
	const socket = textOption(args, 'socket') ?? join(runFolder, controlSocketName);
	const answer = await probe(socket);
	const refusal = refusalBy(answer, socket);
	const restored = refusal === null ? restoreResolvConf(path, stateFolder) : {ok: false as const, error: refusal};
	if (!restored.ok) {
		output.problem(restored.error);
		return exitCodes.failed;
	}
	if (output.wantsJson) output.json({version: 1, path, changed: restored.value === 'restored'});
	else output.line(`${path} ${restored.value === 'restored' ? 'is again' : 'is'} as it was before vks. Look-ups stay refused as long as the tables of vks stand.`);
	return exitCodes.fine;
}

/** What lives would write the file again; of what cannot be asked, nobody knows. */
function refusalBy(answer: Answer, socket: string): Problem | null {
	switch (answer.kind) {
		case 'gone':
		case 'dead':
			return null;
		case 'alive':
			return refusal(`A daemon${answer.pid === null ? '' : ` (pid ${answer.pid})`} answers at ${socket}, and keeps resolv.conf on the tunnel's resolvers: nothing was changed.`, 'Look-ups elsewhere are refused anyway. Stop the daemon first.');
		case 'foreign':
			return refusal(`Whether a daemon runs cannot be seen at ${socket}: ${answer.why}. Nothing was changed.`, 'Run it as root, or name the daemon\'s socket with --socket.');
	}
}

const refusal = (what: string, next: string): Problem => ({code: 'dns', severity: 'error', what, stillBlocking: 'unknown', next});
