/**
 * While nothing on the uplink is let speak a family, nobody there answers by it, and the kernel takes the gateway for dead. It
 * then skips an IPv6 route over that gateway and asks for it again once a minute at most (rt6_probe in net/ipv6/route.c).
 */
import type {Network} from '../kernel/kernel.ts';
import type {IpAddress} from '../net/address.ts';
import {gatewayFor} from '../policy/routing.ts';
import type {Problem} from '../problem.ts';
import {ok, type Result} from '../result.ts';
import type {NetworkReading} from './network-keeper.ts';

/** True where whoever leads to the endpoint had been taken for dead, and is asked for anew. */
export function askAnewFor(endpoint: IpAddress, reading: NetworkReading | null, network: Pick<Network, 'forgetDeadNeighbour'>): Result<boolean, Problem> {
	const uplink = reading?.choice.uplink ?? null;
	return uplink === null ? ok(false) : network.forgetDeadNeighbour(gatewayFor(uplink, endpoint) ?? endpoint, uplink.name);
}
