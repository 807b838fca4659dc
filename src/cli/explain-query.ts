/** The packet `vks explain` is asked about, from what was typed. Pure. */
import {isIP} from 'node:net';
import type {ExplainQuery} from '../control/schema.ts';
import {fail, ok, type Result} from '../result.ts';

const protocols = ['tcp', 'udp', 'icmp', 'icmpv6'] as const;
type Protocol = (typeof protocols)[number];
const highestUid = 4_294_967_294;

export interface TypedQuery {
	readonly protocol: string;
	readonly destination: string;
	readonly uid: string | null;
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
	const uid = typed.uid === null ? null : wholeNumber(typed.uid, highestUid);
	if (uid === undefined) return fail(`--uid takes a number, not "${typed.uid}"`);
	return ok({protocol, destination: address, port, uid});
}

/** `icmp` to an IPv6 address can only mean ICMPv6. */
function ofFamily(protocol: Protocol, address: string): Protocol | null {
	if (protocol === 'icmp' && isIP(address) === 6) return 'icmpv6';
	return protocol === 'icmpv6' && isIP(address) === 4 ? null : protocol;
}

function parseTarget(text: string): Result<{readonly address: string; readonly port: number | null}, string> {
	const [, bracketed, plain, digits] = /^(?:\[([^\]]*)\]|([^:[\]]+))(?::(.*))?$/.exec(text) ?? [];
	const address = isIP(text) === 6 ? text : (bracketed ?? plain ?? text);
	// Resolving a name would itself send a packet, and perhaps not where the application's resolver is.
	if (isIP(address) === 0 || address.includes('%')) return fail(`"${text}" is not an address with or without a port: names and zones are not looked up`);
	if (isIP(text) !== 0 || digits === undefined) return ok({address, port: null});
	const port = wholeNumber(digits, 65_535);
	return port === undefined || port === 0 ? fail(`"${digits}" is not a port (1 to 65535)`) : ok({address, port});
}

const wholeNumber = (text: string, highest: number): number | undefined => (/^\d{1,10}$/.test(text) && Number(text) <= highest ? Number(text) : undefined);
