/** Who is asked for a port. */
import {isIpv4, type IpAddress} from '../net/address.ts';
import {ok} from '../result.ts';
import {parseResolver} from './parse-addresses.ts';
import {faulty, type Parsed} from './parse-text.ts';

export function parsePortGateway(text: string): Parsed<IpAddress | null> {
	if (text === '') return ok(null);
	const address = parseResolver(text);
	if (!address.ok) return faulty({value: text, wrong: 'is not the address of a gateway'});
	return isIpv4(address.value) ? ok(address.value) : faulty({value: text, wrong: 'is not an IPv4 address, and NAT-PMP knows no other'});
}
