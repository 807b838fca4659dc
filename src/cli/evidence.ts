/** `vks evidence`: what is known, in a folder, for whoever looks into it later. */
import {isoTime} from '../control/status.ts';
import {collectEvidence, type Evidence} from '../evidence/collect.ts';
import {evidenceFiles} from '../evidence/files.ts';
import {evidenceName, writeEvidence} from '../evidence/write.ts';
import {systemHome, type Home} from '../kernel/home.ts';
import type {Problem} from '../problem.ts';
import {fail, ok, type Result} from '../result.ts';
import {version} from '../version.ts';
import {newest, withDaemon, type Daemon} from './daemon.ts';
import {exitCodes, hasOption, textOption, type Args, type ExitCode, type Io} from './io.ts';
import {outputFor} from './output.ts';

/** As long as a lockdown may take. */
const lockdownWithinMs = 120_000;

export function run(args: Args, io: Io): Promise<ExitCode> {
	const wantsLockdown = hasOption(args, 'lockdown');
	return withDaemon(args, io, wantsLockdown ? 'lockdown' : 'read', async daemon => {
		const output = outputFor(args, io);
		// What is about to change, then the change, and then whatever takes its time.
		const before = await newest(daemon, 'snapshot');
		const locked = wantsLockdown ? await lockDown(daemon) : null;
		if (locked?.ok === false) output.problem(locked.error);
		const evidence = before.ok ? await gather(daemon, before.value.snapshot, locked) : before;
		if (!evidence.ok) return evidence;
		const {moments, missing, facts, lockdown} = evidence.value;
		const written = await writeEvidence(evidenceFiles(evidence.value, version, isoTime), textOption(args, 'out') ?? '.', evidenceName(isoTime(io.now())));
		if (!written.ok) return fail({code: 'not-written', severity: 'error', what: `No evidence was written: ${written.error}.`, stillBlocking: locked?.ok === true ? true : 'unknown', next: 'Name a folder that is there with `--out DIR`, or make room.'});
		if (output.wantsJson) output.json({version: 1, folder: written.value, moments: moments.length, missing, lockdown, facts: typeof facts === 'string' ? facts : null});
		else {
			if (lockdown !== null) output.line(`Lockdown: ${lockdown}`);
			output.line(`Evidence of ${moments.length} moments in ${written.value}; look at it with \`vks-tui --replay\`.${takenOut(systemHome(io.env).kind, written.value)}`);
		}
		if (typeof facts === 'string') output.complain(`Routes, connections and sockets are missing: ${facts}`);
		if (missing !== null) output.complain(`Moments are missing: ${missing}`);
		return ok(missing === null && locked?.ok !== false ? exitCodes.fine : exitCodes.failed);
	});
}

/** In a container it ends with the container, and nobody looks for it there. */
export const takenOut = (kind: Home['kind'], folder: string): string =>
	(kind === 'docker' || kind === 'podman' ? ` On the host: \`${kind} cp NAME:${folder} .\`` : '');

/** What was said of it; a problem where the policy did not take it. */
async function lockDown({client}: Daemon): Promise<Result<string, Problem>> {
	const answer = await client.command({do: 'lockdown', reason: 'evidence is taken'}, {deadlineMs: lockdownWithinMs});
	if (!answer.ok) return answer;
	const {ok: taken, message, problem} = answer.value;
	return taken ? ok(message) : fail((problem as Problem | null) ?? {code: 'internal', severity: 'error', what: message, stillBlocking: 'unknown', next: 'Look at `vks status`, and run `vks lockdown`.'});
}

async function gather(daemon: Daemon, snapshot: Evidence['snapshot'], locked: Result<string, Problem> | null): Promise<Result<Evidence, Problem>> {
	const facts = await daemon.client.facts();
	const drops = await newest(daemon, 'drops');
	if (!drops.ok) return drops;
	const journal = await newest(daemon, 'journal');
	if (!journal.ok) return journal;
	const latest = locked === null ? ok(null) : await newest(daemon, 'snapshot');
	if (!latest.ok) return latest;
	return ok(await collectEvidence({
		snapshot, drops: drops.value.records, journal: journal.value.entries,
		facts: facts.ok ? facts.value : `${facts.error.what} ${facts.error.next}`,
		lockdown: locked === null ? null : locked.ok ? locked.value : `failed: ${locked.error.what}`,
		...(latest.value === null ? {} : {latest: latest.value.snapshot}),
	}, query => daemon.client.moment(query)));
}
