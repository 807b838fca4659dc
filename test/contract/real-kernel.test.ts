/**
 * Runs `inside/*.inside.ts` in a network namespace of its own, which ends with the process, and shows each result here.
 * A namespace belongs to a thread: the whole test process has to be born in it.
 */
import {mkdtempSync, readFileSync, readlinkSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {execaSync} from 'execa';
import {describe, expect, test} from 'vitest';
import {z} from 'zod';

const reportSchema = z.object({
	testResults: z.array(
		z.object({name: z.string(), message: z.string(), assertionResults: z.array(z.object({fullName: z.string(), status: z.string(), failureMessages: z.array(z.string())}))}),
	),
});

const isRoot = process.getuid?.() === 0;

describe.skipIf(!isRoot)('in a throw-away namespace', () => {
	for (const {name, status, messages} of isRoot ? runInside() : []) {
		test(name, () => {
			expect(status, messages).toBe('passed');
		});
	}
});

function runInside(): readonly {readonly name: string; readonly status: string; readonly messages: string}[] {
	const folder = mkdtempSync(join(tmpdir(), 'vks-contract-'));
	const reportFile = join(folder, 'report.json');
	const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/contract/inside/vitest.config.ts', '--reporter=json', `--outputFile=${reportFile}`];
	const {all, failed} = execaSync('unshare', ['-n', '--', process.execPath, ...vitest], {
		reject: false,
		all: true,
		timeout: 400_000,
		env: {VKS_OUTER_NETNS: readlinkSync('/proc/self/ns/net')},
	});
	const report = reportSchema.safeParse(readJson(reportFile));
	rmSync(folder, {recursive: true});
	if (!report.success) return [{name: 'the suite starts', status: 'failed', messages: all}];
	const results = report.data.testResults.flatMap(file => [
		...(file.assertionResults.length === 0 ? [{name: file.name, status: 'failed', messages: file.message}] : []),
		...file.assertionResults.map(({fullName, status, failureMessages}) => ({name: fullName, status, messages: failureMessages.join('\n') || all})),
	]);
	// A worker that dies, or an error outside any test, shows in the exit code only.
	const unexplained = failed && results.every(({status}) => status === 'passed');
	return [...results, {name: 'the suite ends well', status: unexplained ? 'failed' : 'passed', messages: all}];
}

function readJson(file: string): unknown {
	try {
		return JSON.parse(readFileSync(file, 'utf8'));
	} catch {
		return null;
	}
}
