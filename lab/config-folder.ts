/** WireGuard configurations: the client's folder of wg-quick files, and what `wg setconf` gives the servers. Pure. */
import type {KeyPair} from './keys.ts';
import {clientIdentities, identityOf, serverPlan, tunnelPlans} from './plan.ts';
import type {ClientIdentity, ServerName, TunnelPlan} from './plan.ts';

export interface LabKeys {
	readonly servers: Readonly<Record<ServerName, KeyPair>>;
	readonly clients: Readonly<Record<ClientIdentity['name'], KeyPair>>;
}

export function renderTunnelFile({server, identity, endpointFamily}: TunnelPlan, keys: LabKeys): string {
	const {city, country, gateway, endpoint, port} = serverPlan(server);
	const {ipv4, ipv6} = identityOf(identity);
	const dual = ipv6 !== null;
	const host = endpointFamily === 'ipv6' ? `[${endpoint.ipv6}]` : endpoint.ipv4;
	return [
		`# City = ${city}`,
		`# Country = ${country}`,
		'',
		'[Interface]',
		`PrivateKey = ${keys.clients[identity].privateKey}`,
		`Address = ${ipv4}/32${dual ? `, ${ipv6}/128` : ''}`,
		`DNS = ${gateway.ipv4}`,
		'',
		'[Peer]',
		`PublicKey = ${keys.servers[server].publicKey}`,
		`AllowedIPs = 0.0.0.0/0${dual ? ', ::/0' : ''}`,
		`Endpoint = ${host}:${port}`,
		'PersistentKeepalive = 25',
		'',
	].join('\n');
}

export function renderServerFile(server: ServerName, keys: LabKeys): string {
	const served = new Set(tunnelPlans.filter(plan => plan.server === server).map(({identity}) => identity));
	return [
		'[Interface]',
		`PrivateKey = ${keys.servers[server].privateKey}`,
		`ListenPort = ${serverPlan(server).port}`,
		...clientIdentities
			.filter(({name}) => served.has(name))
			.flatMap(({name, ipv4, ipv6}) => [
				'',
				'[Peer]',
				`PublicKey = ${keys.clients[name].publicKey}`,
				`AllowedIPs = ${ipv4}/32${ipv6 === null ? '' : `, ${ipv6}/128`}`,
			]),
		'',
	].join('\n');
}
