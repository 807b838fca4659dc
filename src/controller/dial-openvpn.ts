/** Brings an OpenVPN tunnel up: its remotes one after another, each with a pinhole of its own before OpenVPN may dial. */
import {parseIp, type Family} from '../net/address.ts';
import type {Endpoint} from '../net/port.ts';
import type {TunnelUse} from '../policy/policy.ts';
import {fail, ok, type Result} from '../result.ts';
import {bringUpOpenvpn} from '../tunnel/openvpn.ts';
import type {OpenvpnServer, Tunnel} from '../tunnel/tunnel.ts';
import type {DialFailure, DialOptions} from './dial.ts';

/** A dial is not to go through a long list while the operator waits: the next one begins anew. */
const mostMs = 45_000;

export interface RaisedOpenvpn {
	readonly tunnel: Tunnel;
	readonly endpoint: Endpoint;
}

export async function raiseOpenvpn(server: OpenvpnServer, options: DialOptions, families: readonly Family[], useOf: (endpoint: Endpoint) => TunnelUse): Promise<Result<RaisedOpenvpn, DialFailure> | null> {
	const {config, devices, clock, signal, uplinkMtu, openPinhole, secrets} = options;
	const endpoints = server.remotes.flatMap(({host, port, transport}) => {
		const address = parseIp(host);
		return address === null ? [] : [{address, port, transport}];
	});
	const startedAtMs = clock.monotonic();
	let last: Result<RaisedOpenvpn, DialFailure> | null = null;
	for (const endpoint of endpoints) {
		const raised = await bringUpOpenvpn({
			devices, server, endpoint, families, signal, uplinkMtu,
			interfaceName: options.interface,
			mark: config.numbers.tunnelMark,
			runFolder: config.runFolder,
			secrets: secrets.openvpn,
			now: clock.now,
			after: clock.after,
			beforeFirstPacket: () => openPinhole(useOf(endpoint)),
		});
		if (raised.ok) return ok({tunnel: raised.value, endpoint});
		last = fail(raised.error);
		// Wrong credentials are wrong at the next one too, and some providers count how often.
		if (raised.error.cause === 'credentials' || signal.aborted || clock.monotonic() - startedAtMs > mostMs) return last;
	}
	return last;
}
