/**
 * Routes and rules as the kernel told them, whole, to be put back as they were: what `Route` and `RoutingRule` leave out (source,
 * protocol, metrics, several next hops) is in them too. linux/rtnetlink.h, fib_rules.h.
 */
import {ok, type Result} from '../../result.ts';
import type {Problem} from '../../problem.ts';
import {EEXIST, ENOENT, ESRCH} from '../ffi/errno.ts';
import {attribute, attributeMap, readAttributes, u32Attribute} from '../netlink/attributes.ts';
import {NLM_F_CREATE, NLM_F_EXCL} from '../netlink/message.ts';
import type {NetlinkSocket} from '../netlink/socket.ts';
import {nameOfRoute, parseRoute} from '../network/parse-route.ts';
import {parseRule} from '../network/parse-rule.ts';
import {dumpBoth} from '../network/routing.ts';
import {FIB_RULE_HDR_BYTES, FIB_RULE_INVERT, RTA_GATEWAY, RTA_MULTIPATH, RTA_NH_ID, RTA_OIF, RTA_VIA, RTM_DELROUTE, RTM_DELRULE, RTM_GETROUTE, RTM_GETRULE, RTM_NEWROUTE, RTM_NEWRULE, RTMSG_BYTES, RTNH_F_ONLINK, RTPROT_VKS} from '../network/protocol.ts';

export interface SavedRouting {
	/** Each a message's body, in base64. */
	readonly routes: readonly string[];
	readonly rules: readonly string[];
}

const RTA_CACHEINFO = 12;
const RTA_EXPIRES = 23;
const FLAGS_AT = 8;
const PROTOCOL_AT = 5;
/** In struct rta_cacheinfo; in hundredths of a second. */
const EXPIRES_AT = 8;

export function saveRouting(socket: NetlinkSocket): Result<SavedRouting, Problem> {
	const routes = dumpBoth(socket, RTM_GETROUTE, RTMSG_BYTES, 'The routes could not be read');
	if (!routes.ok) return routes;
	const rules = dumpBoth(socket, RTM_GETRULE, FIB_RULE_HDR_BYTES, 'The routing rules could not be read');
	if (!rules.ok) return rules;
	// What decides nothing about where a packet leaves is the kernel's own, and never touched.
	const deciding = routes.value.map(({body}) => body).filter(body => parseRoute(body) !== null);
	return ok({routes: deciding.map(asAsked).map(base64), rules: rules.value.map(({body}) => base64(body))});
}

/** `isOurs`: which rules that were not there may go. What could not be put back, in words. */
export function restoreRouting(socket: NetlinkSocket, saved: SavedRouting, isOurs: (rule: NonNullable<ReturnType<typeof parseRule>>) => boolean): readonly string[] {
	const now = saveRouting(socket);
	if (!now.ok) return [now.error.what];
	const trouble: string[] = [];
	const send = (type: number, flags: number, body: Buffer, fine: readonly number[], what: string): void => {
		const answer = socket.transact({type, flags, body});
		if (!answer.ok && !fine.includes(answer.error.errno)) trouble.push(`${what}: ${answer.error.text}`);
	};
	for (const body of bodies(now.value.routes).filter(each => each.readUInt8(PROTOCOL_AT) === RTPROT_VKS)) send(RTM_DELROUTE, 0, nameOfRoute(body), [ESRCH, ENOENT], 'a route of vks could not be removed');
	// A gateway is found by what is on the link.
	const missing = bodies(saved.routes.filter(route => !now.value.routes.includes(route))).filter(body => body.readUInt8(PROTOCOL_AT) !== RTPROT_VKS);
	const [onLink, byGateway] = [missing.filter(body => !hasGateway(body)), missing.filter(hasGateway)];
	for (const body of [...onLink, ...byGateway]) send(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, body, [EEXIST], 'a route could not be put back');
	const [before, after] = [counted(saved.rules), counted(now.value.rules)];
	for (const [text, times] of before) for (let more = times - (after.get(text) ?? 0); more > 0; more--) send(RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, ruleAsAsked(Buffer.from(text, 'base64')), [EEXIST], 'a routing rule could not be put back');
	for (const [text, times] of after) {
		const body = Buffer.from(text, 'base64');
		const rule = parseRule(body);
		for (let more = times - (before.get(text) ?? 0); more > 0 && rule !== null && isOurs(rule); more--) send(RTM_DELRULE, 0, body, [ENOENT], 'a routing rule of vks could not be removed');
	}
	return trouble;
}

const base64 = (bytes: Buffer): string => bytes.toString('base64');
const bodies = (texts: readonly string[]): readonly Buffer[] => texts.map(text => Buffer.from(text, 'base64'));
const hasGateway = (body: Buffer): boolean => [RTA_GATEWAY, RTA_VIA, RTA_MULTIPATH].some(type => attributeMap(body.subarray(RTMSG_BYTES)).has(type));

function counted(texts: readonly string[]): ReadonlyMap<string, number> {
	const counts = new Map<string, number>();
	for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
	return counts;
}

/** What is told of a route and may not be asked for goes: how it fares now, and a next hop's own words where it has a number. */
function asAsked(body: Buffer): Buffer {
	const header = Buffer.from(body.subarray(0, RTMSG_BYTES));
	header.writeUInt32LE(header.readUInt32LE(FLAGS_AT) & RTNH_F_ONLINK, FLAGS_AT);
	const attributes = readAttributes(body.subarray(RTMSG_BYTES));
	const told = attributes.some(({type}) => type === RTA_NH_ID) ? [RTA_OIF, RTA_GATEWAY, RTA_VIA, RTA_MULTIPATH] : [];
	const expires = attributes.find(({type, value}) => type === RTA_CACHEINFO && value.length > EXPIRES_AT + 4)?.value.readInt32LE(EXPIRES_AT) ?? 0;
	return Buffer.concat([
		header,
		...attributes.filter(({type}) => type !== RTA_CACHEINFO && !told.includes(type)).map(({type, value}) => attribute(type, value)),
		...(expires > 0 ? [u32Attribute(RTA_EXPIRES, Math.ceil(expires / 100))] : []),
	]);
}

function ruleAsAsked(body: Buffer): Buffer {
	const asked = Buffer.from(body);
	asked.writeUInt32LE(asked.readUInt32LE(FLAGS_AT) & FIB_RULE_INVERT, FLAGS_AT);
	return asked;
}
