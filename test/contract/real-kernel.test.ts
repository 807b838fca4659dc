/**
 * Runs `inside/*.inside.ts` in two network namespaces of their own, which end with their processes, and shows each result here.
 * A namespace belongs to a thread: the whole test process has to be born in it. Two, because the machines have two cores.
 */
import {mkdtempSync, readFileSync, readlinkSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {execa} from 'execa';
import {describe, expect, test} from 'vitest';
import {z} from 'zod';

const reportSchema = z.object({
	testResults: z.array(
		z.object({name: z.string(), message: z.string(), assertionResults: z.array(z.object({fullName: z.string(), status: z.string(), failureMessages: z.array(z.string())}))}),
	),
});

const isRoot = process.getuid?.() === 0;

const results = isRoot ? (await Promise.all(['1/2', '2/2'].map(runInside))).flat() : [];

describe.skipIf(!isRoot)('in a throw-away namespace', () => {
	for (const {name, status, messages} of results) {
		test(name, () => {
			expect(status, messages).toBe('passed');
		});
	}
});

interface Result {
	readonly name: string;
	readonly status: string;
	readonly messages: string;
}

async function runInside(shard: string): Promise<readonly Result[]> {
	const folder = mkdtempSync(join(tmpdir(), 'vks-contract-'));
	const reportFile = join(folder, 'report.json');
	const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/contract/inside/vitest.config.ts', `--shard=${shard}`, '--reporter=json', `--outputFile=${reportFile}`];
	const {all, failed} = await execa('unshare', ['-n', '--', process.execPath, ...vitest], {
		reject: false,
		all: true,
		timeout: 400_000,
		env: {VKS_OUTER_NETNS: readlinkSync('/proc/self/ns/net')},
	});
	const report = reportSchema.safeParse(readJson(reportFile));
	rmSync(folder, {recursive: true});
	if (!report.success) return [{name: `part ${shard} starts`, status: 'failed', messages: all}];
	const results = report.data.testResults.flatMap(file => [
		...(file.assertionResults.length === 0 ? [{name: file.name, status: 'failed', messages: file.message}] : []),
		...file.assertionResults.map(({fullName, status, failureMessages}) => ({name: fullName, status, messages: failureMessages.join('\n') || all})),
	]);
	// A worker that dies, or an error outside any test, shows in the exit code only.
	const unexplained = failed && results.every(({status}) => status === 'passed');
	return [...results, {name: `part ${shard} ends well`, status: unexplained ? 'failed' : 'passed', messages: all}];
}

function readJson(file: string): unknown {
	try {
		return JSON.parse(readFileSync(file, 'utf8'));
	} catch {
		return null;
	}
}
