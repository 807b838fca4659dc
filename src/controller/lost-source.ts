/**
 * wireguard-go goes on sending from the address it sent from first, and asks again only when the handshake has failed for a
 * while (conn/sticky_linux.go): measured, nothing passed for twenty seconds after a new lease, nor for fifteen after a new cable. The kernel's WireGuard drops
 * such a source by itself (wg_socket_clear_peer_endpoint_src in drivers/net/wireguard/socket.c). Pure.
 */
import {familyOf, type IpAddress} from '../net/address.ts';
import type {Uplink} from '../policy/uplink.ts';

export type Source = Pick<Uplink, 'index' | 'addresses'>;

/** `sentFrom` is the uplink when the tunnel was raised. One without any address of the family is an outage, not a move. */
export function hasLostSource(sentFrom: Source | null, uplink: Uplink | null, endpoint: IpAddress): boolean {
	if (sentFrom === null || uplink === null || !uplink.up) return false;
	const ofFamily = ({addresses}: Source): readonly IpAddress[] => addresses.filter(address => familyOf(address) === familyOf(endpoint));
	const [was, is] = [ofFamily(sentFrom), ofFamily(uplink)];
	if (is.length === 0) return false;
	// It remembers the link by its number, too.
	return uplink.index !== sentFrom.index || was.some(address => !is.includes(address));
}
