/** What a port is used for here, so that no gateway behind the tunnel has it opened to everybody there. */
import type {Config} from '../config/config.ts';
import type {Port} from '../net/port.ts';

export type PortUsers = Pick<Config, 'management' | 'inboundPorts' | 'peers'>;

/** RFC 6335, section 6: below are the system ports, where services such as ssh (22) and DNS (53) listen. */
const firstUserPort = 1024;

/** Null where nothing is known that would be opened by accident. */
export function portUse({management, inboundPorts, peers}: PortUsers, port: Port): string | null {
	if (port < firstUserPort) return 'services of the system (all below 1024)';
	if (management?.port === port) return 'VKS_MANAGEMENT';
	if (inboundPorts.some(each => each.port === port)) return 'VKS_INBOUND_PORTS';
	return peers.some(each => each.port === port) ? 'VKS_PEERS' : null;
}
