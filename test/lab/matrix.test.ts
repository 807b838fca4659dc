/** The packet matrix: what `vks explain` says of a packet is what the kernel does with it. Needs root. */
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import type {Lab} from '../../lab/lab.ts';
import {nodeExecutable, repositoryFolder} from '../../lab/program.ts';
import {raiseLab} from '../../lab/raise.ts';
import type {SceneReport} from './matrix/run.ts';

interface MatrixReport {
	readonly credentials: Readonly<Record<'root' | 'app' | 'net-raw', string>>;
	readonly reports: readonly SceneReport[];
}

async function runMatrix(lab: Lab): Promise<MatrixReport> {
	const {isp, client} = lab.description.namespaces;
	const program = join(repositoryFolder, 'test/lab/matrix/run.ts');
	const {exitCode, stdout, stderr} = await lab.exec('client', [nodeExecutable(), '--disable-warning=ExperimentalWarning', program, isp, client], {timeoutMs: 400_000});
	if (exitCode !== 0) throw new Error(stderr.slice(-4_000));
	return JSON.parse(stdout) as MatrixReport;
}

describe('the packet matrix', () => {
	let lab: Lab | undefined;
	let report: MatrixReport = {credentials: {root: '', app: '', 'net-raw': ''}, reports: []};
	beforeAll(async () => {
		lab = await raiseLab();
		await lab.plugSecondUplink();
		report = await runMatrix(lab);
		process.stdout.write(tableOf(report));
	}, 420_000);
	afterAll(() => lab?.down());

	test('was sent as root, as an application\'s uid, and with CAP_NET_RAW alone', () => {
		const word = (bits: number): string => bits.toString(16).padStart(16, '0');
		expect(report.credentials).toEqual({root: expect.stringMatching(/^0 0*[1-9a-f]/), app: `65534 ${word(0)}`, 'net-raw': `65534 ${word(1 << 13)}`});
	});

	test('in every state, every packet meets the verdict and the rules that explain names', () => {
		expect(report.reports.flatMap(({mismatches}) => mismatches).slice(0, 20)).toEqual([]);
		expect(report.reports.reduce((sum, {cells}) => sum + cells, 0)).toBeGreaterThan(1_500);
	});

	test('would see it if a rule were missing from the kernel', () => {
		const removed = report.reports.flatMap(({scene, removed: rules}) => Object.entries(rules).map(([id, seen]) => ({scene, id, seen})));
		expect(removed.length).toBeGreaterThan(50);
		expect(removed.filter(({seen}) => !seen)).toEqual([]);
	});
});

function tableOf({reports}: MatrixReport): string {
	const lines = reports.map(({scene, cells, milliseconds, repeated, tally, unmet, removed}) => [
		`${scene.padEnd(20)} ${String(cells).padStart(5)} packets, ${(milliseconds / 1000).toFixed(1)} s, ${repeated} sent again; ${Object.keys(removed).length} rules taken away; ${unmet.length} rules met by none`,
		`  ${Object.entries(tally).map(([key, count]) => `${key} ${count}`).join(', ')}`,
	].join('\n'));
	return `${lines.join('\n')}\npacket matrix: ${reports.reduce((sum, {cells}) => sum + cells, 0)} packets in ${reports.length} states, ${reports.reduce((sum, {mismatches}) => sum + mismatches.length, 0)} mismatches\n`;
}
