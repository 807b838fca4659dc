/** Addresses as netlink carries them: bytes in network order. PURE. */
import ipaddr from 'ipaddr.js';
import {parseIp, type Family, type IpAddress} from '../../net/address.ts';
import {AF_INET, AF_INET6} from './protocol.ts';

export const familyNumber = (family: Family): number => (family === 4 ? AF_INET : AF_INET6);

export const familyOfNumber = (number: number): Family | null => (number === AF_INET ? 4 : number === AF_INET6 ? 6 : null);

/** Null unless there are exactly 4 or 16 bytes. */
export function addressOf(bytes: Buffer | undefined): IpAddress | null {
	if (bytes?.length === 4) return parseIp(bytes.join('.'));
	return bytes?.length === 16 ? parseIp(new ipaddr.IPv6([...bytes]).toRFC5952String()) : null;
}

export const addressBytes = (address: IpAddress): Buffer => Buffer.from(ipaddr.parse(address).toByteArray());
