/** The `Firewall` on a spawned `nft` for machines without libnftables: the same scripts, slower, and no table ownership. */
import {fail, ok, type Result} from '../../result.ts';
import type {Problem} from '../../problem.ts';
import type {Firewall} from '../kernel.ts';
import {noNft} from '../problems.ts';
import {isMissing, nftProblem, parseListing} from './errors.ts';
import {nftHangs, type FirewallParts} from './in-process.ts';
import {readGeneration, readHeader, readHookDevices} from './reads.ts';
import {serial} from './serial.ts';

const DEADLINE_MS = 10_000;

export type Nft = (args: readonly string[], input: string) => Promise<{readonly failed: boolean; readonly output: string; readonly error: string}>;

/** `onChild` learns the pid of each nft: its transactions are ours. */
export async function openNft(onChild: (pid: number) => void): Promise<Nft> {
	const {execa} = await import('execa');
	return async (args, input) => {
		const child = execa('nft', args, {
			input,
			reject: false,
			timeout: DEADLINE_MS,
			killSignal: 'SIGKILL',
			maxBuffer: 64 * 1024 * 1024,
			env: {PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`, LC_ALL: 'C'},
		});
		if (child.pid !== undefined) onChild(child.pid);
		const {failed, stdout, stderr, timedOut, shortMessage} = await child;
		const error = timedOut ? `Error: nft did not finish in ${DEADLINE_MS / 1000} seconds` : String(stderr) || shortMessage || 'nft failed and gave no reason';
		return {failed, output: String(stdout), error};
	};
}

/** `nft --version` runs: without it there is nothing to fall back to. */
export async function checkNft(nft: Nft): Promise<Result<void, Problem>> {
	const {failed} = await nft(['--version'], '');
	return failed ? fail(noNft('Neither the library libnftables.so.1 nor the program nft was found.')) : ok(undefined);
}

export function spawnedFirewall(nft: Nft, {reader, liveLinks, lastCommit}: FirewallParts): Firewall {
	const oneAtATime = serial<Problem>(DEADLINE_MS + 1000, nftHangs);
	return {
		backend: 'nft',
		run: script =>
			oneAtATime(async () => {
				const {failed, error} = await nft(['-f', '-'], script.endsWith('\n') ? script : `${script}\n`);
				return failed ? fail(nftProblem(error)) : ok(undefined);
			}),
		// Ownership ends with the socket, and nft's socket ends with nft.
		own: async () => ok('unsupported'),
		list: (family, name) =>
			oneAtATime(async () => {
				const {failed, output, error} = await nft(['-j', 'list', 'table', family, name], '');
				if (!failed) return parseListing(output);
				return isMissing(error) ? ok(null) : fail(nftProblem(error));
			}),
		header: (family, name) => readHeader(reader, family, name, 0),
		hookDevices: (table, chain) => readHookDevices(reader, table, chain, liveLinks()),
		generation: () => readGeneration(reader, lastCommit),
		close: () => undefined,
	};
}
