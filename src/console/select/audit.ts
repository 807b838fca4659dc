/** What an audit found, as rows: the worst first, each with what it is known by, what it means and what mends it. */
import {countsOf, type Finding, type Severity} from '../../audit/finding.ts';
import {formatAge} from '../format.ts';
import {keyFor} from '../keymap.ts';
import {span, wrapText, type Line} from '../text.ts';
import type {Tone} from '../theme.ts';
import type {AuditView, ViewState} from '../view.ts';
import {field} from './fields.ts';

const tones: Readonly<Record<Severity, Tone>> = {high: 'bad', medium: 'warn', low: 'label'};

export function auditLines({audit, nowMs, keys}: Pick<ViewState, 'audit' | 'nowMs' | 'keys'>, width: number): readonly Line[] {
	if (audit === null) return [[span('looking …', 'label')]];
	if (audit.kind === 'unseen') return [...paragraph(audit.why, width, 'warn'), [], ...field('run', audit.next, width), ...field('of a file', 'vks audit compose.yaml, anywhere: no engine, no root', width)];
	const {findings, looked, notLooked} = audit.report;
	return [
		...paragraph(`${countsOf(findings)}; looked at ${looked.join(', ')}, ${formatAge(nowMs - audit.atMs)} ago. ${keyFor(keys, 'audit')} looks again.`, width, findings.length === 0 ? 'good' : 'plain'),
		...notLooked.flatMap(({what, why}) => paragraph(`Not looked at: ${what}: ${why}.`, width, 'warn')),
		...findings.flatMap(finding => [[], ...findingLines(finding, width)]),
	];
}

const findingLines = ({severity, id, what, proof, risk, fix}: Finding, width: number): readonly Line[] => [
	[span(severity.padEnd(7), tones[severity]), span(id, 'accent')],
	...paragraph(what, width), ...field('seen', proof, width), ...field('risk', risk, width), ...field('fix', fix, width),
];

const paragraph = (text: string, width: number, tone: Tone = 'plain'): readonly Line[] => wrapText(text, Math.max(1, width)).map((line): Line => [span(line, tone)]);

/** For the runbook: one line about the last one. */
export function auditWord(audit: AuditView | null, nowMs: number): string {
	if (audit === null) return 'not looked at from this console';
	return audit.kind === 'unseen' ? audit.why : `${countsOf(audit.report.findings)}, ${formatAge(nowMs - audit.atMs)} ago`;
}
