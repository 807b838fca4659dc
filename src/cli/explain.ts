/** `vks explain`: what would happen to a packet, and why. */
import type {ExplainQuery, Explanation} from '../control/schema.ts';
import {formatAddress} from '../console/format.ts';
import {ok} from '../result.ts';
import {withDaemon} from './daemon.ts';
import {parseExplainQuery} from './explain-query.ts';
import {exitCodes, textOption, type Args, type ExitCode, type Io} from './io.ts';
import {outputFor, paint, wrongUsage} from './output.ts';
import {factLines} from './table.ts';

export async function run(args: Args, io: Io): Promise<ExitCode> {
	const [protocol = '', destination = ''] = args.positionals;
	const query = parseExplainQuery({protocol, destination, uid: textOption(args, 'uid')});
	if (!query.ok) return wrongUsage(query.error, io);
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
	const packet = `${query.protocol} to ${formatAddress(query.destination, query.port)}${query.uid === null ? '' : ` of uid ${query.uid}`}`;
	return [
		`${packet} ${paint(verdict === 'accept' ? 'good' : 'warn', verdictWords[verdict])}`,
		...factLines([
			['rule', ruleId],
			['reason', reason],
			['setting', setting],
			['leaves by', via ?? 'no interface'],
			...(wouldOpen === null ? [] : [['would open it', wouldOpen] as const]),
			['looked at', path.join(', ')],
		]),
	];
}
