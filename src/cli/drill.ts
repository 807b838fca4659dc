/** `vks drill`: sends what should not pass, and tells what a witness on the links saw of it. */
import type {Command, DrillView} from '../control/schema.ts';
import {isoTime} from '../control/status.ts';
import {formatDuration} from '../console/format.ts';
import type {Problem} from '../problem.ts';
import {ok} from '../result.ts';
import {withDaemon} from './daemon.ts';
import {exitCodes, hasOption, textOption, type Args, type ExitCode, type Io} from './io.ts';
import {outputFor, paint, type Output, type Tone} from './output.ts';
import {tableLines} from './table.ts';

const word = 'drill';
/** A full one waits until the tunnel is back. */
const outcomeWithinMs = 90_000;

export async function run(args: Args, io: Io): Promise<ExitCode> {
	if (!hasOption(args, 'full')) return submitDrill({do: 'drill'}, args, io);
	const output = outputFor(args, io);
	const given = textOption(args, 'word');
	if (given !== null && given !== word) {
		output.complain(`vks: no drill: --word must be "${word}"`);
		return exitCodes.usage;
	}
	const typed = given ?? (await io.ask(`This takes the tunnel down: every connection through it may end. Type ${word} to go on: `));
	if (typed === null) {
		output.complain(`vks: without a terminal, write: vks drill --full --word ${word}`);
		return exitCodes.usage;
	}
	if (typed.trim() === word) return submitDrill({do: 'drill-full', word}, args, io);
	output.complain('No drill.');
	return exitCodes.failed;
}

function submitDrill(command: Command, args: Args, io: Io): Promise<ExitCode> {
	return withDaemon(args, io, 'command', async ({client}) => {
		const answer = await client.command(command, {deadlineMs: outcomeWithinMs});
		if (!answer.ok) return answer;
		const {drill, problem, message, ok: fine, carries} = answer.value;
		const output = outputFor(args, io);
		if (output.wantsJson) output.json(drill === undefined ? {version: 1, ok: fine, message, problem} : {version: 1, ...drillJson(drill), ok: fine, problem});
		else if (drill !== undefined) for (const text of drillLines(drill)) output.line(text);
		if (!fine && !output.wantsJson) complain(output, problem as Problem | null, message, carries);
		return ok(drill?.kind === 'failed' ? exitCodes.notEnforced : fine ? exitCodes.fine : exitCodes.failed);
	});
}

const complain = (output: Output, problem: Problem | null, message: string, carries?: boolean): void => (problem === null ? output.complain(message) : output.problem(problem, carries));

const drillJson = ({atMs, ...drill}: DrillView): object => ({at: isoTime(atMs), ...drill});

const tones: Readonly<Record<DrillView['probes'][number]['verdict'], Tone | null>> = {held: 'good', leaked: 'bad', inconclusive: 'warn', 'not-possible': null};

export function drillLines({kind, full, durationMs, detail, canaries, counters, probes}: DrillView): readonly string[] {
	const tone: Tone = kind === 'passed' ? 'good' : kind === 'failed' ? 'bad' : 'warn';
	return [
		`${paint(tone, `DRILL ${kind.toUpperCase()}`)}  ${full ? 'full, ' : ''}${formatDuration(durationMs)}`,
		detail,
		'',
		...tableLines(
			[{title: 'verdict'}, {title: 'probe'}, {title: 'sent'}, {title: 'expected'}, {title: 'answer'}, {title: 'seen outside'}],
			probes.map(({verdict, id, what, expected, answer, seen, why}) => {
				const verdictTone = tones[verdict];
				return [verdictTone === null ? verdict : paint(verdictTone, verdict), id, what, expected, verdict === 'not-possible' ? why : answer, seen.length === 0 ? '-' : paint('bad', seen.join(', '))];
			}),
		),
		'',
		...tableLines([{title: 'witness on'}, {title: 'saw the permitted frame'}, {title: ''}], canaries.map(canary => [canary.interface, canary.seen ? 'yes' : 'no', canary.detail])),
		...(counters.length === 0 ? [] : ['', ...tableLines([{title: 'rule'}, {title: 'probes', align: 'right'}, {title: 'counted', align: 'right'}], counters.map(({rule, probes: sent, counted}) => [rule, String(sent), String(counted)]))]),
	];
}
