/** The grammar of `VKS_LAN`: who may begin, which hosts, which protocol, which ports. */
import {cidrFamily, type Cidr} from '../net/cidr.ts';
import {inSpan, parsePort, spanText, type PortSpan} from '../net/port.ts';
import type {Protocol} from '../policy/policy.ts';
import {ok} from '../result.ts';
import type {LanPermission} from './config.ts';
import {doubtAbout, parseOpenableRange} from './parse-addresses.ts';
import {faulty, type Parsed} from './parse-text.ts';

const grammar = /^(?:(?<direction>in|out)\s+)?(?<range>\S+)(?:\s+(?:(?<transport>tcp|udp)(?:\s+(?<ports>\d+(?:-\d+)?))?|(?<icmp>icmp|icmpv6)))?$/i;

/** `192.168.1.0/24`, `out 192.168.1.20 tcp 5432`, `in 192.168.1.0/24 udp 53000-53010`, `out fd00::/64 icmpv6` */
export function parseLan(text: string): Parsed<LanPermission> {
	const found = grammar.exec(text)?.groups;
	if (found === undefined) return faulty({value: text, wrong: 'is not a LAN permission'});
	const range = parseOpenableRange(found['range'] ?? '');
	if (!range.ok) return range;
	const doubt = doubtAbout(range.value);
	if (doubt !== null) return faulty({value: range.value, wrong: doubt, right: 'Name private addresses; what is public belongs in the tunnel.'});
	const protocol = protocolOf(found['transport'] ?? found['icmp']);
	if (!speaks(range.value, protocol)) return faulty({value: text, wrong: 'asks for ICMP of the other address family', right: 'Write icmp with IPv4 and icmpv6 with IPv6.'});
	const ports = found['ports'] === undefined ? null : parseSpan(found['ports']);
	if (found['ports'] !== undefined && ports === null) return faulty({value: text, wrong: 'has ports that do not go up from 1 to 65535'});
	const direction = directionOf(found['direction']);
	if (direction !== 'in' && ports !== null && [53, 853].some(dns => inSpan(ports, dns))) {
		return faulty({value: text, wrong: 'asks for DNS, which is refused everywhere outside the tunnel', right: 'Leave ports 53 and 853 out, or name the addresses in /etc/hosts.'});
	}
	return ok({direction, range: range.value, protocol, ports});
}

export const lanText = ({direction, range, protocol, ports}: LanPermission): string =>
	[...(direction === 'both' ? [] : [direction]), range, ...(protocol === null ? [] : [protocol]), ...(ports === null ? [] : [spanText(ports)])].join(' ');

function parseSpan(text: string): PortSpan | null {
	const [from = '', to = from] = text.split('-');
	const [first, last] = [parsePort(from), parsePort(to)];
	return first === null || last === null || first > last ? null : {first, last};
}

function directionOf(word: string | undefined): LanPermission['direction'] {
	const lower = word?.toLowerCase();
	return lower === 'in' || lower === 'out' ? lower : 'both';
}

function protocolOf(word: string | undefined): Protocol | null {
	const lower = word?.toLowerCase();
	return lower === 'tcp' || lower === 'udp' || lower === 'icmp' || lower === 'icmpv6' ? lower : null;
}

const speaks = (range: Cidr, protocol: Protocol | null): boolean =>
	(protocol !== 'icmp' || cidrFamily(range) === 4) && (protocol !== 'icmpv6' || cidrFamily(range) === 6);
