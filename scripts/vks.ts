/** `npm run vks -- <args>`: the command line, against the lab that `npm start` raised. */
import {join} from 'node:path';
import {main} from '../lab/cli.ts';
import {readLabIds} from '../lab/down.ts';
import {nodeExecutable, repositoryFolder} from '../lab/program.ts';
import {demoId} from './demo.ts';

const program = [nodeExecutable(), join(repositoryFolder, 'dist', 'vks.js')];

if (readLabIds().includes(demoId)) {
	process.exitCode = await main(['exec', '--id', demoId, 'client', '--', ...program, ...process.argv.slice(2)]);
} else {
	process.stderr.write('the demo lab is not up: raise it with `npm start`\n');
	process.exitCode = 1;
}
