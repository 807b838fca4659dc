/**
 * Brings a tunnel up and finds out whether it works. The pinhole opens before the first packet is due; applications are let
 * in by the caller, and only once `verified` was said.
 */
import type {Config} from '../config/config.ts';
import type {Secrets} from '../config/secrets.ts';
import type {BlockedCause} from '../control/schema.ts';
import type {Devices} from '../kernel/kernel.ts';
import {familyOf, parseIp, type Family} from '../net/address.ts';
import type {Endpoint} from '../net/port.ts';
import type {TunnelUse} from '../policy/policy.ts';
import type {Problem} from '../problem.ts';
import {fail, ok, type Result} from '../result.ts';
import {ofFamilies} from '../tunnel/of-families.ts';
import type {Server, Tunnel, WireguardServer} from '../tunnel/tunnel.ts';
import {bringUpWireguard} from '../tunnel/wireguard.ts';
import {backoffMs, type Clock} from './clock.ts';
import {askResolver} from './data-probe.ts';
import {raiseOpenvpn} from './dial-openvpn.ts';

export interface LiveTunnel {
	readonly tunnel: Tunnel;
	/** As the policy must see it while nothing but the handshake may pass. */
	readonly use: TunnelUse;
	readonly families: readonly Family[];
}

export interface DialFailure {
	readonly cause: BlockedCause;
	readonly problem: Problem;
}

export interface DialOptions {
	readonly server: Server;
	readonly config: Config;
	readonly devices: Devices;
	readonly clock: Clock;
	readonly signal: AbortSignal;
	/** Of the uplink; null when it is not known. */
	readonly uplinkMtu: number | null;
	/** Opens the pinhole; awaited before the device is given its endpoint. */
	readonly openPinhole: (use: TunnelUse) => Promise<void>;
	readonly secrets: Secrets;
}

/** How long a server may take to answer and to pass data. WireGuard repeats a lost handshake after 5 s (REKEY_TIMEOUT). */
const verifyWithinMs = 16_000;

export async function raise(options: DialOptions): Promise<Result<LiveTunnel, DialFailure>> {
	const {server, config} = options;
	const families: readonly Family[] = config.ipv6 === 'block' ? [4] : [4, 6];
	switch (server.kind) {
		case 'wireguard':
			return raiseWireguard(server, options, families);
		case 'openvpn': {
			const useOf = (endpoint: Endpoint): TunnelUse => handshakeUse(config, endpoint, {addresses: [], resolvers: []}, 0);
			const raised = await raiseOpenvpn(server, options, families, useOf);
			if (raised === null) return fail({cause: 'no-endpoint-route', problem: endpointIsAName(server)});
			return raised.ok ? ok(liveOn(raised.value.tunnel, handshakeUse(config, raised.value.endpoint, raised.value.tunnel, 0))) : raised;
		}
	}
}

async function raiseWireguard(server: WireguardServer, {config, devices, uplinkMtu, openPinhole}: DialOptions, families: readonly Family[]): Promise<Result<LiveTunnel, DialFailure>> {
	const address = parseIp(server.endpointHost);
	if (address === null) return fail({cause: 'no-endpoint-route', problem: endpointIsAName(server)});
	const endpoint: Endpoint = {address, port: server.endpointPort, transport: 'udp'};
	const inner = {addresses: ofFamilies(server.addresses, families).map(entry => entry.address), resolvers: server.resolvers};
	const use = (implementation: string): TunnelUse => handshakeUse(config, endpoint, inner, implementation === 'wireguard-go' ? 0 : null);
	const raised = await bringUpWireguard({
		devices,
		server,
		endpoint,
		interfaceName: config.tunnelInterface,
		mark: config.numbers.tunnelMark,
		families,
		...(uplinkMtu === null ? {} : {defaultMtu: innerMtu(uplinkMtu)}),
		beforeFirstPacket: device => openPinhole(use(device.implementation)),
	});
	if (!raised.ok) return fail({cause: 'tunnel-failed', problem: raised.error});
	return ok(liveOn(raised.value, use(raised.value.implementation)));
}

const handshakeUse = (config: Config, endpoint: Endpoint, {addresses, resolvers}: Pick<Tunnel, 'addresses' | 'resolvers'>, senderUid: number | null): TunnelUse => ({
	interface: config.tunnelInterface,
	addresses,
	endpoint,
	resolvers: config.resolvers.length > 0 ? config.resolvers : resolvers,
	pass: 'handshake',
	senderUid,
});

const liveOn = (tunnel: Tunnel, use: TunnelUse): LiveTunnel => ({tunnel, use, families: [...new Set(use.addresses.map(familyOf))]});

/** Less the outer headers (80 bytes over IPv6), because the backstop lets no fragment pass; not below what IPv6 asks of a link, nor above the usual 1420. */
const innerMtu = (uplinkMtu: number): number => Math.min(1420, Math.max(1280, uplinkMtu - 80));

/** A minute where the server refused our credentials: they are as wrong a second later, and some providers lock who tries often. */
export const retryAfterMs = (cause: BlockedCause, attempt: number, random: number): number => (cause === 'credentials' ? 60_000 : backoffMs(attempt, random));

/** A handshake, and then bytes beyond it: "connected, but nothing flows" is not connected. */
export async function verify({tunnel, use}: LiveTunnel, {clock, signal}: Pick<DialOptions, 'clock' | 'signal'>): Promise<Result<void, DialFailure>> {
	const startedAtMs = clock.now();
	const before = await tunnel.facts();
	const oldHandshakeAtMs = before.ok ? before.value.handshakeAtMs : null;
	let waitedMs = 0;
	let rxAtHandshake: number | null = null;
	let exited = false;
	tunnel.onExit(() => {
		exited = true;
	});
	// Counted and not read off the clock, which somebody may set back meanwhile.
	for (let round = 0; waitedMs < verifyWithinMs; round++) {
		if (signal.aborted) return fail({cause: 'stopped', problem: interrupted});
		if (exited) return fail({cause: 'tunnel-failed', problem: processEnded});
		// A question about every second; the first one also makes WireGuard begin its handshake.
		if (round % 8 === 0) void askResolver(use, 1000);
		const facts = await tunnel.facts();
		const handshakeAtMs = facts.ok ? facts.value.handshakeAtMs : null;
		// A new one is new whatever time it claims to be: the clock may have been set between the two.
		if (facts.ok && handshakeAtMs !== null && (handshakeAtMs !== oldHandshakeAtMs || handshakeAtMs >= startedAtMs - 180_000)) {
			if (rxAtHandshake !== null && facts.value.rxBytes > rxAtHandshake) return ok(undefined);
			rxAtHandshake ??= facts.value.rxBytes;
		}
		const pauseMs = round < 20 ? 25 : 125;
		await clock.sleep(pauseMs, signal);
		waitedMs += pauseMs;
	}
	return fail({cause: 'no-handshake', problem: rxAtHandshake === null ? noHandshake(tunnel.server) : nothingFlows(tunnel.server, use)});
}


const problem = (code: Problem['code'], what: string, next: string): Problem => ({code, severity: 'error', what, stillBlocking: true, next});

const endpointIsAName = (server: Server): Problem => problem(
	'no-endpoint-route',
	`The endpoint of ${server.id} is a name (${server.endpointHost}), and vks asks no resolver outside the tunnel.`,
	`Write the address in the file's ${server.kind === 'openvpn' ? 'remote' : 'Endpoint'} line; your provider lists it.`,
);
const noHandshake = (server: Server): Problem => problem(
	'no-handshake',
	`${server.id} did not answer the handshake within ${verifyWithinMs / 1000} s.`,
	'Check the keys and the endpoint in its file, and that nothing on the way blocks UDP to it; or switch to another server.',
);
const nothingFlows = (server: Server, {resolvers}: TunnelUse): Problem => problem(
	'no-handshake',
	`${server.id} answered the handshake, but ${resolvers.length === 0 ? 'named no resolver, so nothing could be asked through it' : 'no data came back'}.`,
	resolvers.length === 0 ? 'Set VKS_DNS to a resolver that is reached through it.' : 'The server may not route, or its resolver may be down: switch to another server, or set VKS_DNS.',
);
const processEnded = problem('tunnel-failed', 'The tunnel\'s process ended while it was connecting.', 'vks tries again; see the journal (`vks events`).');
const interrupted = problem('superseded', 'A newer order took the place of this connection attempt.', 'Nothing to do.');
