/** The `vks` program. Nothing is imported until the runtime is known to be new enough to read it. */
import {tooOld} from './node-version.ts';

/** Whatever was not foreseen: one line for the operator, and the whole of it for whoever asks. */
function lastResort(error: unknown): void {
	const text = error instanceof Error ? error.message : String(error);
	const shown = process.env['VKS_DEBUG'] === '1' && error instanceof Error ? (error.stack ?? text) : (text.split('\n')[0] ?? '');
	process.stderr.write(`vks: ${shown}\n`);
	process.exit(1);
}

async function main(): Promise<void> {
	const problem = tooOld('vks');
	if (problem !== null) {
		process.stderr.write(problem);
		process.exitCode = 2;
		return;
	}
	process.on('uncaughtException', lastResort);
	const [{processIo}, cli] = await Promise.all([import('../cli/process-io.ts'), import('../cli/main.ts')]);
	process.exitCode = await cli.main(process.argv.slice(2), processIo());
}

main().catch(lastResort);
