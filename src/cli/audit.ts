/** `vks audit`: what is open around the tunnel, how that is known, and what closes it. Changes nothing. */
import {atLeast, severities, type Finding, type Report, type Severity} from '../audit/finding.ts';
import {gatherScene, socketOf} from '../audit/gather.ts';
import {judgeEngine} from '../audit/judge-engine.ts';
import {auditFiles, type Unread} from '../audit/open-compose.ts';
import type {ReportJson} from '../audit/report-schema.ts';
import {fail, ok, type Result} from '../result.ts';
import {exitCodes, textOption, type Args, type ExitCode, type Io} from './io.ts';
import {outputFor, paint, wrongUsage, type Output, type Tone} from './output.ts';

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

const tones: Readonly<Record<Severity, Tone>> = {high: 'bad', medium: 'warn', low: 'strong'};

export function reportLines({findings, looked, notLooked}: Report, hidden = 0): readonly string[] {
	const reasons = [...new Set(notLooked.map(({why}) => why))];
	return [
		...findings.flatMap(findingLines),
		`${findings.length === 0 ? paint('good', hidden === 0 ? 'Nothing found' : 'Nothing of that severity found') : counted(findings)}${hidden === 0 ? '' : `, ${hidden} of lower severity not listed`}; looked at ${looked.join(', ')}.`,
		...reasons.map(why => `Not looked at: ${notLooked.filter(each => each.why === why).map(({what}) => what).join('; ')}. ${why.slice(0, 1).toUpperCase()}${why.slice(1)}.`),
	];
}

const findingLines = ({severity, id, what, proof, risk, fix}: Finding): readonly string[] =>
	[`${paint(tones[severity], severity.padEnd(6))} ${id}: ${what}`, `       seen  ${proof}`, `       risk  ${risk}`, `       fix   ${fix}`, ''];

const counted = (findings: readonly Finding[]): string =>
	severities.flatMap(severity => {
		const count = findings.filter(each => each.severity === severity).length;
		return count === 0 ? [] : [`${count} ${severity}`];
	}).join(', ');
