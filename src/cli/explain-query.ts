/** The packet `vks explain` is asked about, from what was typed. Pure. */
import {isIP} from 'node:net';
import type {ExplainQuery} from '../control/schema.ts';
import {parseInterfaceName} from '../net/interface-name.ts';
import {fail, ok, type Result} from '../result.ts';
import {parseUid, splitTarget, wholeNumber} from '../control/target.ts';

const protocols = ['tcp', 'udp', 'icmp', 'icmpv6', 'other'] as const;
type Protocol = (typeof protocols)[number];
const highestMark = 0xffff_ffff;

export interface TypedQuery {
	readonly protocol: string;
	readonly destination: string;
	readonly uid: string | null;
	readonly from?: string | null;
	readonly via?: string | null;
	readonly mark?: string | null;
	readonly in?: boolean;
	readonly raw?: boolean;
	readonly established?: boolean;
}

/** The error is one line for the person who typed it. */
export function parseExplainQuery(typed: TypedQuery): Result<ExplainQuery, string> {
	const named = protocols.find(name => name === typed.protocol.toLowerCase());
	if (named === undefined) return fail(`"${typed.protocol}" is none of ${protocols.join(', ')}`);
	const target = parseTarget(typed.destination);
	if (!target.ok) return target;
	const {address, port} = target.value;
	const protocol = ofFamily(named, address);
	if (protocol === null) return fail(`icmpv6 needs an IPv6 address, not ${address}`);
	const hasPorts = protocol === 'tcp' || protocol === 'udp';
	if (hasPorts && port === null) return fail(`${protocol} needs a port: ${isIP(address) === 6 ? `[${address}]` : address}:443`);
	if (!hasPorts && port !== null) return fail(`${protocol} has no ports: leave out :${port}`);
	const uid = typed.uid === null ? null : parseUid(typed.uid);
	if (uid === undefined) return fail(`--uid takes a number, not "${typed.uid}"`);
	const rest = parseOptions(typed, {protocol, address});
	return rest.ok ? ok({protocol, destination: address, port, uid, ...rest.value}) : rest;
}

type Optional = Pick<ExplainQuery, 'direction' | 'source' | 'sourcePort' | 'via' | 'mark' | 'raw' | 'established'>;

/** Only what was typed is in the query. */
function parseOptions(typed: TypedQuery, {protocol, address}: {readonly protocol: Protocol; readonly address: string}): Result<Optional, string> {
	const {from = null, via = null, mark = null} = typed;
	if (typed.in === true && from === null) return fail('--in needs --from: who sent it');
	if (typed.in === true && typed.raw === true) return fail('--raw is for what leaves: leave out --in');
	const source = from === null ? null : parseTarget(from);
	if (source?.ok === false) return fail(`--from ${source.error}`);
	if (source !== null && isIP(source.value.address) !== isIP(address)) return fail(`--from ${source.value.address} and ${address} are not of one family`);
	if (source !== null && source.value.port !== null && protocol !== 'tcp' && protocol !== 'udp') return fail(`${protocol} has no ports: leave out :${source.value.port}`);
	if (via !== null && parseInterfaceName(via) === null) return fail(`--via takes the name of an interface, not "${via}"`);
	const number = mark === null ? null : markNumber(mark);
	if (number === undefined) return fail(`--mark takes a number such as 0xca6c, not "${mark}"`);
	return ok({
		...(typed.in === true ? {direction: 'in' as const} : {}),
		...(source === null ? {} : {source: source.value.address}),
		...(source === null || source.value.port === null ? {} : {sourcePort: source.value.port}),
		...(via === null ? {} : {via}),
		...(number === null ? {} : {mark: number}),
		...(typed.raw === true ? {raw: true} : {}),
		...(typed.established === true ? {established: true} : {}),
	});
}

/** `icmp` to an IPv6 address can only mean ICMPv6. */
function ofFamily(protocol: Protocol, address: string): Protocol | null {
	if (protocol === 'icmp' && isIP(address) === 6) return 'icmpv6';
	return protocol === 'icmpv6' && isIP(address) === 4 ? null : protocol;
}

// Resolving a name would itself send a packet, and perhaps not where the application's resolver is.
const isAddress = (text: string): boolean => isIP(text) !== 0 && !text.includes('%');

function parseTarget(text: string): Result<{readonly address: string; readonly port: number | null}, string> {
	const target = splitTarget(text, isAddress);
	if (target === null) return fail(`"${text}" is not an address with or without a port: names and zones are not looked up`);
	const {place: address, digits} = target;
	if (digits === null) return ok({address, port: null});
	const port = wholeNumber(digits, 65_535);
	return port === undefined || port === 0 ? fail(`"${digits}" is not a port (1 to 65535)`) : ok({address, port});
}

const markNumber = (text: string): number | undefined => (/^0x[\da-f]{1,8}$/i.test(text) ? Number.parseInt(text, 16) : wholeNumber(text, highestMark));
