/** What an image is for, by its name alone: it decides how bad an open port is, and who should be behind a VPN. Pure. */
import {isEverywhere, type PublishedPort, type Service} from './service.ts';

/** `ghcr.io/qdm12/gluetun:v3@sha256:…` is `gluetun`. */
export const baseName = (image: string): string => (image.split('@')[0]?.split('/').at(-1)?.split(':')[0] ?? '').toLowerCase();
const ownerName = (image: string): string => (image.split('@')[0]?.split('/').slice(-2).join('/').split(':')[0] ?? '').toLowerCase();

export const isVks = ({image}: Service): boolean => baseName(image) === 'vks';

const servers = /openvpn-as|openvpn-server|ipsec-vpn-server|^wg-easy|easy-?vpn|wireguard-ui|wg-portal/;
const clients = /^vks$|gluetun|vpn|wireguard|nordlynx|protonwire|warp/;
const serverPorts = new Set(['51820', '1194', '500', '4500']);

/** A VPN client. What publishes a VPN's own port is the other end of one. */
export const isVpn = ({image, ports}: Service): boolean => {
	const name = baseName(image);
	return clients.test(name) && !servers.test(name) && !['kylemanna/openvpn'].includes(ownerName(image)) && !ports.some(({port, transport}) => transport === 'udp' && serverPorts.has(port));
};

const peers = /qbittorrent|transmission|deluge|rtorrent|rutorrent|^flood$|aria2|slskd|soulseek|nicotine|amule|ktorrent|biglybt|tixati|bitmagnet|webtorrent/;
const alongside = /exporter|manager|companion|natmap|port-?(?:sync|update|forward|manager)|ui-?only|webui-only/;

/** A peer-to-peer client, whose address everybody it talks to sees. One with a VPN in the same image has its own. */
export const isPeerToPeer = (service: Service): boolean => {
	const name = baseName(service.image);
	return peers.test(name) && !alongside.test(name) && !isVpn(service);
};

export type PortKind = 'database' | 'dashboard' | 'engine' | 'public' | 'other';

const databases = /^(?:postgres|postgis|postgresql|timescaledb|pgvecto-rs|pgvector|mysql|mysql-server|mariadb|mongo|mongodb.*|percona.*|redis|redis-stack.*|valkey|keydb|dragonfly|memcached|elasticsearch|opensearch|influxdb|cassandra|couchdb|couchbase|clickhouse.*|neo4j|rabbitmq|etcd|rethinkdb|cockroach|minio|surrealdb|meilisearch|qdrant|arangodb|scylla)$/;
const databasePorts = new Set(['5432', '3306', '27017', '6379', '9200', '9300', '11211', '5984', '9042', '1433', '1521', '5672', '2379', '2380', '28015']);
const dashboards = /^(?:portainer.*|adminer|phpmyadmin|pgadmin4?|mongo-express|redis-commander|redisinsight|prometheus|alertmanager|cadvisor|netdata|kibana|opensearch-dashboards|grafana.*|dozzle|yacht|dockge|dockerui|lazydocker|komodo.*|cronicle|code-server|jupyter.*|.*-notebook|arcane)$/;
const proxies = /^(?:traefik|caddy.*|nginx|nginx-proxy|nginx-proxy-manager|swag|haproxy|envoy|bunkerweb|zoraxy|openresty|apache|httpd)$/;

const rangeHas = (text: string, ports: ReadonlySet<string>): boolean => {
	const [first = 0, last = first] = text.split('-').map(Number);
	return [...ports].some(port => first <= Number(port) && Number(port) <= last);
};

export function portKind({image}: Pick<Service, 'image'>, {port, transport}: Pick<PublishedPort, 'port' | 'transport'>): PortKind {
	const name = baseName(image);
	if (transport === 'tcp' && (port === '2375' || port === '2376')) return 'engine';
	if (proxies.test(name)) return (name === 'traefik' && port === '8080') || (name === 'nginx-proxy-manager' && port === '81') ? 'dashboard' : port === '80' || port === '443' ? 'public' : 'other';
	if (transport === 'udp') return serverPorts.has(port) || port === '443' ? 'public' : 'other';
	if (databases.test(name) || rangeHas(port, databasePorts)) return 'database';
	return dashboards.test(name) ? 'dashboard' : 'other';
}

/** What hands on to others by their names. */
export const isReverseProxy = ({image}: Pick<Service, 'image'>): boolean => proxies.test(baseName(image));

/** What stands between the engine's socket and who asks, and lets through only what it is told. */
export const isSocketProxy = ({image}: Service): boolean => /socket-?proxy/.test(baseName(image));

export const isReachable = (service: Service): boolean => service.network.kind === 'host' || service.ports.some(isEverywhere);
