/** The `Firewall` on a spawned `nft` for machines without libnftables: the same scripts, slower, and no table ownership. */
import {fail, ok, type Result} from '../../result.ts';
import type {Problem} from '../../problem.ts';
import type {Firewall} from '../kernel.ts';
import {nftHangs, TRANSACTION_DEADLINE_MS} from '../problems.ts';
import {isMissing, nftProblem, parseListing} from './errors.ts';
import type {FirewallParts} from './in-process.ts';
import type {Nft} from './nft-program.ts';
import {readGeneration, readHeader, readHookDevices} from './reads.ts';
import {serial} from './serial.ts';

export function spawnedFirewall(nft: Nft, {reader, liveLinks, lastCommit}: FirewallParts): Firewall {
	const oneAtATime = serial<Problem>(TRANSACTION_DEADLINE_MS + 1000, nftHangs);
	const transact = async (script: string): Promise<Result<void, Problem>> => {
		const {failed, error} = await nft(['-f', '-'], script.endsWith('\n') ? script : `${script}\n`);
		return failed ? fail(nftProblem(error)) : ok(undefined);
	};
	return {
		backend: 'nft',
		run: (script, order = 'in turn') => (order === 'at once' ? transact(script) : oneAtATime(() => transact(script))),
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
