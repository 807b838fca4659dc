/**
 * The APIs of NordVPN and Mullvad over TLS, as their programs ask them: `provider-apis.ts <options file>`. Every request is a
 * line of the log, with where it came from.
 */
import {appendFileSync, readFileSync, writeFileSync} from 'node:fs';
import type {IncomingMessage, ServerResponse} from 'node:http';
import {createServer as createTlsServer} from 'node:https';
import {createServer} from 'node:net';

export interface ProviderServer {
	readonly name: string;
	readonly city: string;
	readonly country: string;
	readonly code: string;
	readonly countryId: number;
	readonly address: string;
	readonly publicKey: string;
	readonly load: number;
}

export interface ProviderApiOptions {
	readonly addresses: {readonly nordvpn: readonly string[]; readonly mullvad: readonly string[]};
	/** `silent` takes connections and never says anything. */
	readonly mode: 'answers' | 'silent';
	readonly certificate: string;
	readonly key: string;
	readonly token: string;
	readonly nordlynxPrivateKey: string;
	readonly service: {readonly user: string; readonly password: string};
	readonly servers: readonly ProviderServer[];
	readonly log: string;
	readonly ready: string;
}

interface Answer {
	readonly status: number;
	readonly body: unknown;
}

const unauthorised: Answer = {status: 401, body: {errors: {code: 100_103, message: 'Unauthorized'}}};
const notFound: Answer = {status: 404, body: {errors: {code: 0, message: 'Not Found'}}};

function answerNordvpn(url: URL, authorization: string, {token, nordlynxPrivateKey, service, servers}: ProviderApiOptions): Answer {
	switch (url.pathname) {
		case '/v1/users/services/credentials':
			if (authorization !== `Basic ${Buffer.from(`token:${token}`).toString('base64')}`) return unauthorised;
			return {status: 200, body: {id: 1, created_at: '2024-01-01 00:00:00', updated_at: '2024-01-01 00:00:00', username: service.user, password: service.password, nordlynx_private_key: nordlynxPrivateKey}};
		case '/v1/servers/countries':
			return {status: 200, body: servers.map(({countryId, country, code, city}) => ({id: countryId, name: country, code, serverCount: 1, cities: [{id: countryId * 10, name: city, latitude: 1, longitude: 2, dns_name: city.toLowerCase(), hub_score: 0}]}))};
		case '/v1/servers/groups':
			return {status: 200, body: [{id: 15, title: 'P2P', identifier: 'legacy_p2p'}, {id: 11, title: 'Standard VPN servers', identifier: 'legacy_standard'}]};
		case '/v1/servers/recommendations': {
			const [country, limit] = [url.searchParams.get('filters[country_id]'), Number(url.searchParams.get('limit') ?? 5)];
			return {status: 200, body: servers.filter(({countryId}) => country === null || String(countryId) === country).slice(0, limit).map(nordvpnServer)};
		}
		default:
			return notFound;
	}
}

const nordvpnServer = ({name, city, country, code, countryId, address, publicKey, load}: ProviderServer, index: number) => ({
	id: 900 + index, name: `${country} #${index + 1}`, station: address, ipv6_station: '', hostname: `${name}.nordvpn.com`, load, status: 'online',
	locations: [{id: 1, latitude: 1, longitude: 2, country: {id: countryId, name: country, code, city: {id: countryId * 10, name: city, dns_name: city.toLowerCase()}}}],
	groups: [{id: 11, title: 'Standard VPN servers', identifier: 'legacy_standard'}],
	technologies: [{id: 35, name: 'Wireguard', identifier: 'wireguard_udp', metadata: [{name: 'public_key', value: publicKey}], pivot: {technology_id: 35, server_id: 900 + index, status: 'online'}}],
});

function answerMullvad(url: URL, {servers}: ProviderApiOptions): Answer {
	if (url.pathname !== '/app/v1/relays') return {status: 404, body: {code: 'NOT_FOUND'}};
	const place = ({code, city}: ProviderServer): string => `${code.toLowerCase()}-${city.slice(0, 3).toLowerCase()}`;
	return {
		status: 200,
		body: {
			locations: Object.fromEntries(servers.map(server => [place(server), {city: server.city, country: server.country, latitude: 1, longitude: 2}])),
			wireguard: {
				port_ranges: [[53, 53], [4000, 33_433], [51_820, 51_820]], ipv4_gateway: '10.64.0.1', ipv6_gateway: 'fc00:bbbb:bbbb:bb01::1', shadowsocks_port_ranges: [],
				relays: servers.map(server => ({hostname: `${server.name}-wg-001`, active: true, owned: true, location: place(server), provider: 'lab', ipv4_addr_in: server.address, weight: 100, include_in_country: true, public_key: server.publicKey, daita: false, shadowsocks_extra_addr_in: []})),
			},
			bridge: {relays: []},
		},
	};
}

export async function main(file: string): Promise<void> {
	const options = JSON.parse(readFileSync(file, 'utf8')) as ProviderApiOptions;
	const isMullvads = (address: string): boolean => options.addresses.mullvad.includes(address);
	const serve = (request: IncomingMessage, response: ServerResponse): void => {
		const at = (request.socket.localAddress ?? '').replace(/^::ffff:/, '');
		const url = new URL(request.url ?? '/', 'https://lab');
		const {status, body} = isMullvads(at) ? answerMullvad(url, options) : answerNordvpn(url, request.headers.authorization ?? '', options);
		appendFileSync(options.log, `${JSON.stringify({from: request.socket.remoteAddress, at, host: request.headers.host, path: url.pathname, status})}\n`);
		response.writeHead(status, {'content-type': 'application/json', etag: '"lab"'}).end(JSON.stringify(body));
	};
	await Promise.all([...options.addresses.nordvpn, ...options.addresses.mullvad].map(address => new Promise<void>((resolve, reject) => {
		const server = options.mode === 'silent'
			? createServer(socket => void socket.on('error', () => undefined))
			: createTlsServer({cert: options.certificate, key: options.key}, serve).on('tlsClientError', () => undefined);
		server.once('error', reject).listen(443, address, resolve);
	})));
	process.once('SIGTERM', () => process.exit(0));
	writeFileSync(options.ready, '');
}

if (import.meta.main) await main(process.argv[2] ?? '');
