/** `vks harden`: what would close what an audit found; and by its options doing so, keeping it, and taking it back. */
import {settings} from '../config/settings.ts';
import {parseChoices, type Choices} from '../harden/choices.ts';
import {planFiles} from '../harden/host/plan-files.ts';
import {planHost} from '../harden/host/plan-host.ts';
import {choicesKept, settle} from '../harden/host/trial.ts';
import type {Plan} from '../harden/plan.ts';
import type {PlanJson} from '../harden/plan-schema.ts';
import {sshSession, type SshSession} from '../kernel/ssh-session.ts';
import {hostCidr} from '../net/cidr.ts';
import type {Result} from '../result.ts';
import {smallFileOrNull} from '../small-file.ts';
import {exitCodes, hasOption, textOption, type Args, type ExitCode, type Io} from './io.ts';
import {applyPlan} from './harden-apply.ts';
import {confirmHardening, guardHardening, undoHardening} from './harden-end.ts';
import {planLines} from './harden-text.ts';
import {harmed} from './harden-words.ts';
import {outputFor, wrongUsage} from './output.ts';
import {onHostMs, trialLength, wrongLength} from './trial-length.ts';

const orders = ['plan', 'apply', 'confirm', 'undo', 'guard'] as const;

export async function run(args: Args, io: Io): Promise<ExitCode> {
	const said = orders.filter(name => hasOption(args, name));
	const [order = 'plan'] = said;
	if (said.length > 1) return wrongUsage(`--${said[0] ?? ''} and --${said[1] ?? ''} are two orders; give one`, io, 'harden');
	const folder = io.env[settings.stateFolder.name] ?? settings.stateFolder.default;
	if (order === 'guard') return guardHardening(args, io);
	const output = outputFor(args, io);
	if (order !== 'plan' && process.geteuid?.() !== 0) {
		output.problem(harmed('Only root may change what the host lets in. Nothing was changed.', 'Run it as root.', 'no-permission'));
		return exitCodes.notEnforced;
	}
	if (order === 'confirm') return confirmHardening(folder, output);
	if (order === 'undo') return undoHardening(folder, output);
	const withinMs = trialLength(args, onHostMs);
	if (withinMs === undefined) return wrongUsage(wrongLength, io, 'harden');
	if (order === 'apply') {
		const settled = await settle(folder);
		if (!settled.ok || !settled.value) {
			output.problem(settled.ok ? harmed('Another hardening waits for its confirmation. Nothing was changed.', 'Run `vks harden --confirm`, or `vks harden --undo`.') : harmed(`What an earlier hardening left could not be taken back: ${settled.error}.`, 'Run `vks harden --undo` when that is mended.'));
			return exitCodes.failed;
		}
	}
	const kept = choicesKept(folder);
	if (!kept.ok) {
		output.problem(harmed(`${kept.error}.`, 'As root; or move that file away if it is not vks\'s.'));
		return exitCodes.notEnforced;
	}
	const choices = parseChoices({letIn: textOption(args, 'let-in'), open: textOption(args, 'open'), close: textOption(args, 'close'), outbound: textOption(args, 'outbound')}, kept.value);
	if (!choices.ok) return wrongUsage(choices.error, io, 'harden');
	const planFor = async (chosen: Choices): Promise<Result<Plan, string>> => (args.positionals.length > 0 ? planFiles(args.positionals, chosen) : planHost(textOption(args, 'docker'), chosen));
	const plan = await planKeeping(sshSession(process.pid, smallFileOrNull), choices.value, planFor);
	if (!plan.ok) {
		output.problem(harmed(`Nothing was looked at: ${plan.error}.`, 'Run it as root on the host, name the engine\'s socket (`--docker SOCKET`), or name compose files.', 'configuration'));
		return exitCodes.notEnforced;
	}
	if (output.wantsJson) output.json(jsonOf(plan.value));
	else for (const line of planLines(plan.value)) output.line(line);
	if (order === 'plan' || plan.value.changes.length === 0) return plan.value.changes.length === 0 && !isUnmet(plan.value) ? exitCodes.fine : exitCodes.failed;
	return applyPlan(plan.value, {folder, withinMs, again: () => planFor(plan.value.choices)}, output);
}

/** Whoever came by SSH to what would be closed still gets in, and goes on: that much is opened, and kept. */
async function planKeeping(session: SshSession | null, choices: Choices, planFor: (choices: Choices) => Promise<Result<Plan, string>>): Promise<Result<Plan, string>> {
	const plan = await planFor(choices);
	if (session === null || !plan.ok || plan.value.changes.length === 0) return plan;
	const own = {from: hostCidr(session.client), port: session.port};
	if (choices.sessions.some(({from, port}) => from === own.from && port === own.port)) return plan;
	const keeping = await planFor({...choices, sessions: [...choices.sessions, own]});
	const isSame = keeping.ok && JSON.stringify(keeping.value.changes) === JSON.stringify(plan.value.changes);
	return isSame ? plan : keeping;
}

/** What was asked for and cannot be had. */
const isUnmet = ({left}: Plan): boolean => left.some(({what}) => what.startsWith('outbound: what'));

const jsonOf = ({choices, changes, left, notLooked}: Plan): PlanJson =>
	({version: 1, choices: {letIn: choices.letIn, open: choices.open, close: choices.close, outbound: choices.outbound, sessions: choices.sessions}, changes: changes.map(({where, closes, diff, then}) => ({where, closes, diff, then})), left, notLooked});
