/**
 * The OpenVPN driver. OpenVPN is started held and dials only once the policy has its pinhole; addresses and resolvers are
 * those the server gave, set up here; a connection that ends is the end of the process, and vks dials anew.
 */
import type {Devices, OpenvpnProcess} from '../kernel/kernel.ts';
import type {Family, IpAddress} from '../net/address.ts';
import type {InterfaceName} from '../net/interface-name.ts';
import {formatEndpoint, type Endpoint} from '../net/port.ts';
import type {Problem} from '../problem.ts';
import {fail, ok, type Result} from '../result.ts';
import {ofFamilies} from './of-families.ts';
import {converse, type Conversation, type Secrets} from './openvpn/conversation.ts';
import {endOf, failureOf, type OpenvpnFailure} from './openvpn/failures.ts';
import {renderOptions} from './openvpn/render.ts';
import type {OpenvpnServer, Tunnel} from './tunnel.ts';

export type {Secrets} from './openvpn/conversation.ts';

export interface OpenvpnBringUp {
	readonly devices: Pick<Devices, 'startOpenvpn'>;
	readonly server: OpenvpnServer;
	/** One of the server's remotes. */
	readonly endpoint: Endpoint;
	readonly interfaceName: InterfaceName;
	readonly mark: number;
	readonly families: readonly Family[];
	readonly runFolder: string;
	/** Of the settings; what the server's file brings along wins. */
	readonly secrets: () => Secrets;
	/** Of the uplink; null when it is not known. */
	readonly uplinkMtu: number | null;
	readonly now: () => number;
	readonly after: (ms: number, callback: () => void) => () => void;
	readonly signal: AbortSignal;
	/** Awaited while OpenVPN is held: the time to open the pinhole. */
	readonly beforeFirstPacket: () => Promise<void>;
}

const heldWithinMs = 5000;
/** From the release to CONNECTED. OpenVPN itself takes a second to take our answer to its question about the remote. */
const connectedWithinMs = 14_000;

export async function bringUpOpenvpn(options: OpenvpnBringUp): Promise<Result<Tunnel, OpenvpnFailure>> {
	const {devices, server, endpoint, interfaceName, mark, families, runFolder} = options;
	const config = server.config(endpoint);
	const started = await devices.startOpenvpn(interfaceName, {config, runFolder, options: renderOptions({interface: interfaceName, mark, ipv6: families.includes(6)})});
	if (!started.ok) return fail({cause: 'tunnel-failed', problem: started.error});
	const process = started.value;
	try {
		const ready = await dial(process, options);
		if (ready.ok) return ready;
		await process.remove();
		return ready;
	} catch (error) {
		await process.remove();
		throw error;
	}
}

async function dial(process: OpenvpnProcess, options: OpenvpnBringUp): Promise<Result<Tunnel, OpenvpnFailure>> {
	const {server, endpoint, families, now, after, signal, beforeFirstPacket} = options;
	const secrets = secretsFor(options);
	const {user, password, passphrase} = secrets();
	const has = {user: user !== null && password !== null, passphrase: passphrase !== null};
	const talk = converse({process, rules: {endpoint, has}, secrets, now, after});
	await talk.until(({phase}) => phase === 'held', {withinMs: heldWithinMs, signal});
	if (talk.session().phase !== 'held') return fail(failureOf(server, talk.session()));
	await beforeFirstPacket();
	talk.release();
	await talk.until(({phase}) => phase === 'connected', {withinMs: connectedWithinMs, signal});
	const {phase, pushed} = talk.session();
	if (phase !== 'connected' || pushed === null) return fail(failureOf(server, talk.session()));
	const addresses = ofFamilies(pushed.addresses, families);
	if (addresses.length === 0) return fail({cause: 'tunnel-failed', problem: noAddress(server)});
	const mtu = linkMtu(server.mtu ?? pushed.mtu ?? 1500, options);
	const raised = await process.bringUp(addresses, mtu);
	if (!raised.ok) return fail({cause: 'tunnel-failed', problem: raised.error});
	const resolvers = pushed.resolvers.length > 0 ? pushed.resolvers : server.resolvers;
	return ok(tunnelOn(process, talk, {...options, mtu, addresses: addresses.map(({address}) => address), resolvers}));
}

function secretsFor({server, secrets}: OpenvpnBringUp): () => Secrets {
	return () => {
		const [inFile, inSettings] = [server.credentials(), secrets()];
		return {user: inFile.user ?? inSettings.user, password: inFile.password ?? inSettings.password, passphrase: inFile.passphrase ?? inSettings.passphrase};
	};
}

/**
 * Less the outer headers, so that no datagram needs fragments, which the backstop refuses: IPv6 40, UDP 8, and for CBC with
 * SHA512, the longest there is, 104 (opcode and peer id 4, HMAC 64, IV 16, packet id 4, padding 16). Over TCP any will do.
 */
function linkMtu(wanted: number, {endpoint, uplinkMtu}: Pick<OpenvpnBringUp, 'endpoint' | 'uplinkMtu'>): number {
	return endpoint.transport === 'tcp' ? wanted : Math.min(wanted, Math.max(1280, (uplinkMtu ?? 1500) - 152));
}

interface Standing extends OpenvpnBringUp {
	readonly mtu: number;
	readonly addresses: readonly IpAddress[];
	readonly resolvers: readonly IpAddress[];
}

function tunnelOn(process: OpenvpnProcess, talk: Conversation, {server, endpoint, mtu, addresses, resolvers}: Standing): Tunnel {
	return {
		server,
		interface: process.interface,
		implementation: 'openvpn',
		mtu,
		addresses,
		resolvers,
		facts: async () => {
			const session = talk.session();
			const carried = process.carried();
			if (session.phase !== 'connected' || carried === null) return fail(failureOf(server, session).problem);
			return ok({...carried, handshakeAtMs: session.heardAtMs, endpoint: formatEndpoint(endpoint), keepaliveSeconds: null});
		},
		down: () => process.remove(),
		onExit: listener => {
			talk.onFailure(() => {
				listener(endOf(talk.session()));
			});
		},
	};
}

const noAddress = ({id}: OpenvpnServer): Problem => ({
	code: 'tunnel-failed', severity: 'error', what: `${id} gave no address that may be used here.`, stillBlocking: true,
	next: 'Ask the provider, or switch to another server; with VKS_IPV6=block it must give an IPv4 address.',
});
