/** Sends something that wants an answer through a tunnel: one DNS question to its resolver, from the tunnel's own address. */
import {Resolver} from 'node:dns/promises';
import {isIpv4, type IpAddress} from '../net/address.ts';

/**
 * The answer does not matter, that there is one does: the tunnel's received bytes show it. Never rejects. Without a resolver
 * there is nothing to ask, and the keepalive or an application has to make the first packet.
 */
export async function askResolver(resolvers: readonly IpAddress[], addresses: readonly IpAddress[], timeoutMs: number): Promise<void> {
	const source = addresses.find(isIpv4);
	const target = resolvers.find(isIpv4);
	if (source === undefined || target === undefined) return;
	const resolver = new Resolver({timeout: timeoutMs, tries: 1});
	resolver.setServers([target]);
	resolver.setLocalAddress(source);
	await resolver.resolve4('example.com').catch(() => undefined);
}
