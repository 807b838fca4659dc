/** Reads a tunnel device that somebody else made, and changes nothing about it. */
import type {InterfaceName} from '../net/interface-name.ts';
import type {Problem} from '../problem.ts';
import {fail, ok, type Result} from '../result.ts';
import type {DeviceDeps} from './devices-deps.ts';
import {noWg, tunnelFailed} from './device-problems.ts';
import type {ForeignTunnel} from './kernel.ts';
import {parseLinkCounters} from './parse-net-dev.ts';
import {carrierOf, parseUapiPeers, parseWgPeers, type WgDevice} from './parse-wg-peers.ts';
import {getRequest} from './wireguard-uapi.ts';

export function inspectTunnel(deps: DeviceDeps, name: InterfaceName, kind: ForeignTunnel['kind']): Promise<Result<ForeignTunnel, Problem>> {
	switch (kind) {
		case 'wireguard':
			return inKernel(deps, name);
		case 'tun':
			return inUserspace(deps, name);
	}
}

async function inKernel(deps: DeviceDeps, name: InterfaceName): Promise<Result<ForeignTunnel, Problem>> {
	const dump = await deps.run(['wg', 'show', name, 'dump']);
	if (dump.missing) return fail(noWg());
	const device = dump.code === 0 ? parseWgPeers(dump.output, deps.now()) : null;
	return device === null ? fail(tunnelFailed(`The WireGuard link ${name} cannot be read.`)) : ok(wireguard('wireguard', 'kernel', device));
}

/** Its process may be in another container, with a socket of its own that is not shared with us: then only the link tells. */
async function inUserspace(deps: DeviceDeps, name: InterfaceName): Promise<Result<ForeignTunnel, Problem>> {
	const answer = await deps.uapi(name, getRequest);
	const device = answer.ok ? parseUapiPeers(answer.value, deps.now()) : null;
	if (device !== null) return ok(wireguard('tun', 'userspace', device));
	const carried = parseLinkCounters(deps.linkCounters(), name);
	if (carried === null) return fail(tunnelFailed(`The link ${name} cannot be read.`));
	return ok({kind: 'tun', speaks: 'unknown', mark: null, peers: 0, facts: {...carried, handshakeAtMs: null, endpoint: null, keepaliveSeconds: null}});
}

function wireguard(kind: ForeignTunnel['kind'], speaks: 'kernel' | 'userspace', {mark, peers}: WgDevice): ForeignTunnel {
	const peer = carrierOf(peers);
	if (peer === null) return {kind, speaks, mark, peers: peers.length, facts: {handshakeAtMs: null, rxBytes: 0, txBytes: 0, endpoint: null, keepaliveSeconds: null}};
	const {takesAll: _takesAll, ...facts} = peer;
	return {kind, speaks, mark, peers: peers.length, facts};
}
