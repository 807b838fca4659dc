/** What the host itself still sends by its uplinks when all else is refused: as an operator writes it, and as rules. Pure. */
import {isIpv4, parseIp, type IpAddress} from '../net/address.ts';
import {cidrFamily, parseCidr, splitCidr, type Cidr} from '../net/cidr.ts';
import {parsePort} from '../net/port.ts';

/** `udp/51820@0=192.0.2.1`: a port, of which user, to where. */
const written = /^(tcp|udp)\/(\d{1,5})(?:@(\d{1,10}))?(?:=([0-9a-fA-F.:/]+))?$/;

export const keepWords = 'dns, ntp, engine, or tcp/443, udp/51820@0 (of a user) and udp/51820=192.0.2.1 (to an address)';

/** In one spelling; null for what is none. */
export function parseKeep(text: string): string | null {
	if (text === 'dns' || text === 'ntp' || text === 'engine') return text;
	const [, transport, digits = '', user, to] = written.exec(text) ?? [];
	const port = parsePort(digits);
	const range = to === undefined ? undefined : parseCidr(to);
	if (transport === undefined || port === null || range === null || Number(user ?? 0) > 0xffff_fffe) return null;
	return `${transport}/${port}${user === undefined ? '' : `@${Number(user)}`}${range === undefined ? '' : `=${bare(range)}`}`;
}

/** As nft prints it: without the length where it is one address. */
export function bare(range: Cidr): string {
	const {base, length} = splitCidr(range);
	return length === (isIpv4(base) ? 32 : 128) ? base : range;
}

/** `resolvers`: whom this host asks for names. */
export function keepRules(keep: string, resolvers: readonly IpAddress[]): readonly string[] {
	if (keep === 'ntp') return ['udp dport 123 accept'];
	// The engine pulls images as root; nft knows no program by its name.
	if (keep === 'engine') return ['meta skuid 0 tcp dport 443 accept'];
	if (keep === 'dns') return resolvers.map(address => `${isIpv4(address) ? 'ip' : 'ip6'} daddr ${address} meta l4proto { tcp, udp } th dport 53 accept`);
	const [, transport = '', port = '', user, to] = written.exec(keep) ?? [];
	const range = to === undefined ? null : parseCidr(to);
	return [[...(user === undefined ? [] : [`meta skuid ${user}`]), ...(range === null ? [] : [`${cidrFamily(range) === 4 ? 'ip' : 'ip6'} daddr ${bare(range)}`]), `${transport} dport ${port} accept`].join(' ')];
}

/** `nameserver` lines, but for those on this host itself. */
export const resolversIn = (text: string): readonly IpAddress[] => [...new Set(text.split('\n').flatMap(line => {
	const address = parseIp(/^\s*nameserver\s+(\S+)/.exec(line)?.[1]?.split('%')[0] ?? '');
	return address === null || address.startsWith('127.') || address === '::1' ? [] : [address];
}))];
