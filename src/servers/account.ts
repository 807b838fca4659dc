/** What an operator's account adds to a provider's relay: with both there is a server to connect to. */
import type {LinkAddress} from '../kernel/kernel.ts';
import {familyOf, type IpAddress} from '../net/address.ts';
import type {Cidr} from '../net/cidr.ts';
import {keyMark} from '../tunnel/key-mark.ts';
import type {WireguardServer} from '../tunnel/tunnel.ts';
import type {Relay} from './relay.ts';

export interface Account {
	/** A function, so that nothing prints it by accident. */
	readonly privateKey: () => string;
	/** The addresses the provider gave to that key. */
	readonly addresses: readonly LinkAddress[];
	readonly resolvers: readonly IpAddress[];
}

const defaultRoutes = ['0.0.0.0/0', '::/0'] as const;
/** Keeps the way back open through a home router, whose UDP mappings may last 30 s (RFC 4787, REQ-5 asks for 120). */
const keepaliveSeconds = 25;

/** Null where the relay has no address of a family that can be used. */
export function serverOf(relay: Relay, {privateKey, addresses, resolvers}: Account): WireguardServer | null {
	const [endpoint] = relay.addresses;
	if (endpoint === undefined) return null;
	const families = ([4, 6] as const).filter(family => addresses.some(({address}) => familyOf(address) === family));
	const allowedIps = defaultRoutes.filter(range => families.includes(range.includes(':') ? 6 : 4)) as readonly string[] as readonly Cidr[];
	return {
		kind: 'wireguard',
		id: relay.id,
		city: relay.city,
		country: relay.countryCode,
		load: relay.load,
		fileChangedAtMs: null,
		keyMark: salt => keyMark(salt, privateKey()),
		certificate: null,
		endpointHost: endpoint,
		endpointPort: relay.port,
		addresses,
		resolvers,
		allowedIps,
		mtu: null,
		notes: [],
		families,
		settings: (to, mark) => ({
			privateKey: privateKey(), listenPort: null, mark,
			peer: {publicKey: relay.publicKey, presharedKey: null, endpoint: to, allowedIps, keepaliveSeconds},
		}),
	};
}
