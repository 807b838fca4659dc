/** Routes and rules: read, replaced and deleted over one rtnetlink socket. */
import type {Family} from '../../net/address.ts';
import type {Problem} from '../../problem.ts';
import {fail, ok, type Result} from '../../result.ts';
import {EAFNOSUPPORT, EEXIST, EHOSTUNREACH, EINVAL, ENETUNREACH, ENOENT, EOPNOTSUPP, EPERM, ESRCH} from '../ffi/errno.ts';
import type {Network, Route, RoutingRule} from '../kernel.ts';
import {NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE, type Message} from '../netlink/message.ts';
import type {NetlinkError, NetlinkSocket} from '../netlink/socket.ts';
import {noPermission, problem, readFailed} from '../problems.ts';
import {familyNumber} from './address.ts';
import {readRawLinks} from './links.ts';
import {encodeRoute, parseRoute, scopeFor, type RawRoute} from './parse-route.ts';
import {encodeRule, parseRule} from './parse-rule.ts';
import {FIB_RULE_HDR_BYTES, RT_SCOPE_NOWHERE, RT_TABLE_COMPAT, RT_TABLE_MAIN, RT_TABLE_UNSPEC, RTM_DELROUTE, RTM_DELRULE, RTM_GETROUTE, RTM_GETRULE, RTM_NEWROUTE, RTM_NEWRULE, RTMSG_BYTES, RTNH_F_ONLINK, RTPROT_UNSPEC, RTPROT_VKS} from './protocol.ts';

type Routing = Pick<Network, 'routes' | 'rules' | 'replaceRoute' | 'deleteRoute' | 'addRule' | 'deleteRule'>;

export function openRouting(socket: NetlinkSocket): Routing {
	return {
		routes: tables => readRoutes(socket, new Set([RT_TABLE_MAIN, ...tables])),
		rules: () => readRules(socket),
		replaceRoute: route => replaceRoute(socket, route),
		deleteRoute(route) {
			const expect = {gone: [ESRCH, ENOENT], family: route.family, what: `route ${describe(route)}`};
			if (route.message !== undefined) return settle(socket.transact({type: RTM_DELROUTE, flags: 0, body: Buffer.from(route.message)}), expect);
			const index = indexOf(socket, route);
			// Routes go with their interface: nothing is left to delete.
			if (!index.ok) return ok(undefined);
			const body = encodeRoute(route, {interfaceIndex: index.value, scope: RT_SCOPE_NOWHERE, flags: 0, protocol: RTPROT_UNSPEC});
			return settle(socket.transact({type: RTM_DELROUTE, flags: 0, body}), expect);
		},
		addRule(rule) {
			const answer = socket.transact({type: RTM_NEWRULE, flags: NLM_F_CREATE | NLM_F_EXCL, body: encodeRule(rule)});
			// EEXIST means an identical rule: the kernel compares every field (rule_exists, net/core/fib_rules.c).
			return settle(answer, {gone: [EEXIST], family: rule.family, what: `rule ${describeRule(rule)}`});
		},
		deleteRule(rule) {
			// The kernel deletes the first rule that has all that is named: a strange one named by our fields would be one of ours.
			const body = rule.message === undefined ? encodeRule(rule) : Buffer.from(rule.message);
			const answer = socket.transact({type: RTM_DELRULE, flags: 0, body});
			return settle(answer, {gone: [ENOENT], family: rule.family, what: `rule ${describeRule(rule)}`});
		},
	};
}

function readRoutes(socket: NetlinkSocket, tables: ReadonlySet<number>): Result<readonly Route[], Problem> {
	const names = readRawLinks(socket);
	if (!names.ok) return names;
	const byIndex = new Map(names.value.map(({index, name}) => [index, name]));
	const messages = dumpBoth(socket, RTM_GETROUTE, RTMSG_BYTES, 'The routes could not be read');
	if (!messages.ok) return messages;
	const raw = messages.value.filter(({body}) => mayConcern(body, tables)).map(({body}) => parseRoute(body)).filter(route => route !== null);
	return ok(raw.filter(({table}) => tables.has(table)).map(route => withName(route, byIndex)));
}

/** Looks at the header only: most routes are the local table's, and reading them all was a third of the daemon's rest. */
function mayConcern(body: Buffer, tables: ReadonlySet<number>): boolean {
	const table = body.readUInt8(4);
	return table === RT_TABLE_UNSPEC || table === RT_TABLE_COMPAT || tables.has(table);
}

function withName({interfaceIndex, ...route}: RawRoute, byIndex: ReadonlyMap<number, string>): Route {
	return {...route, interface: (byIndex.get(interfaceIndex) ?? null) as Route['interface']};
}

function readRules(socket: NetlinkSocket): Result<readonly RoutingRule[], Problem> {
	const messages = dumpBoth(socket, RTM_GETRULE, FIB_RULE_HDR_BYTES, 'The routing rules could not be read');
	return messages.ok ? ok(messages.value.map(({body}) => parseRule(body)).filter(rule => rule !== null)) : messages;
}

/** Both families; a kernel without IPv6 has nothing to list, which is not an error. */
export function dumpBoth(socket: NetlinkSocket, type: number, headerBytes: number, what: string): Result<readonly Message[], Problem> {
	const found: Message[] = [];
	for (const family of [4, 6] as const) {
		const header = Buffer.alloc(headerBytes);
		header.writeUInt8(familyNumber(family), 0);
		const answer = socket.dump({type, flags: 0, body: header});
		if (answer.ok) found.push(...answer.value);
		else if (family === 4 || !isSwitchedOff(answer.error)) return fail(readFailed(what, answer.error));
	}
	return ok(found);
}

const isSwitchedOff = ({errno}: NetlinkError): boolean => errno === EAFNOSUPPORT || errno === EOPNOTSUPP;

function replaceRoute(socket: NetlinkSocket, route: Route): Result<void, Problem> {
	if (route.kind === 'other') return fail(problem('routing-refused', 'vks replaces unicast and unreachable routes only.', 'Report this message.'));
	const index = indexOf(socket, route);
	if (!index.ok) return index;
	const send = (flags: number): Result<readonly Message[], NetlinkError> =>
		socket.transact({type: RTM_NEWROUTE, flags: NLM_F_CREATE | NLM_F_REPLACE, body: encodeRoute(route, {interfaceIndex: index.value, scope: scopeFor(route), flags, protocol: RTPROT_VKS})});
	const answer = send(0);
	// Where the uplink's address is a /32 (many clouds), no on-link route covers the gateway: say that it is on the link.
	const offLink = !answer.ok && route.gateway !== null && index.value !== 0 && [ENETUNREACH, EHOSTUNREACH, EINVAL].includes(answer.error.errno);
	return settle(offLink ? send(RTNH_F_ONLINK) : answer, {gone: [], family: route.family, what: `route ${describe(route)}`});
}

/** 0 when the route names no interface. */
function indexOf(socket: NetlinkSocket, route: Route): Result<number, Problem> {
	if (route.interface === null) return ok(0);
	const links = readRawLinks(socket);
	if (!links.ok) return links;
	const link = links.value.find(({name}) => name === route.interface);
	return link === undefined
		? fail(problem('routing-refused', `The interface ${route.interface} of route ${describe(route)} does not exist.`, 'Wait for the interface to return, or name another uplink.'))
		: ok(link.index);
}

interface Expectation {
	/** Errors that mean: it already is as asked. */
	readonly gone: readonly number[];
	readonly family: Family;
	readonly what: string;
}

function settle(answer: Result<unknown, NetlinkError>, {gone, family, what}: Expectation): Result<void, Problem> {
	if (answer.ok || gone.includes(answer.error.errno)) return ok(undefined);
	if (answer.error.errno === EPERM) return fail(noPermission(`The kernel refused the ${what}`));
	if (family === 6 && isSwitchedOff(answer.error)) {
		return fail(problem('ipv6-unenforced', `The ${what} was not set: this kernel has no IPv6, so there is nothing to route.`, 'Switch IPv6 off in the configuration.', true));
	}
	return fail(problem('routing-refused', `The kernel refused the ${what}: ${answer.error.text}.`, 'Compare with `ip route show table all` and `ip rule`.'));
}

const describe = ({destination, gateway, interface: name, kind, table}: Route): string =>
	[kind === 'unreachable' ? 'unreachable' : '', destination ?? 'default', gateway === null ? '' : `via ${gateway}`, name === null ? '' : `dev ${name}`, `table ${table}`]
		.filter(word => word !== '')
		.join(' ');

const describeRule = ({family, mark, outInterface, priority, table, to}: RoutingRule): string =>
	`-${family} ${priority}:${mark === null ? '' : ` fwmark 0x${mark.toString(16)}`}${to === undefined ? '' : ` to ${to}`}${outInterface === null ? '' : ` oif ${outInterface}`} lookup ${table}`;
