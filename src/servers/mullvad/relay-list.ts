/**
 * Mullvad's relay list, `GET https://api.mullvad.net/app/v1/relays` (mullvadvpn-app, mullvad-api/src/relay_list.rs). Pure.
 * Bad entries are skipped one by one, as their own program does.
 */
import {z} from 'zod';
import {fail, ok, type Result} from '../../result.ts';
import {addressSchema, countryCodeSchema, hostSchema, jsonOf, nameSchema, publicKeySchema, readEntries, type Relay, type RelayList} from '../relay.ts';
import {parsePort, type Port} from '../../net/port.ts';

const listSchema = z.object({
	locations: z.record(z.string(), z.unknown()),
	wireguard: z.object({relays: z.array(z.unknown())}),
});

const locationSchema = z.object({city: nameSchema, country: nameSchema});

const relaySchema = z.object({
	hostname: hostSchema,
	active: z.boolean(),
	owned: z.boolean().default(false),
	location: z.string(),
	provider: nameSchema,
	ipv4_addr_in: addressSchema,
	ipv6_addr_in: addressSchema.nullish(),
	public_key: publicKeySchema,
});

/** Every relay answers at WireGuard's own port. */
const relayPort = parsePort(51_820);

export function parseMullvadRelays(text: string): Result<RelayList, string> {
	const list = listSchema.safeParse(jsonOf(text));
	if (!list.success || relayPort === null) return fail('it is not Mullvad\'s relay list (locations and wireguard.relays)');
	const {locations, wireguard} = list.data;
	return ok(readEntries(wireguard.relays, entry => schemaWith(locations, relayPort).safeParse(entry)));
}

const schemaWith = (locations: Readonly<Record<string, unknown>>, port: Port) => relaySchema.transform((relay, context): Relay | null => {
	if (!relay.active) return null;
	const place = Object.hasOwn(locations, relay.location) ? locationSchema.safeParse(locations[relay.location]) : null;
	// The code is the location's first part: `se-mma`.
	const code = countryCodeSchema.safeParse(relay.location.split('-')[0]);
	if (place?.success !== true || !code.success) {
		context.addIssue({code: 'custom', path: ['location'], message: 'is not among the locations'});
		return z.NEVER;
	}
	return {
		id: relay.hostname,
		countryCode: code.data,
		country: place.data.country,
		city: place.data.city,
		load: null,
		groups: [...(relay.owned ? ['owned'] : ['rented']), relay.provider.toLowerCase()],
		addresses: [relay.ipv4_addr_in, ...(relay.ipv6_addr_in ? [relay.ipv6_addr_in] : [])],
		port,
		publicKey: relay.public_key,
	};
});
