/**
 * Brings a tunnel up and finds out whether it works. The pinhole opens before the first packet is due; applications are let
 * in by the caller, and only once `verified` was said.
 */
import type {Config} from '../config/config.ts';
import type {Secrets} from '../config/secrets.ts';
import type {BlockedCause} from '../control/schema.ts';
import type {Devices} from '../kernel/kernel.ts';
import {familyOf, parseIp, type Family} from '../net/address.ts';
import type {InterfaceName} from '../net/interface-name.ts';
import type {Endpoint} from '../net/port.ts';
import type {TunnelUse} from '../policy/policy.ts';
import type {Problem} from '../problem.ts';
import {fail, ok, type Result} from '../result.ts';
import {ofFamilies} from '../tunnel/of-families.ts';
import type {Server, Tunnel, WireguardServer} from '../tunnel/tunnel.ts';
import {bringUpWireguard} from '../tunnel/wireguard.ts';
import {backoffMs, type Clock} from './clock.ts';
import {askResolvers} from './data-probe.ts';
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
	/** What its device is called. */
	readonly interface: InterfaceName;
	readonly config: Config;
	readonly devices: Devices;
	readonly clock: Clock;
	readonly signal: AbortSignal;
	/** Of the uplink; null when it is not known. */
	readonly uplinkMtu: number | null;
	/** Of addresses that a new device would take. */
	readonly families: readonly Family[];
	/** Its owner, where it has one, is to connect it anew. */
	readonly anew: boolean;
	/** The policy without a tunnel; awaited before an owner is asked for anything. */
	readonly close: () => Promise<Result<void, Problem>>;
	/** Opens the pinhole; awaited before the device is given its endpoint. */
	readonly openPinhole: (use: TunnelUse) => Promise<void>;
	readonly secrets: Secrets;
}

/**
 * What WireGuard counts for a message that carries nothing (whitepaper, 5.4.6: 16 bytes of header, 16 of the tag). A server that
 * passes nothing on sends one ten seconds after it was sent something (KEEPALIVE_TIMEOUT).
 */
const keepaliveBytes = 32;
/** How long a server may take to answer and to pass data. WireGuard repeats a lost handshake after 5 s (REKEY_TIMEOUT). */
const verifyWithinMs = 16_000;

export async function raise(options: DialOptions): Promise<Result<LiveTunnel, DialFailure>> {
	const {server, families} = options;
	switch (server.kind) {
		case 'wireguard':
			return raiseWireguard(server, options, families);
		case 'openvpn': {
			const useOf = (endpoint: Endpoint): TunnelUse => handshakeUse(options, endpoint, {addresses: [], resolvers: []}, 0);
			const raised = await raiseOpenvpn(server, options, families, useOf);
			if (raised === null) return fail({cause: 'no-endpoint-route', problem: endpointIsAName(server)});
			return raised.ok ? ok(liveOn(raised.value.tunnel, handshakeUse(options, raised.value.endpoint, raised.value.tunnel, 0))) : raised;
		}
		case 'gluetun':
		case 'external': {
			const adopted = await server.adopt(options);
			return adopted.ok ? ok(liveOn(adopted.value.tunnel, adopted.value.use)) : adopted;
		}
	}
}

async function raiseWireguard(server: WireguardServer, options: DialOptions, families: readonly Family[]): Promise<Result<LiveTunnel, DialFailure>> {
	const {config, devices, uplinkMtu, openPinhole} = options;
	const address = parseIp(server.endpointHost);
	if (address === null) return fail({cause: 'no-endpoint-route', problem: endpointIsAName(server)});
	const endpoint: Endpoint = {address, port: server.endpointPort, transport: 'udp'};
	const inner = {addresses: ofFamilies(server.addresses, families).map(entry => entry.address), resolvers: server.resolvers};
	const use = (implementation: string): TunnelUse => handshakeUse(options, endpoint, inner, implementation === 'wireguard-go' ? 0 : null);
	const raised = await bringUpWireguard({
		devices,
		server,
		endpoint,
		interfaceName: options.interface,
		mark: config.numbers.tunnelMark,
		families,
		...(uplinkMtu === null ? {} : {defaultMtu: innerMtu(uplinkMtu)}),
		beforeFirstPacket: device => openPinhole(use(device.implementation)),
	});
	if (!raised.ok) return fail({cause: 'tunnel-failed', problem: raised.error});
	return ok(liveOn(raised.value, use(raised.value.implementation)));
}

const handshakeUse = ({config, interface: device}: DialOptions, endpoint: Endpoint, {addresses, resolvers}: Pick<Tunnel, 'addresses' | 'resolvers'>, senderUid: number | null): TunnelUse => ({
	interface: device,
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

/**
 * A handshake, and then bytes beyond it: "connected, but nothing flows" is not connected. `ask` sends something through it that
 * wants an answer.
 */
export async function verify({tunnel, use}: LiveTunnel, {clock, signal, ask = () => askResolvers(use, 1000)}: Pick<DialOptions, 'clock' | 'signal'> & {readonly ask?: () => Promise<unknown>}): Promise<Result<void, DialFailure>> {
	const startedAtMs = clock.now();
	const before = await tunnel.facts();
	const oldHandshakeAtMs = before.ok ? before.value.handshakeAtMs : null;
	let waitedMs = 0;
	let [rxAtHandshake, lastRx]: [number | null, number] = [null, Infinity];
	let exited = false;
	tunnel.onExit(() => {
		exited = true;
	});
	// Counted and not read off the clock, which somebody may set back meanwhile.
	for (let round = 0; waitedMs < verifyWithinMs; round++) {
		if (signal.aborted) return fail({cause: 'stopped', problem: interrupted});
		if (exited) return fail({cause: 'tunnel-failed', problem: processEnded(tunnel.server)});
		// A question about every second; the first one also makes WireGuard begin its handshake.
		if (round % 8 === 0) void ask();
		const facts = await tunnel.facts();
		const handshakeAtMs = facts.ok ? facts.value.handshakeAtMs : null;
		// A new one is new whatever time it claims to be: the clock may have been set between the two.
		if (facts.ok && handshakeAtMs !== null && (handshakeAtMs !== oldHandshakeAtMs || handshakeAtMs >= startedAtMs - 180_000)) {
			if (rxAtHandshake !== null && facts.value.rxBytes - lastRx > keepaliveBytes) return ok(undefined);
			rxAtHandshake ??= facts.value.rxBytes;
			lastRx = facts.value.rxBytes;
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
	`The endpoint of ${server.id} is a name (${'endpointHost' in server ? server.endpointHost : ''}), and vks asks no resolver outside the tunnel.`,
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
const processEnded = ({id}: Server): Problem => problem('tunnel-failed', `The process of the tunnel to ${id} ended while it was connecting.`, 'See the journal (`vks events`); a dial is tried again.');
const interrupted = problem('superseded', 'A newer order took the place of this connection attempt.', 'Nothing to do.');
