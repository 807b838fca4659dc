/** `vks evidence`: what is known, in a folder, for whoever looks into it later. */
import {isoTime} from '../control/status.ts';
import {collectEvidence} from '../evidence/collect.ts';
import {evidenceFiles} from '../evidence/files.ts';
import {evidenceName, writeEvidence} from '../evidence/write.ts';
import {fail, ok} from '../result.ts';
import {version} from '../version.ts';
import {newest, withDaemon} from './daemon.ts';
import {exitCodes, textOption, type Args, type ExitCode, type Io} from './io.ts';
import {outputFor} from './output.ts';

export function run(args: Args, io: Io): Promise<ExitCode> {
	return withDaemon(args, io, 'read', async daemon => {
		const drops = await newest(daemon, 'drops');
		if (!drops.ok) return drops;
		const journal = await newest(daemon, 'journal');
		if (!journal.ok) return journal;
		const snapshot = await newest(daemon, 'snapshot');
		if (!snapshot.ok) return snapshot;
		const evidence = await collectEvidence({snapshot: snapshot.value.snapshot, drops: drops.value.records, journal: journal.value.entries}, query => daemon.client.moment(query));
		const written = await writeEvidence(evidenceFiles(evidence, version, isoTime), textOption(args, 'out') ?? '.', evidenceName(isoTime(io.now())));
		if (!written.ok) return fail({code: 'internal', severity: 'error', what: `No evidence was written: ${written.error}.`, stillBlocking: 'unknown', next: 'Name another folder with `--out DIR`.'});
		const output = outputFor(args, io);
		if (output.wantsJson) output.json({version: 1, folder: written.value, moments: evidence.moments.length, missing: evidence.missing});
		else output.line(`Evidence of ${evidence.moments.length} moments in ${written.value}; look at it with \`vks-tui --replay\`.`);
		if (evidence.missing === null) return ok(exitCodes.fine);
		output.complain(`Moments are missing: ${evidence.missing}`);
		return ok(exitCodes.failed);
	});
}
