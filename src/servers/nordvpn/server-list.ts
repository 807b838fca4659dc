/**
 * NordVPN's server objects, as `/v1/servers` and `/v1/servers/recommendations` of api.nordvpn.com give them. Pure. Key and
 * address are taken from the same object: one of each from two answers would be a server nobody runs.
 */
import {z} from 'zod';
import {parsePort, type Port} from '../../net/port.ts';
import {fail, ok, type Result} from '../../result.ts';
import {addressSchema, countryCodeSchema, hostSchema, jsonOf, nameSchema, publicKeySchema, readEntries, type Relay, type RelayList} from '../relay.ts';

/** `wireguard_udp`; its number in filters is 35. */
const wireguard = 'wireguard_udp';

const technologySchema = z.object({
	identifier: z.string(),
	metadata: z.array(z.object({name: z.string(), value: z.unknown()})).default([]),
	pivot: z.object({status: z.string()}).optional(),
});

const serverSchema = z.object({
	hostname: hostSchema,
	station: addressSchema,
	status: z.string(),
	load: z.number().min(0).max(100).nullish(),
	locations: z.array(z.object({country: z.object({name: nameSchema, code: countryCodeSchema, city: z.object({name: nameSchema}).nullish()})})).min(1),
	groups: z.array(z.object({identifier: z.string().max(60)})).default([]),
	technologies: z.array(technologySchema),
});

const wireguardPort = parsePort(51_820);

/** Servers that are not online, or that speak no WireGuard now, are left out without a word: that is their ordinary state. */
export function parseNordvpnServers(text: string): Result<RelayList, string> {
	const list = z.array(z.unknown()).safeParse(jsonOf(text));
	if (!list.success || wireguardPort === null) return fail('it is not a list of NordVPN servers');
	return ok(readEntries(list.data, entry => schemaWith(wireguardPort).safeParse(entry)));
}

const schemaWith = (port: Port) => serverSchema.transform((server, context): Relay | null => {
	const technology = server.technologies.find(({identifier, pivot}) => identifier === wireguard && (pivot === undefined || pivot.status === 'online'));
	if (server.status !== 'online' || technology === undefined) return null;
	const key = publicKeySchema.safeParse(technology.metadata.find(({name}) => name === 'public_key')?.value);
	const [location] = server.locations;
	if (!key.success || location === undefined) {
		context.addIssue({code: 'custom', path: ['technologies'], message: 'has no public key'});
		return z.NEVER;
	}
	const {country} = location;
	return {
		id: server.hostname.replace(/\.nordvpn\.com$/i, ''),
		countryCode: country.code,
		country: country.name,
		city: country.city?.name ?? null,
		load: server.load ?? null,
		groups: server.groups.map(({identifier}) => identifier.replace(/^legacy_/, '').toLowerCase()),
		addresses: [server.station],
		port,
		publicKey: key.data,
	};
});
