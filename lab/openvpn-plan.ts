/** The lab's OpenVPN servers and the client's files for them: one of each kind of endpoint and log-in. Pure. */
import {randomBytes} from 'node:crypto';
import {serverPlan} from './plan.ts';
import type {ServerName, ServerPlan} from './plan.ts';

export interface OpenvpnPlan {
	/** The client's file; also what the server's own files are named after. */
	readonly id: string;
	readonly server: ServerName;
	readonly transport: 'udp' | 'tcp';
	readonly port: number;
	readonly endpointFamily: 'ipv4' | 'ipv6';
	/** What the server wants to see. */
	readonly certificate: boolean;
	readonly password: boolean;
	/** The client's private key is encrypted. */
	readonly encrypted: boolean;
	/** The first three numbers of the addresses inside; the server is the first host, and the resolver. */
	readonly inner: string;
	/** `keepalive`: seconds between signs of life, and after how many without one the client gives up by itself. */
	readonly keepalive: string;
	/** In the server's namespace. */
	readonly device: string;
}

export const openvpnPlans: readonly OpenvpnPlan[] = [
	{id: 'se-ovpn-udp', server: 's1', transport: 'udp', port: 1194, endpointFamily: 'ipv4', certificate: true, password: false, encrypted: false, inner: '10.65.1', keepalive: '10 60', device: 'ovpn1'},
	{id: 'se-ovpn-tcp', server: 's1', transport: 'tcp', port: 443, endpointFamily: 'ipv4', certificate: false, password: true, encrypted: false, inner: '10.65.2', keepalive: '2 8', device: 'ovpn2'},
	{id: 'ch-ovpn-v6', server: 's2', transport: 'udp', port: 1194, endpointFamily: 'ipv6', certificate: true, password: true, encrypted: true, inner: '10.65.3', keepalive: '2 8', device: 'ovpn3'},
];

export const endpointOf = ({server, endpointFamily}: OpenvpnPlan): string => serverPlan(server).endpoint[endpointFamily];

/** Endpoint tuples as nft text, for witness and isp. */
export const openvpnTuples = (transport: 'udp' | 'tcp', family: 'ipv4' | 'ipv6'): readonly string[] =>
	openvpnPlans.filter(plan => plan.transport === transport && plan.endpointFamily === family).map(plan => `${endpointOf(plan)} . ${plan.port}`);

/** What a provider would give to a customer: words that every layer on the way must quote. */
export interface Login {
	readonly user: string;
	readonly password: string;
	/** Of the encrypted private key. */
	readonly passphrase: string;
}

export const makeLogin = (): Login => ({user: `user "${randomBytes(6).toString('hex')}`, password: `pass\\ '#${randomBytes(9).toString('hex')} é`, passphrase: `phrase "${randomBytes(9).toString('hex')} \\`});

export interface Material {
	readonly ca: string;
	readonly cert: string;
	readonly key: string;
	readonly encryptedKey: string;
	readonly tlsCrypt: string;
}

const block = (name: string, text: string): string => `<${name}>\n${text.trim()}\n</${name}>`;

export function renderClientFile(plan: OpenvpnPlan, {ca, cert, key, encryptedKey, tlsCrypt}: Material): string {
	const {city, country} = serverPlan(plan.server);
	return [
		`# City = ${city}`, `# Country = ${country}`,
		'client', 'dev tun', `proto ${plan.transport}`, `remote ${endpointOf(plan)} ${plan.port}`,
		'resolv-retry infinite', 'nobind', 'persist-key', 'persist-tun', 'remote-cert-tls server', 'redirect-gateway def1', 'verb 3',
		...(plan.password ? ['auth-user-pass'] : []),
		block('ca', ca), ...(plan.certificate ? [block('cert', cert), block('key', plan.encrypted ? encryptedKey : key)] : []), block('tls-crypt', tlsCrypt),
		'',
	].join('\r\n');
}

/** It pushes more than a client should take: routes to the client's own network, orders about routing and names. */
export function renderServerFile(plan: OpenvpnPlan, {endpoint}: Pick<ServerPlan, 'endpoint'>, folder: string): string {
	const {transport, endpointFamily, inner, device} = plan;
	const six = endpointFamily === 'ipv6' ? '6' : '4';
	return [
		`dev ${device}`, 'dev-type tun', `local ${endpoint[endpointFamily]}`, `port ${plan.port}`,
		`proto ${transport === 'udp' ? `udp${six}` : `tcp${six}-server`}`,
		'topology subnet', `server ${inner}.0 255.255.255.0`, `server-ipv6 fd65:${inner.split('.')[2]}::/64`,
		`ca ${folder}/ca.crt`, `cert ${folder}/server.crt`, `key ${folder}/server.key`, `tls-crypt ${folder}/tls-crypt.key`, 'dh none',
		`keepalive ${plan.keepalive}`, 'duplicate-cn', 'verb 3', 'script-security 2',
		...(plan.certificate ? [] : ['verify-client-cert none']),
		...(plan.password ? [`auth-user-pass-verify ${folder}/check-login via-file`] : []),
		`push "dhcp-option DNS ${inner}.1"`, 'push "redirect-gateway def1 ipv6 bypass-dhcp"', 'push "route 172.30.7.0 255.255.255.0"', 'push "route-ipv6 2000::/3"',
		'push "dhcp-option DOMAIN lab.example"', 'push "block-outside-dns"', 'push "explicit-exit-notify 3"', 'push "setenv-safe X y"',
		'',
	].join('\n');
}
