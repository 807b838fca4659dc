/** What is wished of a provider, and the addresses of its API. */
import {ok} from '../result.ts';
import type {LinkAddress} from '../kernel/kernel.ts';
import type {IpAddress} from '../net/address.ts';
import {readAddresses} from '../tunnel/conf-values.ts';
import {parseResolver} from './parse-addresses.ts';
import {faulty, listOf, type Parsed} from './parse-text.ts';

/** A country, a city or a group: which ones there are is the provider's knowledge. */
export function parsePlace(text: string): Parsed<string> {
	return /\p{C}/u.test(text) || text.length > 60 ? faulty({value: text, wrong: 'is not the name of a place or a group'}) : ok(text);
}

export const parseGroup = (text: string): Parsed<readonly string[]> => {
	if (text === '') return ok([]);
	const group = parsePlace(text);
	return group.ok ? ok([group.value]) : group;
};

/** At least one: an empty list would mean that nobody can ever be asked. */
export function parseApiAddresses(text: string): Parsed<readonly IpAddress[]> {
	const addresses = listOf(parseApiAddress)(text);
	return addresses.ok && addresses.value.length === 0 ? faulty({value: text, wrong: 'names no address'}) : addresses;
}

/** What a resolver may have; the words differ. */
function parseApiAddress(text: string): Parsed<IpAddress> {
	const address = parseResolver(text);
	return address.ok ? address : faulty({value: text, wrong: 'is not the address of a server'});
}

export const parseTunnelAddresses = listOf((text): Parsed<LinkAddress> => {
	const read = readAddresses(text);
	const [address] = read.ok ? read.value : [];
	return address === undefined ? faulty({value: text, wrong: 'is not an address with its prefix length'}) : ok(address);
});
