/** The `Firewall` on libnftables in this process: about 1 ms a transaction, and the only backend that can own its tables. */
import type {Problem} from '../../problem.ts';
import {fail, ok} from '../../result.ts';
import type {Libc} from '../ffi/libc.ts';
import type {Firewall} from '../kernel.ts';
import type {NetlinkSocket} from '../netlink/socket.ts';
import {problem} from '../problems.ts';
import {isMissing, nftProblem, parseListing} from './errors.ts';
import type {Libnftables} from './libnftables.ts';
import {ownTable} from './ownership.ts';
import {readGeneration, readHeader, readHookDevices, readTable, type LastCommit} from './reads.ts';
import {serial} from './serial.ts';

export interface FirewallParts {
	readonly reader: NetlinkSocket;
	/** Names of the links there are now. */
	readonly liveLinks: () => ReadonlySet<string>;
	readonly lastCommit: LastCommit;
}

const DEADLINE_MS = 10_000;

export const nftHangs = (): Problem =>
	problem('internal', `The kernel has not answered a ruleset transaction for ${DEADLINE_MS / 1000} seconds.`, 'What stood before still stands. Look for a stuck nft process or kernel messages, then restart vks.');

const closed = (): Problem => problem('internal', 'The firewall was closed by this process.', 'What stands in the kernel still stands. Start vks again.');

export function inProcessFirewall(nft: Libnftables, libc: Libc, {reader, liveLinks, lastCommit}: FirewallParts): Firewall {
	const oneAtATime = serial<Problem>(DEADLINE_MS, nftHangs);
	const ourPort = (): number => (nft.fd === null ? 0 : libc.portId(nft.fd));
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
				const {failed, output, error} = nft.run(`list table ${family} ${name}`, 'json');
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
