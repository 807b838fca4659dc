/** `vks explain`: what would happen to a packet, and why. */
import type {ExplainQuery, Explanation} from '../control/schema.ts';
import {formatAddress} from '../console/format.ts';
import {ok} from '../result.ts';
import {withDaemon} from './daemon.ts';
import {parseExplainQuery} from './explain-query.ts';
import {exitCodes, hasOption, textOption, type Args, type ExitCode, type Io} from './io.ts';
import {outputFor, paint, wrongUsage} from './output.ts';
import {factLines} from './table.ts';

export async function run(args: Args, io: Io): Promise<ExitCode> {
	const [protocol = '', destination = ''] = args.positionals;
	const query = parseExplainQuery({
		protocol, destination,
		uid: textOption(args, 'uid'), from: textOption(args, 'from'), via: textOption(args, 'via'), mark: textOption(args, 'mark'),
		in: hasOption(args, 'in'), raw: hasOption(args, 'raw'), established: hasOption(args, 'established'),
	});
	if (!query.ok) return wrongUsage(query.error, io, 'explain');
	return withDaemon(args, io, 'read', async ({client}) => {
		const answer = await client.explain(query.value);
		if (!answer.ok) return answer;
		const output = outputFor(args, io);
		if (output.wantsJson) output.json({version: 1, query: query.value, ...answer.value});
		else for (const text of explanationLines(query.value, answer.value)) output.line(text);
		return ok(exitCodes.fine);
	});
}

const verdictWords: Readonly<Record<Explanation['verdict'], string>> = {
	accept: 'passes',
	reject: 'is refused, and the sender is told',
	drop: 'is refused in silence',
	unreachable: 'has no route',
};

export function explanationLines(query: ExplainQuery, explanation: Explanation): readonly string[] {
	const {verdict, ruleId, reason, setting, via, wouldOpen, path} = explanation;
	const arrives = query.direction === 'in';
	return [
		`${packetText(query)} ${paint(verdict === 'accept' ? 'good' : 'warn', verdictWords[verdict])}`,
		...factLines([
			['rule', ruleId],
			['reason', reason],
			['setting', setting],
			[arrives ? 'interface' : 'leaves by', via ?? 'no interface'],
			...(wouldOpen === null ? [] : [['would open it', wouldOpen] as const]),
			['looked at', path.join(', ')],
		]),
	];
}

/** `raw udp frame to 192.0.2.1:53 with mark 0xca6c` */
function packetText({protocol, destination, port, uid, direction, source, sourcePort, via, mark = 0, raw, established}: ExplainQuery): string {
	return [
		...(established === true ? ['established'] : []),
		raw === true ? `raw ${protocol} frame` : protocol,
		...(source === undefined ? [] : [`from ${formatAddress(source, sourcePort ?? null)}`]),
		`to ${formatAddress(destination, port)}`,
		...(uid === null ? [] : [`of uid ${uid}`]),
		...(mark === 0 ? [] : [`with mark 0x${mark.toString(16)}`]),
		...(via === undefined ? [] : [direction === 'in' ? `arriving at ${via}` : `on ${via}`]),
	].join(' ');
}
