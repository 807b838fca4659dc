/** `node scripts/run.mjs FILE args…`: brings what is missing, then becomes that TypeScript program on the right Node. */
import {resolve} from 'node:path';
import {build} from './build-when-stale.mjs';
import {become} from './child.mjs';
import {createProgress} from './progress.mjs';
import {root} from './root.mjs';
import {runScript, setUp} from './setup.mjs';

const typescript = '--disable-warning=ExperimentalWarning';

await runScript(async () => {
	const [file, ...args] = process.argv.slice(2);
	if (file === undefined) {
		process.stderr.write('usage: node scripts/run.mjs FILE args…\n');
		return 2;
	}
	const isBuild = resolve(root, file) === resolve(root, 'scripts/build.ts');
	// Taking a lab down must work also when a source does not build.
	const takesDown = file === 'lab/cli.ts' && ['down', 'list'].includes(args[0]);
	const progress = createProgress({quiet: true});
	const node = await setUp(progress, {system: !isBuild && !takesDown, programs: !isBuild && !takesDown});
	if (isBuild) {
		await build(node, createProgress());
		return 0;
	}
	return await become([node, typescript, resolve(root, file), ...args]);
});
