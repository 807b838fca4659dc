/** What the kernel and its programs say. It is not an enemy, but a message may be torn, newer than we are, or somebody else's. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {ZodError} from 'zod';
import {parseLinkKind} from '../../src/kernel/devices-link.ts';
import type {Route, RoutingRule} from '../../src/kernel/kernel.ts';
import {attribute, attributeMap, readAttributes, readText} from '../../src/kernel/netlink/attributes.ts';
import {encodeMessage, parseMessages, readAck} from '../../src/kernel/netlink/message.ts';
import {divertingStatements, parseHookedChain, shown} from '../../src/kernel/foreign/parse-nft.ts';
import {rewritingStatements} from '../../src/kernel/foreign/rewrites.ts';
import {canDivert, parseTcFilter, parseTcNode} from '../../src/kernel/foreign/parse-tc.ts';
import {parseLink, parseLinkAddress} from '../../src/kernel/network/parse-links.ts';
import {encodeRoute, parseRoute} from '../../src/kernel/network/parse-route.ts';
import {RTPROT_VKS} from '../../src/kernel/network/protocol.ts';
import {encodeRule, parseRule} from '../../src/kernel/network/parse-rule.ts';
import {parseContainer, parsePasswd, processName} from '../../src/kernel/owners/parse-owner.ts';
import {parseSocket} from '../../src/kernel/owners/sock-diag.ts';
import {nftProblem, parseListing as parseListingText} from '../../src/kernel/nftables/errors.ts';
import {parseGeneration, parseHookDevices, parseTable} from '../../src/kernel/nftables/parse.ts';
import {parseUapiErrno, parseUapiGet} from '../../src/kernel/parse-wg-uapi.ts';
import {parseWgDump} from '../../src/kernel/parse-wg-dump.ts';
import {parseNameservers} from '../../src/kernel/resolv-conf.ts';
import {parseNflog} from '../../src/kernel/watch/parse-nflog.ts';
import {parsePacket} from '../../src/kernel/watch/parse-packet.ts';
import {parseIp, familyOf} from '../../src/net/address.ts';
import {parseCidr, cidrFamily} from '../../src/net/cidr.ts';
import {compare} from '../../src/policy/compare.ts';
import {canonicalText, parseListing} from '../../src/policy/listing.ts';
import {cidr, interfaceName, ipv4, ipv6, port, transport} from '../helpers/arbitrary-net.ts';
import {checkCount, checkIp, checkProblem, checkSame, checkText, checkWireguardFacts} from './checks.ts';
import {brokenBytes, brokenJson, brokenText} from './mutate.ts';
import {foreignHooks, listings, nflogMessages, rtnetlink} from './samples.ts';
import {target, type FuzzTarget} from './target.ts';

const family = fc.constantFrom(4 as const, 6 as const);
const number = fc.nat(0xffff_ffff);
const ofFamily = (wanted: 4 | 6) => ({address: wanted === 4 ? ipv4 : ipv6, range: cidr.filter(range => cidrFamily(range) === wanted && !range.endsWith('/0'))});

/** An unreachable route of IPv6 is listed as being on loopback, so only the kinds that keep their interface go round. */
const route: fc.Arbitrary<Route & {readonly interfaceIndex: number}> = family.chain(wanted => fc.record({
	family: fc.constant(wanted), table: fc.integer({min: 1, max: 0xffff_ffff}), destination: fc.option(ofFamily(wanted).range), kind: fc.constant('unicast' as const),
	gateway: fc.option(ofFamily(wanted).address), interface: fc.constant(null), interfaceIndex: fc.nat(0x7fff_ffff), metric: number,
}));

const rule: fc.Arbitrary<RoutingRule> = fc.record({
	family, priority: number, mark: fc.option(number), outInterface: fc.option(interfaceName), table: fc.integer({min: 1, max: 0xffff_ffff}),
	suppressPrefixLength: fc.option(fc.nat(0xffff_fffe)), from: fc.option(fc.record({port, transport}), {nil: undefined}),
}).map(({from, ...rest}) => (from === undefined ? rest : {...rest, from}));

const dump = 'cHJpdmF0ZQ==\tcHVibGlj\t51821\t0xca6c\ncHVibGlj\t(none)\t198.51.100.7:51820\t0.0.0.0/0,::/0\t1789999990\t1024\t2048\t25\n';
const uapi = 'private_key=00\nlisten_port=51821\npublic_key=0b\nendpoint=[2001:db8::7]:51820\nlast_handshake_time_sec=1789999990\nlast_handshake_time_nsec=500000000\ntx_bytes=2048\nrx_bytes=1024\npersistent_keepalive_interval=25\nerrno=0\n\n';
const passwdFile = 'root:x:0:0:root:/root:/bin/sh\nradarr:x:1000:1000::/config:/bin/false\n';
const cgroupFile = `0::/system.slice/docker-${'ab12cd34'.repeat(8)}.scope\n`;
/** struct inet_diag_msg of a UDP socket bound to every address. */
const socketMessage = Buffer.concat([Buffer.from([2, 7, 0, 0, 0x9c, 0xbb, 0, 0]), Buffer.alloc(56), Buffer.from([0xfe, 0xff, 0, 0, 0x2a, 1, 0, 0])]);
const nowMs = 1_800_000_000_000;
const messages = rtnetlink('').map((body, index) => encodeMessage({type: 16 + index, flags: 2, body}, index));
const nftError = '/dev/stdin:3:5-12: Error: Could not process rule: Operation not permitted\nadd rule inet vks input drop\n    ^^^^^^^^\n';

export const kernelTargets: readonly FuzzTarget[] = [
	target('netlink messages', brokenBytes([...messages, Buffer.concat(messages.slice(0, 4))]), bytes => {
		const found = parseMessages(bytes);
		assert.ok(found.reduce((sum, {body}) => sum + body.length + 16, 0) <= bytes.length, 'bodies overlap');
		for (const message of found) assert.ok(Number.isInteger(readAck(message).errno));
	}),
	target('netlink messages, round trip', fc.array(fc.record({type: fc.integer({min: 2, max: 0xffff}), flags: fc.nat(0xffff), body: fc.uint8Array({maxLength: 60}).map(body => Buffer.from(body))}), {maxLength: 5}), requests => {
		const found = parseMessages(Buffer.concat(requests.map((request, index) => encodeMessage(request, index))));
		checkSame(found.map(({type, flags, body}) => ({type, flags, body: Buffer.from(body)})), requests);
	}),
	target('netlink attributes', brokenBytes(nflogMessages().map(body => body.subarray(4))), bytes => {
		const found = readAttributes(bytes);
		assert.ok(found.reduce((sum, {value}) => sum + value.length + 4, 0) <= bytes.length, 'values overlap');
		for (const value of attributeMap(bytes).values()) assert.ok(!(readText(value) ?? '').includes('\0'));
	}),
	target('netlink attributes, round trip', fc.array(fc.tuple(fc.nat(0x3fff), fc.uint8Array({maxLength: 40})), {maxLength: 8}), list => {
		const bytes = Buffer.concat(list.map(([type, value]) => attribute(type, Buffer.from(value))));
		checkSame(readAttributes(bytes).map(({type, value}) => [type, Uint8Array.from(value)]), list);
	}),
	target('links', brokenBytes(rtnetlink('links')), bytes => {
		const link = parseLink(bytes);
		if (link === null) return;
		assert.ok(!link.name.includes('\0') && !(link.kind ?? '').includes('\0'));
		checkCount(link.mtu);
	}),
	target('link addresses', brokenBytes(rtnetlink('addresses')), bytes => {
		const found = parseLinkAddress(bytes);
		if (found === null) return;
		checkIp(found.address);
		assert.ok(found.prefixLength <= (familyOf(found.address) === 4 ? 32 : 128), `${found.address}/${found.prefixLength}`);
	}),
	target('routes', brokenBytes(rtnetlink('routes')), bytes => {
		const found = parseRoute(bytes);
		if (found === null) return;
		if (found.gateway !== null) checkIp(found.gateway);
		// By this message the route is deleted: it must name the same one.
		if (found.message !== undefined) {
			const named = parseRoute(Buffer.from(found.message));
			checkSame([named?.family, named?.table, named?.destination, named?.metric], [found.family, found.table, found.destination, found.metric]);
		}
		if (found.destination === null) return;
		assert.equal(parseCidr(found.destination), found.destination);
		assert.equal(cidrFamily(found.destination), found.family);
	}),
	target('routes, round trip', route, ({interfaceIndex, ...wanted}) => {
		const found = parseRoute(encodeRoute(wanted, {interfaceIndex, scope: 0, flags: 0, protocol: RTPROT_VKS}));
		const {interface: _interface, ...rest} = wanted;
		checkSame(found, {...rest, interfaceIndex, ours: true});
	}),
	target('routing rules', brokenBytes(rtnetlink('rules')), bytes => {
		const found = parseRule(bytes);
		if (found !== null) assert.equal(found.special === true, found.message !== undefined);
	}),
	target('routing rules, round trip', rule, wanted => checkSame(parseRule(encodeRule(wanted)), wanted)),
	target('hooks of others', brokenBytes(foreignHooks('')), bytes => {
		const [node, filter, chain] = [parseTcNode(bytes), parseTcFilter(bytes), parseHookedChain(bytes)];
		if (node !== null) checkCount(node.handle);
		if (filter !== null) assert.ok(canDivert(filter) || filter.actions !== null);
		if (chain !== null) assert.match(shown(chain.table), /^[\w./?-]*$/);
		for (const statement of divertingStatements(bytes)) assert.ok(['dup', 'fwd', 'TEE'].includes(statement));
		rewritingStatements(bytes, new Set(['output'])).forEach(checkText);
	}),
	target('nftables messages', brokenBytes([...nflogMessages(), ...rtnetlink('links').map(body => body.subarray(12))]), bytes => {
		const [table, generation] = [parseTable(bytes), parseGeneration(bytes)];
		if (table.ownerPort !== null) checkCount(table.ownerPort);
		checkCount(generation.id);
		for (const name of parseHookDevices(bytes)) assert.equal(typeof name, 'string');
	}),
	target('names of owners', brokenText([passwdFile, cgroupFile, 'Radarr\n']), text => {
		for (const name of [...parsePasswd(text).values(), processName(text, text), parseContainer(text)]) if (name !== null) checkText(name);
	}),
	target('sockets of sock_diag', brokenBytes([socketMessage]), bytes => {
		const socket = parseSocket(bytes);
		if (socket === null) return;
		for (const number of [socket.inode, socket.uid, socket.sourcePort, socket.destinationPort]) checkCount(number);
		for (const address of [socket.source, socket.destination]) assert.notEqual(parseIp(address), null);
	}),
	target('NFLOG messages', brokenBytes(nflogMessages()), bytes => {
		const {record, sequence} = parseNflog(bytes, {atMs: 1, nameOf: index => `if${index}`});
		assert.notEqual(record.ruleId, '');
		for (const address of [record.source, record.destination]) if (address !== '') assert.notEqual(parseIp(address), null);
		for (const each of [record.sourcePort, record.destinationPort]) assert.ok(each === null || (each >= 0 && each <= 65_535));
		if (sequence !== null) checkCount(sequence);
	}),
	target('packets', fc.tuple(brokenBytes(nflogMessages().map(body => body.subarray(-60))), fc.constantFrom(0x0800, 0x86dd, 0x0806, 0)), ([bytes, etherType]) => {
		const found = parsePacket(bytes, etherType);
		checkCount(found.length);
		assert.ok(found.protocol === 'tcp' || found.protocol === 'udp' || (found.sourcePort === null && found.destinationPort === null));
	}),
	target('nft listings', brokenJson(listings()), json => {
		try {
			const listing = parseListing(json);
			checkSame(compare(listing, parseListing(structuredClone(json))), []);
			assert.equal(typeof canonicalText(listing), 'string');
		} catch (error) {
			if (!(error instanceof ZodError)) throw error;
		}
	}, 0.3),
	target('nft listings that differ', brokenJson(listings()), json => {
		try {
			const [actual, intended] = [parseListing(json), listings().map(each => parseListing(each))];
			for (const each of intended) if (canonicalText(each) !== canonicalText(actual)) assert.notDeepEqual(compare(each, actual), [], 'another ruleset passes for ours');
		} catch (error) {
			if (!(error instanceof ZodError)) throw error;
		}
	}, 0.05),
	target('nft output', brokenText([JSON.stringify({nftables: []}), nftError]), text => {
		const parsed = parseListingText(text);
		if (!parsed.ok) checkProblem(parsed.error);
		checkProblem(nftProblem(text));
	}),
	target('wg dump', brokenText([dump]), text => checkWireguardFacts(parseWgDump(text, nowMs), text)),
	target('WireGuard\'s userspace answers', brokenText([uapi]), text => {
		const errno = parseUapiErrno(text);
		assert.ok(errno === null || Number.isInteger(errno));
		checkWireguardFacts(parseUapiGet(text, nowMs), text);
	}),
	target('link kinds', brokenText(['[{"ifname":"wg0","linkinfo":{"info_kind":"wireguard"}}]']), text => {
		const kind = parseLinkKind(text);
		assert.ok(kind === null || typeof kind === 'string');
	}),
	target('resolv.conf', brokenText(['# comment\nnameserver 10.64.0.1\nnameserver fe80::1%eth0\nsearch lan\noptions ndots:0\n'], ['nameserver ']), text => {
		const found = parseNameservers(text);
		found.forEach(checkIp);
		checkSame(parseNameservers(found.map(address => `nameserver ${address}\n`).join('')), found);
	}),
];
