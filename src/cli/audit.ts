/** `vks audit`: what is open around the tunnel, how that is known, and what closes it. Changes nothing. */
import {atLeast, countsOf, severities, type Finding, type Report, type Severity} from '../audit/finding.ts';
import {gatherScene, socketOf} from '../audit/gather.ts';
import {judgeEngine} from '../audit/judge-engine.ts';
import {auditFiles, type Unread} from '../audit/open-compose.ts';
import type {ReportJson} from '../audit/report-schema.ts';
import {fail, ok, type Result} from '../result.ts';
import {findingHead, notLookedLines} from './finding-lines.ts';
import {exitCodes, textOption, type Args, type ExitCode, type Io} from './io.ts';
import {outputFor, paint, wrongUsage, type Output} from './output.ts';

export async function run(args: Args, io: Io): Promise<ExitCode> {
	const output = outputFor(args, io);
	const wanted = textOption(args, 'severity') ?? 'low';
	const least = severities.find(each => each === wanted);
	if (least === undefined) return wrongUsage(`--severity is one of ${severities.join(', ')}`, io, 'audit');
	const report = args.positionals.length > 0 ? auditFiles(args.positionals) : await auditEngine(textOption(args, 'docker') ?? socketOf(io.env['DOCKER_HOST']));
	if (!report.ok) {
		output.problem({code: 'configuration', severity: 'error', what: report.error.what, stillBlocking: 'unknown', next: report.error.next});
		return exitCodes.notEnforced;
	}
	return print(report.value, least, output);
}

async function auditEngine(socket: string | null): Promise<Result<Report, Unread>> {
	const scene = await gatherScene(socket);
	return scene.ok ? ok(judgeEngine(scene.value)) : fail({what: `Nothing was looked at: ${scene.error}.`, next: 'Run it as root on the host, name the engine\'s socket (`--docker SOCKET`), or name compose files.'});
}

function print(report: Report, least: Severity, output: Output): ExitCode {
	const shown = report.findings.filter(({severity}) => atLeast(severity, least));
	const worst = report.findings[0]?.severity ?? null;
	if (output.wantsJson) output.json({version: 1, worst, findings: shown, looked: report.looked, notLooked: report.notLooked} satisfies ReportJson);
	else for (const line of reportLines({...report, findings: shown}, report.findings.length - shown.length)) output.line(line);
	return worst === 'high' ? exitCodes.failed : exitCodes.fine;
}

export function reportLines({findings, looked, notLooked}: Report, hidden = 0): readonly string[] {
	return [
		...findings.flatMap(findingLines),
		`${findings.length === 0 ? paint('good', hidden === 0 ? 'Nothing found' : 'Nothing of that severity found') : countsOf(findings)}${hidden === 0 ? '' : `, ${hidden} of lower severity not listed`}; looked at ${looked.join(', ')}.`,
		...notLookedLines(notLooked),
	];
}

const findingLines = ({severity, id, what, proof, risk, fix}: Finding): readonly string[] =>
	[findingHead({severity, id, what}), `       seen  ${proof}`, `       risk  ${risk}`, `       fix   ${fix}`, ''];
