/** Whether the tunnels of two servers can stand beside each other, for a switch without a gap. Pure. */
import type {OpenvpnServer, Server, WireguardServer} from './tunnel.ts';

/** Why they cannot, as the end of a sentence; null where nothing is known to keep them from it. */
export function besideObstacle(standing: Server, next: Server): string | null {
	if (isAttached(standing) || isAttached(next)) return 'the tunnel is its owner\'s, who raises no second one';
	if (standing.kind === 'wireguard' && next.kind === 'wireguard') return oneSession(standing, next) ?? onePort(standing, next);
	if (standing.kind === 'openvpn' && next.kind === 'openvpn') return oneListener(standing, next);
	return null;
}

/** Adopting it again finds the very device that stands. */
const isAttached = ({kind}: Server): boolean => kind === 'gluetun' || kind === 'external';

/** WireGuard keeps one session for each key, and sends where it heard that key last (whitepaper, sections 2.1 and 6.5). */
function oneSession(standing: WireguardServer, next: WireguardServer): string | null {
	const [first, second] = [standing, next].map(server => server.settings('', 0));
	if (first === undefined || second === undefined || first.privateKey !== second.privateKey) return null;
	const oneServer = first.peer.publicKey === second.peer.publicKey || (standing.endpointHost === next.endpointHost && standing.endpointPort === next.endpointPort);
	return oneServer ? 'both use one key with one server, which answers the newest session alone' : null;
}

function onePort(standing: WireguardServer, next: WireguardServer): string | null {
	const [first, second] = [standing, next].map(server => server.settings('', 0).listenPort);
	return first !== null && first === second ? `both files name ListenPort ${first}, which one device can have` : null;
}

/** Without `duplicate-cn` it ends the first connection of a certificate or user when the second comes (multi.c). */
function oneListener(standing: OpenvpnServer, next: OpenvpnServer): string | null {
	const known = new Set(standing.remotes.map(listener));
	const shared = next.remotes.map(listener).find(text => known.has(text));
	return shared === undefined ? null : `both name ${shared}, and an OpenVPN server may end one connection of a client for the next`;
}

const listener = ({host, port, transport}: OpenvpnServer['remotes'][number]): string => `${host.includes(':') ? `[${host}]` : host}:${port}/${transport}`;
