/** The program `nft` as a child: no shell, the script on its standard input, a deadline. */
import {fail, ok, type Result} from '../../result.ts';
import type {Problem} from '../../problem.ts';
import {noNft, TRANSACTION_DEADLINE_MS} from '../problems.ts';

export type Nft = (args: readonly string[], input: string) => Promise<{readonly failed: boolean; readonly output: string; readonly error: string}>;

/** `onChild` learns the pid of each nft: its transactions are ours. */
export async function openNft(onChild: (pid: number) => void): Promise<Nft> {
	const {execa} = await import('execa');
	return async (args, input) => {
		const child = execa('nft', args, {
			input,
			reject: false,
			timeout: TRANSACTION_DEADLINE_MS,
			killSignal: 'SIGKILL',
			maxBuffer: 64 * 1024 * 1024,
			// The first ones run before the daemon has taken its secrets out of its own, which execa would add.
			extendEnv: false,
			env: {PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`, LC_ALL: 'C'},
		});
		if (child.pid !== undefined) onChild(child.pid);
		const {failed, stdout, stderr, timedOut, shortMessage} = await child;
		const error = timedOut ? `Error: nft did not finish in ${TRANSACTION_DEADLINE_MS / 1000} seconds` : String(stderr) || shortMessage || 'nft failed and gave no reason';
		return {failed, output: String(stdout), error};
	};
}

/** `nft --version` runs: without it there is nothing to fall back to. */
export async function checkNft(nft: Nft): Promise<Result<void, Problem>> {
	const {failed} = await nft(['--version'], '');
	return failed ? fail(noNft('Neither the library libnftables.so.1 nor the program nft was found.')) : ok(undefined);
}
