/** The tc filters of every link: on both hooks of clsact, on each queueing discipline and on each class. */
import {EOPNOTSUPP} from '../ffi/errno.ts';
import type {ForeignHook, Link} from '../kernel.ts';
import type {NetlinkError, NetlinkSocket} from '../netlink/socket.ts';
import {ok, type Result} from '../../result.ts';
import {canDivert, parseTcFilter, parseTcNode, type TcNode} from './parse-tc.ts';
import {RTM_GETQDISC, RTM_GETTCLASS, RTM_GETTFILTER, RTM_NEWQDISC, RTM_NEWTCLASS, RTM_NEWTFILTER, TC_H_EGRESS_FILTERS, TC_H_INGRESS_FILTERS, TC_H_UNSPEC, TCMSG_BYTES} from './protocol.ts';

interface Parent {
	readonly handle: number;
	readonly at: Extract<ForeignHook, {kind: 'filter'}>['at'];
}

export function readFilters(socket: NetlinkSocket, links: readonly Link[]): Result<readonly ForeignHook[], NetlinkError> {
	const qdiscs = dump(socket, {ask: RTM_GETQDISC, answer: RTM_NEWQDISC, index: 0, parent: 0}, parseTcNode);
	if (!qdiscs.ok) return qdiscs;
	const found: ForeignHook[] = [];
	for (const {index, name: device} of links) {
		const parents = parentsOf(socket, index, qdiscs.value.filter(qdisc => qdisc.index === index));
		if (!parents.ok) return parents;
		for (const {handle, at} of parents.value) {
			const filters = dump(socket, {ask: RTM_GETTFILTER, answer: RTM_NEWTFILTER, index, parent: handle}, parseTcFilter);
			if (!filters.ok) return filters;
			found.push(...filters.value.map(filter => ({kind: 'filter', device, at, ...filter, diverts: canDivert(filter)}) as const));
		}
	}
	return ok(found);
}

/** A dump of filters is asked for one place at a time (tc_dump_tfilter, net/sched/cls_api.c). */
function parentsOf(socket: NetlinkSocket, index: number, qdiscs: readonly TcNode[]): Result<readonly Parent[], NetlinkError> {
	const hooks: readonly Parent[] = qdiscs.filter(isIngress).flatMap(({kind}) => [
		{handle: TC_H_INGRESS_FILTERS, at: 'ingress'},
		// The older `ingress` has one hook, and gives the filters of it to any question (ingress_tcf_block, sch_ingress.c).
		...(kind === 'clsact' ? [{handle: TC_H_EGRESS_FILTERS, at: 'egress'} as const] : []),
	]);
	// Those that the kernel made by itself bear no handle, and only the root of them can be named.
	const named = qdiscs.filter(qdisc => !isIngress(qdisc) && qdisc.handle !== 0);
	const classes = named.length === 0 ? ok([]) : dump(socket, {ask: RTM_GETTCLASS, answer: RTM_NEWTCLASS, index, parent: 0}, parseTcNode);
	if (!classes.ok) return classes;
	const unnamed = named.some(({root}) => root) ? [] : [TC_H_UNSPEC];
	const queues = new Set([...unnamed, ...named.map(({handle}) => handle), ...classes.value.map(({handle}) => handle)]);
	return ok([...hooks, ...[...queues].map(handle => ({handle, at: 'queue'}) as const)]);
}

const isIngress = ({kind}: TcNode): boolean => kind === 'clsact' || kind === 'ingress';

interface Question {
	readonly ask: number;
	readonly answer: number;
	readonly index: number;
	readonly parent: number;
}

/** A kernel without traffic control has no filters. */
function dump<T>(socket: NetlinkSocket, {ask, answer, index, parent}: Question, parse: (body: Buffer) => T | null): Result<readonly T[], NetlinkError> {
	const body = Buffer.alloc(TCMSG_BYTES);
	body.writeInt32LE(index, 4);
	body.writeUInt32LE(parent, 12);
	const dumped = socket.dump({type: ask, flags: 0, body});
	if (!dumped.ok) return dumped.error.errno === EOPNOTSUPP ? ok([]) : dumped;
	return ok(dumped.value.filter(({type}) => type === answer).map(message => parse(message.body)).filter(value => value !== null));
}
