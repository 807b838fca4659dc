/** Addresses as netlink carries them: bytes in network order. PURE. */
import {ipFromBytes, ipToBytes, type Family, type IpAddress} from '../../net/address.ts';
import {AF_INET, AF_INET6} from './protocol.ts';

export const familyNumber = (family: Family): number => (family === 4 ? AF_INET : AF_INET6);

export const familyOfNumber = (number: number): Family | null => (number === AF_INET ? 4 : number === AF_INET6 ? 6 : null);

export const longestPrefix = (family: Family): number => (family === 4 ? 32 : 128);

/** Null unless there are exactly 4 or 16 bytes. */
export const addressOf = (bytes: Buffer | undefined): IpAddress | null => (bytes?.length === 4 || bytes?.length === 16 ? ipFromBytes(bytes) : null);

export const addressBytes = (address: IpAddress): Buffer => Buffer.from(ipToBytes(address));
