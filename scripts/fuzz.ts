/**
 * `npm run fuzz -- --inputs 1000000 [--seed S] [--only NAME]`: every parser against that many inputs in all. Each target runs
 * in a thread of its own, so that one that hangs can be named and ended, and its memory measured.
 */
import {parseArgs} from 'node:util';
import {isMainThread} from 'node:worker_threads';
import {fuzz} from '../test/fuzz/long-run.ts';
import {work} from '../test/fuzz/worker.ts';

const usage = 'usage: npm run fuzz -- [--inputs N] [--seed S] [--only NAME]\n';

async function main(argv: readonly string[]): Promise<number> {
	const {values} = parseArgs({args: [...argv], options: {inputs: {type: 'string', default: '1000000'}, seed: {type: 'string', default: String(Math.floor(Math.random() * 0x7fff_ffff))}, only: {type: 'string'}}});
	const [inputs, seed] = [Number(values.inputs), Number(values.seed)];
	if (!Number.isSafeInteger(inputs) || inputs < 1 || !Number.isSafeInteger(seed)) {
		process.stderr.write(usage);
		return 2;
	}
	return await fuzz({inputs, seed, only: values.only ?? null, program: new URL(import.meta.url), print: line => process.stdout.write(`${line}\n`)});
}

if (isMainThread) process.exitCode = await main(process.argv.slice(2));
else work();
