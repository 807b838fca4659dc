/** Reads compose files from the disk, and what an audit says of them. */
import {dirname, join} from 'node:path';
import {fileTrouble, readSmallFile, smallFileOrNull} from '../small-file.ts';
import {fail, ok, type Result} from '../result.ts';
import {proxyAdvice} from './advice.ts';
import {readCompose} from './compose/read.ts';
import {reportOf, type Report} from './finding.ts';
import {judgeProject} from './judge.ts';
import {publishedFindings} from './published.ts';

export interface Unread {
	readonly what: string;
	/** What to do about it. */
	readonly next: string;
}

/** All of them or none: who names a file means it. */
export function auditFiles(paths: readonly string[]): Result<Report, Unread> {
	const reports: Report[] = [];
	for (const path of paths) {
		const report = auditFile(path);
		if (!report.ok) return fail({what: `${path} could not be read: ${report.error}.`, next: 'Name a compose file that can.'});
		reports.push(report.value);
	}
	return ok(reportOf({looked: reports.flatMap(({looked}) => looked), notLooked: reports.flatMap(({notLooked}) => notLooked), findings: reports.flatMap(({findings}) => findings)}));
}

function auditFile(path: string): Result<Report, string> {
	const text = textOf(path);
	if (!text.ok) return text;
	const project = readCompose({path, text: text.value, dotenv: smallFileOrNull(join(dirname(path), '.env'))});
	if (!project.ok) return project;
	const {services, notLooked} = project.value;
	return ok({
		looked: [`${path} (${services.length} ${services.length === 1 ? 'service' : 'services'})`], notLooked,
		findings: [...services.flatMap(publishedFindings), ...proxyAdvice(services, services), ...judgeProject(project.value)],
	});
}

function textOf(path: string): Result<string, string> {
	try {
		return ok(readSmallFile(path));
	} catch (error) {
		return fail(fileTrouble(error));
	}
}
