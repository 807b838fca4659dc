/** An audit as a console shows it: of the shipped compose file, with two faults in it. */
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {readCompose} from '../../src/audit/compose/read.ts';
import {reportOf} from '../../src/audit/finding.ts';
import {judgeProject} from '../../src/audit/judge.ts';
import {publishedFindings} from '../../src/audit/published.ts';
import type {AuditSeen} from '../../src/console/view.ts';

export function auditSeen(): AuditSeen {
	const text = readFileSync(join(import.meta.dirname, '../../container/compose/qbittorrent.yaml'), 'utf8').replace('"127.0.0.1:8080:8080"', '"8080:8080"').replace('cap_add: [CHOWN', 'cap_add: [NET_ADMIN, CHOWN');
	const project = readCompose({path: 'compose.yaml', text, dotenv: null});
	if (!project.ok) throw new Error(project.error);
	const {services} = project.value;
	return {kind: 'seen', report: reportOf({
		looked: ['Docker 29.7.2 (2 running)', 'the host\'s rules (nftables)'], notLooked: [{what: 'some of the host\'s rules', why: 'iptables-nft-save is not installed'}],
		findings: [...services.flatMap(publishedFindings), ...judgeProject(project.value)],
	})};
}
