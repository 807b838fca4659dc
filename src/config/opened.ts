/** What `NETWORK` and `VKS_LAN` open of the networks around, for what vks itself sends there. Pure. */
import {isLoopback, parseIp, type IpAddress} from '../net/address.ts';
import {cidrContains} from '../net/cidr.ts';
import {inSpan} from '../net/port.ts';
import {isPrivate} from '../net/private-ranges.ts';
import type {Config} from './config.ts';
import {settings} from './settings.ts';

export type Opened = Pick<Config, 'network' | 'lan'>;

/** Null where the URL holds a name, for which somebody must be asked. */
export function literalOf({hostname}: URL): IpAddress | null {
	return parseIp(hostname === 'localhost' ? '127.0.0.1' : hostname.replace(/^\[|\]$/g, ''));
}

export const portOf = ({port, protocol}: URL): number => (port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port));

/** Whether a TCP connection to it may begin here, outside the tunnel. */
export const opensTcp = ({network, lan}: Opened, address: IpAddress, to: number): boolean =>
	network.some(range => cidrContains(range, address))
	|| lan.some(({direction, range, protocol, ports}) => direction !== 'in' && (protocol === null || protocol === 'tcp') && (ports === null || inSpan(ports, to)) && cidrContains(range, address));

/** What would open it, as it is written. */
export const openingFor = (address: IpAddress, port: number): string => `${settings.lan.name}="out ${address} tcp ${port}"`;

/** An address of this machine, or of a range that is open to any extent: what is behind the tunnel has none of those. */
export const isNear = ({network, lan}: Opened, address: IpAddress): boolean =>
	isHere(address) || [...network, ...lan.map(({range}) => range)].some(range => cidrContains(range, address));

/** Nobody's on the internet: such an address is reached where something opens it, and is no host behind the tunnel. */
export const isNobodys = (address: IpAddress): boolean => isPrivate(address) || isHere(address);

/** The kernel takes the unspecified address for loopback (ip_route_output_key_hash_rcu, tcp_v6_connect), and a mapped one for IPv4. */
const isHere = (address: IpAddress): boolean => isLoopback(address) || address === '0.0.0.0' || address === '::' || address.startsWith('::ffff:');
