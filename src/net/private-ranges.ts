/** What is nobody's on the internet: RFC 1918, RFC 6598 (carrier NAT, also Tailscale), RFC 3927, RFC 4193, RFC 4291 link-local. */
import type {IpAddress} from './address.ts';
import {cidrContains, type Cidr} from './cidr.ts';

export const privateRanges = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '169.254.0.0/16', 'fc00::/7', 'fe80::/10'] as readonly string[] as readonly Cidr[];

export const isPrivate = (address: IpAddress): boolean => privateRanges.some(range => cidrContains(range, address));
