/**
 * wireguard-go goes on sending from the address it sent from first, and asks again only when the handshake has failed for a
 * while (conn/sticky_linux.go): measured, nothing passed for twenty seconds after a new lease. The kernel's WireGuard drops
 * such a source by itself (wg_socket_clear_peer_endpoint_src in drivers/net/wireguard/socket.c). Pure.
 */
import {familyOf, type IpAddress} from '../net/address.ts';
import type {Uplink} from '../policy/uplink.ts';

/** `sentFrom` are the uplink's addresses when the tunnel was verified. An uplink without any such address is an outage, not a move. */
export function hasLostSource(sentFrom: readonly IpAddress[], uplink: Uplink | null, endpoint: IpAddress): boolean {
	const family = familyOf(endpoint);
	const was = sentFrom.filter(address => familyOf(address) === family);
	const is = (uplink?.addresses ?? []).filter(address => familyOf(address) === family);
	return was.length > 0 && is.length > 0 && was.some(address => !is.includes(address));
}
