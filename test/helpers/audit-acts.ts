/** What tests of the audit do: ask it beside a real engine, run the fix it prints, connect from outside, compare rules. */
import {expect, onTestFinished} from 'vitest';
import {run} from '../../lab/commands.ts';
import {reportSchema, type ReportJson} from '../../src/audit/report-schema.ts';
import type {EngineStage} from './engine-stage.ts';
import {gets, urlOf} from './gets.ts';

export type Found = ReportJson['findings'][number];

export interface Audit {
	/** All findings of that name. */
	found(id: string): Promise<readonly Found[]>;
	/** The one finding of that name. */
	one(id: string): Promise<Found>;
	/** Rules of the client's network, as a host's root would change them. */
	rules(...argv: readonly string[]): Promise<void>;
	/** Runs commands as they were printed. */
	obey(commands: Found['commands']): Promise<void>;
	/** Both families, without counters and dates, and without a table that holds nothing and refuses nothing. */
	saved(): Promise<string>;
	/** What the rules are now, they will be again when the test is over. */
	keepRules(): Promise<void>;
	/** From the host's neighbour: the application's page, by the host's address unless another is named. */
	reaches(address?: string, port?: number): Promise<boolean>;
}

/** iptables makes it at its first rule, and takes it away with none. */
const emptyFilter = /^\*filter\n:INPUT ACCEPT \[0:0\]\n:FORWARD ACCEPT \[0:0\]\n:OUTPUT ACCEPT \[0:0\]\nCOMMIT\n/m;

export function auditOn({lab, engine}: Pick<EngineStage, 'lab'> & {readonly engine: Pick<EngineStage['engine'], 'environment'>}, backend: 'nft' | 'legacy' = 'nft'): Audit {
	const programs = [`iptables-${backend}`, `ip6tables-${backend}`] as const;
	const {commands, addresses} = lab.description;
	const socket = (engine.environment['DOCKER_HOST'] ?? '').replace('unix://', '');
	const rules: Audit['rules'] = async (...argv) => {
		const {exitCode, stderr} = await lab.exec('client', argv);
		if (exitCode !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`);
	};
	const found: Audit['found'] = async id => {
		const {stdout, stderr, exitCode} = await run([...commands.vks, 'audit', '--json', '--docker', socket], {mustSucceed: false});
		if (exitCode === 3) throw new Error(stderr);
		const report = reportSchema.parse(JSON.parse(stdout));
		expect(report.notLooked).toEqual([]);
		expect(exitCode).toBe(report.worst === 'high' ? 1 : 0);
		return report.findings.filter(each => each.id === id);
	};
	return {
		found, rules,
		async one(id) {
			const all = await found(id);
			expect(all).toHaveLength(1);
			return all[0] ?? expect.unreachable();
		},
		async obey(all) {
			expect(all.length).toBeGreaterThan(0);
			for (const argv of all) await rules(...argv);
		},
		async saved() {
			const texts = await Promise.all(programs.map(program => lab.exec('client', [`${program}-save`])));
			return texts.map(({stdout}) => stdout.replaceAll(/^#.*\n?/gm, '').replaceAll(/\[\d+:\d+\]/g, '[0:0]').replace(emptyFilter, '')).join('\n');
		},
		async keepRules() {
			const before = await Promise.all(programs.map(async program => [program, (await lab.exec('client', [`${program}-save`])).stdout] as const));
			onTestFinished(async () => {
				for (const [program, text] of before) {
					const chains = ['*filter', ':INPUT ACCEPT [0:0]', ':FORWARD ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]', 'COMMIT', ''].join('\n');
					await lab.exec('client', [`${program}-restore`], {input: `${text.includes('*filter') ? text : chains}\n`});
				}
			});
		},
		reaches: (address = addresses.client.ipv4, port = 8080) => gets(lab, 'peer', urlOf(address, port)),
	};
}
