/** The `Firewall` on libnftables in this process: about 1 ms a transaction, and the only backend that can own its tables. */
import type {Problem} from '../../problem.ts';
import {fail, ok} from '../../result.ts';
import type {Libc} from '../ffi/libc.ts';
import type {Firewall} from '../kernel.ts';
import type {NetlinkSocket} from '../netlink/socket.ts';
import {nftHangs, problem, TRANSACTION_DEADLINE_MS} from '../problems.ts';
import {isMissing, nftProblem, parseListing} from './errors.ts';
import type {Libnftables} from './libnftables.ts';
import type {RawTable} from './parse.ts';
import type {Nft} from './nft-program.ts';
import {ownTable} from './ownership.ts';
import {readGeneration, readHeader, readHookDevices, readTable, type LastCommit} from './reads.ts';
import {serial} from './serial.ts';

export interface FirewallParts {
	readonly reader: NetlinkSocket;
	/** Names of the links there are now. */
	readonly liveLinks: () => ReadonlySet<string>;
	readonly lastCommit: LastCommit;
}

const closed = (): Problem => problem('internal', 'The firewall was closed by this process.', 'What stands in the kernel still stands. Start vks again.');

/**
 * libnftables 1.0.6 frees the flag of a table that has exactly one and prints it after that (table_flags_json in json.c, seen
 * with valgrind): the heap is corrupted, some time later the process aborts. Such a table (dormant, or an orphan waiting to
 * be adopted) is listed by a child, which has only its own heap to lose.
 */
const breaksListing = ({ownerPort, persist, dormant}: RawTable): boolean => [ownerPort !== null, persist, dormant].filter(flag => flag).length === 1;

export interface InProcessParts extends FirewallParts {
	readonly nft: Libnftables;
	readonly libc: Libc;
	readonly spawnNft: () => Promise<Nft>;
}

export function inProcessFirewall({nft, libc, spawnNft, reader, liveLinks, lastCommit}: InProcessParts): Firewall {
	const oneAtATime = serial<Problem>(TRANSACTION_DEADLINE_MS, nftHangs);
	const ourPort = (): number => (nft.fd === null || !open ? 0 : libc.portId(nft.fd));
	let open = true;
	return {
		backend: 'libnftables',
		run: script =>
			oneAtATime(async () => {
				if (!open) return fail(closed());
				const {failed, error} = nft.run(script, 'text');
				return failed ? fail(nftProblem(error)) : ok(undefined);
			}),
		own: (family, name) =>
			oneAtATime(async () => {
				if (!open) return fail(closed());
				return nft.fd === null ? ok('unsupported') : ownTable({libc, owner: nft.fd, reader}, family, name);
			}),
		list: (family, name) =>
			oneAtATime(async () => {
				if (!open) return fail(closed());
				const table = readTable(reader, family, name);
				if (table.ok && table.value === null) return ok(null);
				const listing = `list table ${family} ${name}`;
				const inProcess = table.ok && table.value !== null && !breaksListing(table.value);
				const {failed, output, error} = inProcess ? nft.run(listing, 'json') : await (await spawnNft())(['-j', ...listing.split(' ')], '');
				if (!failed) return parseListing(output);
				return isMissing(error) ? ok(null) : fail(nftProblem(error));
			}),
		header: (family, name) => readHeader(reader, family, name, ourPort()),
		hookDevices: (table, chain) => readHookDevices(reader, table, chain, liveLinks()),
		generation: () => readGeneration(reader, lastCommit),
		close() {
			if (!open) return;
			open = false;
			// After the call that may be running: the library must not lose its context under it.
			void oneAtATime(async () => ok(nft.close()));
		},
	};
}
