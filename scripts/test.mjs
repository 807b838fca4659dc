/**
 * `npm test`: sets up what is missing and runs every step, the later ones also when an earlier one failed.
 * `npm test -- unit types` runs those steps only. The last line sums up the tests; a failed build, lint or type check counts as one.
 */
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {delimiter, join} from 'node:path';
import {buildWhenStale} from './build-when-stale.mjs';
import {exitCodeFor} from './child.mjs';
import {createProgress, seconds, SetupError} from './progress.mjs';
import {root} from './root.mjs';
import {runScript, setUp} from './setup.mjs';
import {lackingForEngine} from './system-packages.mjs';
import {closingLine, countTests} from './test-counts.mjs';
import {runStep} from './test-runner.mjs';
import {steps} from './test-steps.mjs';

const progress = createProgress();

function refusal(wanted, chosen) {
	const unknown = wanted.filter(name => !steps.some(step => step.name === name));
	if (unknown.length > 0) return `no step is called ${unknown.join(', ')}: there are ${steps.map(({name}) => name).join(', ')}`;
	if (chosen.some(isSystem) && process.getuid?.() !== 0) return 'the contract, lab and e2e tests make network namespaces, so they need root: use sudo, or `npm test -- lint types unit`';
	return null;
}

const isSystem = step => step.system === true;

/** The system tests run what is built, also when somebody asks for them alone. */
function chooseSteps(wanted) {
	const chosen = steps.filter(({name}) => wanted.length === 0 || wanted.includes(name));
	return chosen.some(isSystem) ? steps.filter(step => chosen.includes(step) || step.builds) : chosen;
}

async function tryBuild(node) {
	try {
		await buildWhenStale(node, progress);
		return 0;
	} catch (error) {
		if (!(error instanceof SetupError)) throw error;
		progress.line(error.message);
		return 1;
	}
}

async function runAll(chosen, {node, folder, env, signal}) {
	const results = [];
	for (const {name, argv, counts, builds, engine} of chosen) {
		if (signal.aborted) break;
		const from = performance.now();
		const report = join(folder, `${name}.json`);
		progress.line(`\n── ${name}`);
		const lacking = engine ? lackingForEngine() : null;
		if (lacking !== null) {
			progress.line(`── ${name}: skipped, ${lacking}`);
			results.push({name, exitCode: 0, took: 'skipped', passed: 0, failed: 0, skipped: 1, failures: []});
			continue;
		}
		const reporters = counts ? ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`] : [];
		const exitCode = builds ? await tryBuild(node) : await runStep([node, ...argv, ...reporters], {cwd: root, env, signal, live: counts && process.stdout.isTTY === true});
		const tests = counts ? countTests(report, exitCode) : {passed: 0, failed: exitCode === 0 ? 0 : 1, skipped: 0, failures: []};
		results.push({name, exitCode, took: seconds(from), ...tests});
		progress.line(`── ${name}: ${exitCode === 0 ? 'fine' : 'FAILED'}, ${seconds(from)}`);
	}
	return results;
}

function summarise(results, interruptedBy) {
	const total = what => results.reduce((sum, result) => sum + result[what], 0);
	progress.line('');
	// Each step printed its own, some of them a quarter of an hour ago.
	for (const {test, why} of results.flatMap(({failures}) => failures)) progress.line(`FAILED  ${test}\n        ${why}`);
	for (const {name, exitCode, took} of results) progress.line(`${exitCode === 0 ? 'fine  ' : 'FAILED'}  ${name.padEnd(9)} ${took.padStart(8)}`);
	// Whoever reads only the last line must not take half a run for a whole one.
	const failed = total('failed') + (interruptedBy === null ? 0 : 1);
	progress.line(closingLine({passed: total('passed'), failed, skipped: total('skipped')}));
	if (interruptedBy !== null) return exitCodeFor(interruptedBy);
	return failed > 0 || results.some(({exitCode}) => exitCode !== 0) ? 1 : 0;
}

await runScript(async () => {
	const wanted = process.argv.slice(2);
	const chosen = chooseSteps(wanted);
	const why = refusal(wanted, chosen);
	if (why !== null) {
		process.stderr.write(`${why}\n`);
		return 2;
	}
	const system = chosen.some(isSystem);
	const node = await setUp(progress, {system, programs: false, tests: system});
	const interrupted = new AbortController();
	let interruptedBy = null;
	for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
		process.on(name, () => {
			interruptedBy ??= name;
			interrupted.abort();
		});
	}
	// Its place at the end of the PATH is also how sweep.ts tells this run's labs from others.
	const folder = mkdtempSync(join(tmpdir(), 'vks-test-'));
	const env = {...process.env, PATH: [join(root, 'node_modules', '.bin'), process.env.PATH, folder].join(delimiter)};
	try {
		const results = await runAll(chosen, {node, folder, env, signal: interrupted.signal});
		if (system) await runStep([node, '--disable-warning=ExperimentalWarning', join(root, 'scripts', 'sweep.ts'), folder], {cwd: root, env, live: false});
		return summarise(results, interruptedBy);
	} finally {
		rmSync(folder, {recursive: true, force: true});
	}
});
