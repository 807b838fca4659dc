/** `npm start`: from a fresh checkout to the console, in a lab that stays until it is taken down. */
import {join} from 'node:path';
import {become} from './child.mjs';
import {createProgress} from './progress.mjs';
import {root} from './root.mjs';
import {runScript, setUp} from './setup.mjs';

await runScript(async () => {
	if (process.platform !== 'linux' || process.getuid?.() !== 0) {
		process.stderr.write('npm start makes network namespaces, so it needs Linux and root: run it with sudo, or in a privileged container\n');
		return 1;
	}
	const node = await setUp(createProgress());
	return await become([node, '--disable-warning=ExperimentalWarning', join(root, 'scripts', 'demo.ts'), ...process.argv.slice(2)]);
});
