/** PURE: one entry of a dump of connection tracking (ctnetlink_fill_info, net/netfilter/nf_conntrack_netlink.c). */
import {addressOf} from '../network/address.ts';
import {attributeMap, readU16be, readU32be} from '../netlink/attributes.ts';
import {NFGENMSG_BYTES} from '../nftables/protocol.ts';
import type {Flow, TrackedConnection} from './traffic.ts';

/** enum ctattr_type, ctattr_tuple, ctattr_ip and ctattr_l4proto of linux/netfilter/nfnetlink_conntrack.h. */
const CTA_TUPLE_ORIG = 1;
const CTA_TUPLE_REPLY = 2;
const CTA_TIMEOUT = 7;
const CTA_MARK = 8;
const CTA_TUPLE_IP = 1;
const CTA_TUPLE_PROTO = 2;
const CTA_IP_V4_SRC = 1;
const CTA_IP_V6_SRC = 3;
const CTA_PROTO_NUM = 1;
const CTA_PROTO_SRC_PORT = 2;
const CTA_PROTO_DST_PORT = 3;

const names: ReadonlyMap<number, string> = new Map([[1, 'icmp'], [6, 'tcp'], [17, 'udp'], [58, 'icmpv6']]);

/** Null when it is not whole. */
export function parseTracked(body: Buffer): TrackedConnection | null {
	const attributes = attributeMap(body.subarray(NFGENMSG_BYTES));
	const [begun, answered] = [CTA_TUPLE_ORIG, CTA_TUPLE_REPLY].map(type => parseTuple(attributes.get(type)));
	if (begun === null || begun === undefined || answered === null || answered === undefined) return null;
	return {
		protocol: names.get(begun.number) ?? String(begun.number),
		begun: begun.flow,
		answered: answered.flow,
		mark: readU32be(attributes.get(CTA_MARK)) ?? 0,
		secondsLeft: readU32be(attributes.get(CTA_TIMEOUT)),
	};
}

function parseTuple(tuple: Buffer | undefined): {readonly number: number; readonly flow: Flow} | null {
	if (tuple === undefined) return null;
	const parts = attributeMap(tuple);
	const [ip, proto] = [CTA_TUPLE_IP, CTA_TUPLE_PROTO].map(type => parts.get(type));
	if (ip === undefined || proto === undefined) return null;
	const ends = attributeMap(ip);
	const first = ends.has(CTA_IP_V4_SRC) ? CTA_IP_V4_SRC : CTA_IP_V6_SRC;
	const [source, destination] = [first, first + 1].map(type => addressOf(ends.get(type)));
	if (source === null || source === undefined || destination === null || destination === undefined) return null;
	const values = attributeMap(proto);
	return {
		number: values.get(CTA_PROTO_NUM)?.at(0) ?? 0,
		flow: {source, sourcePort: readU16be(values.get(CTA_PROTO_SRC_PORT)), destination, destinationPort: readU16be(values.get(CTA_PROTO_DST_PORT))},
	};
}
