/** What would keep any tunnel to this server from working, found before trying. */
import {parseIp} from '../net/address.ts';
import {cidrContains} from '../net/cidr.ts';
import {gatewayFor} from '../policy/routing.ts';
import type {Problem} from '../problem.ts';
import type {Server} from '../tunnel/tunnel.ts';
import type {DialFailure} from './dial.ts';
import type {NetworkReading} from './network-keeper.ts';

export function obstacleTo(server: Server, network: NetworkReading | null, sysctls: readonly Problem[]): DialFailure | null {
	const uplink = network?.choice.uplink ?? null;
	const [problem] = sysctls;
	if (problem !== undefined) return {cause: 'sysctl', problem};
	const endpoints = hostsOf(server).flatMap(host => parseIp(host) ?? []);
	const [endpoint] = endpoints;
	if (endpoint === undefined || uplink === null) return null;
	if (endpoints.some(address => gatewayFor(uplink, address) !== null || uplink.onLink.some(range => cidrContains(range, address)))) return null;
	return {
		cause: 'no-gateway',
		problem: {
			code: 'no-gateway',
			severity: 'error',
			what: `The uplink ${uplink.name} has no gateway that leads to ${endpoint}.`,
			stillBlocking: true,
			next: 'Give the container a network with a gateway, or name another uplink in VKS_UPLINK.',
		},
	};
}

function hostsOf(server: Server): readonly string[] {
	switch (server.kind) {
		case 'openvpn':
			return server.remotes.map(({host}) => host);
		case 'wireguard':
			return [server.endpointHost];
		case 'gluetun':
		case 'external':
			return [];
	}
}
