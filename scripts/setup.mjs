/**
 * Brings what is missing: system packages, npm packages, the programs built from the sources. A second run finds nothing to
 * do and is over at once. Plain JavaScript without packages, because it runs on the Node that is there before any of that.
 */
import {fileURLToPath} from 'node:url';
import {buildWhenStale} from './build-when-stale.mjs';
import {exitCodeFor, Interrupted} from './child.mjs';
import {findNode, setUpNpmPackages} from './npm-packages.mjs';
import {createProgress, SetupError} from './progress.mjs';
import {setUpSystemPackages} from './system-packages.mjs';
import {setUpTun} from './tun.mjs';

/** Gives back the Node to use from here on. */
export async function setUp(progress, {system = true, programs = true, tests = false} = {}) {
	if (system) {
		await setUpSystemPackages(progress, {tests});
		await setUpTun(progress);
	}
	await setUpNpmPackages(progress);
	const node = findNode();
	if (programs) await buildWhenStale(node, progress);
	return node;
}

/** Runs a script's main function and ends as it says; what a person can act on is said in words. */
export async function runScript(main) {
	try {
		process.exitCode = await main();
	} catch (error) {
		if (error instanceof Interrupted) {
			process.stderr.write(`${error.message}: run the same command again to go on\n`);
			process.exitCode = exitCodeFor(error.signal);
			return;
		}
		process.stderr.write(`${error instanceof SetupError ? error.message : (error?.stack ?? error)}\n`);
		process.exitCode = 1;
	}
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	await runScript(async () => {
		const progress = createProgress();
		const node = await setUp(progress);
		progress.line(`all is set up; ${node}`);
		return 0;
	});
}
