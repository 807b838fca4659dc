/** Everything of others that packets meet besides our tables, as far as the kernel lists it. */
import type {ForeignHook, Link} from '../kernel.ts';
import type {NetlinkSocket} from '../netlink/socket.ts';
import type {Problem} from '../../problem.ts';
import {fail, ok, type Result} from '../../result.ts';
import {readFailed} from '../problems.ts';
import {readTables} from './tables.ts';
import {readFilters} from './tc.ts';

interface Sockets {
	readonly route: NetlinkSocket;
	readonly netfilter: NetlinkSocket;
}

export function readForeignHooks({route, netfilter}: Sockets, links: readonly Link[], ours: readonly string[]): Result<readonly ForeignHook[], Problem> {
	const filters = readFilters(route, links);
	if (!filters.ok) return fail(readFailed('The tc filters of the links could not be read', filters.error));
	const tables = readTables(netfilter, ours);
	if (!tables.ok) return fail(readFailed('The tables of others could not be read', tables.error));
	const programs = links.filter(({xdp}) => xdp === true).map(({name: device}) => ({kind: 'xdp', device, diverts: true}) as const);
	return ok([...filters.value, ...programs, ...tables.value]);
}
