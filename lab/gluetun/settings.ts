/** Gluetun's VPN settings as its control server shows and takes them (internal/configuration/settings), secrets included. Pure. */
import {z} from 'zod';

const names = z.array(z.string()).nullish();

/** Unknown keys are ignored in silence. */
const overrideSchema = z.object({
	type: z.string().nullish(),
	provider: z.object({server_selection: z.object({countries: names, regions: names, cities: names, hostnames: names, names}).nullish()}).nullish(),
});

export interface Selection {
	readonly countries: readonly string[] | null;
	readonly regions: readonly string[] | null;
	readonly cities: readonly string[] | null;
	readonly hostnames: readonly string[] | null;
	readonly names: readonly string[] | null;
}

export interface FakeSettings {
	readonly type: string;
	readonly selection: Selection;
	readonly privateKey: string;
	readonly interface: string;
}

/** A server of its baked-in list. */
export interface KnownServer {
	readonly country: string;
	readonly city: string;
	readonly hostname: string;
}

export const nothingSelected: Selection = {countries: null, regions: null, cities: null, hostnames: null, names: null};

export const renderSettings = ({type, selection, privateKey, interface: device}: FakeSettings): unknown => ({
	type,
	provider: {
		name: 'custom',
		server_selection: {
			vpn: type, ...selection, categories: null, isps: null, numbers: null, owned_only: false,
			openvpn: {config_file_path: '', protocol: 'udp', endpoint_ip: '', custom_port: 0, pia_encryption_preset: ''},
			wireguard: {endpoint_ip: '', endpoint_port: 0, public_key: ''},
		},
		port_forwarding: {enabled: false, provider: '', status_file_path: '/tmp/gluetun/forwarded_port', up_command: '', down_command: '', listening_port: 0, username: '', password: 'gluetun-secret-password'},
	},
	openvpn: {version: '2.6', user: 'gluetun-secret-user', password: 'gluetun-secret-password', interface: device, process_user: 'root', verbosity: 1, flags: []},
	wireguard: {private_key: privateKey, pre_shared_key: '', addresses: ['10.64.1.2/32'], allowed_ips: ['0.0.0.0/0'], interface: device, persistent_keep_alive_interval: 0, mtu: 0, implementation: 'auto'},
	up_command: '', down_command: '',
});

/** A list that is missing or null keeps what was there, one that is present replaces it; an empty word keeps (gosettings, override.go). */
export function override(settings: FakeSettings, body: unknown): FakeSettings {
	const {type, provider} = overrideSchema.parse(body);
	const wish = provider?.server_selection ?? {};
	const {selection: now} = settings;
	return {
		...settings,
		type: type === null || type === undefined || type === '' ? settings.type : type,
		selection: {
			countries: wish.countries ?? now.countries, regions: wish.regions ?? now.regions, cities: wish.cities ?? now.cities,
			hostnames: wish.hostnames ?? now.hostnames, names: wish.names ?? now.names,
		},
	};
}

const includes = (wanted: readonly string[] | null, value: string): boolean => wanted === null || wanted.length === 0 || wanted.some(each => each.toLowerCase() === value.toLowerCase());

export const poolOf = ({countries, cities, hostnames}: Selection, servers: readonly KnownServer[]): readonly number[] =>
	servers.flatMap((server, index) => (includes(countries, server.country) && includes(cities, server.city) && includes(hostnames, server.hostname) ? [index] : []));

/** The text of its validation, as `serverselection.go` words it; null where all is well. */
export function validate({type, selection}: FakeSettings, servers: readonly KnownServer[]): string | null {
	if (!['openvpn', 'wireguard', 'amneziawg'].includes(type)) return `VPN type is not valid: value is not one of the possible choices: "${type}" must be one of openvpn, wireguard or amneziawg`;
	const checks = [['country', selection.countries, servers.map(({country}) => country)], ['city', selection.cities, servers.map(({city}) => city)], ['hostname', selection.hostnames, servers.map(({hostname}) => hostname)]] as const;
	for (const [what, wanted, known] of checks) {
		const odd = (wanted ?? []).find(value => !known.some(each => each.toLowerCase() === value.toLowerCase()));
		if (odd !== undefined) return `provider settings: server selection: for VPN service provider custom: the ${what} specified is not valid: value is not one of the possible choices: value "${odd}", choices available are ${known.join(', ')}`;
	}
	return null;
}
