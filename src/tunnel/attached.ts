/** The driver of a tunnel that somebody else owns: finds it, reads it, follows it, and never changes it but by asking its owner. */
import type {Devices, ForeignTunnel, Link} from '../kernel/kernel.ts';
import {familyOf, parseIp, type Family, type IpAddress} from '../net/address.ts';
import type {InterfaceName} from '../net/interface-name.ts';
import {formatEndpoint, type Endpoint} from '../net/port.ts';
import type {Attached, OwnersEndpoint, TunnelUse} from '../policy/policy.ts';
import type {Problem} from '../problem.ts';
import {fail, ok, type Result} from '../result.ts';
import {readEndpoint} from './conf-values.ts';
import type {TunnelOwner} from './owner.ts';
import type {Adopted, AdoptFailure, AdoptWish, AttachedServer, Tunnel} from './tunnel.ts';

/** One of those that the owner can be asked to lead to; where it is as its owner has it, the only one. */
export interface AttachedEntry {
	readonly id: string;
	readonly city: string | null;
	readonly country: string | null;
}

export interface AttachedOptions {
	readonly to: AttachedServer['kind'];
	readonly entries: readonly AttachedEntry[];
	readonly owner: TunnelOwner;
	/** Null takes the only one there is. */
	readonly interface: InterfaceName | null;
	/** What the operator names: open whether the tunnel stands or not. */
	readonly named: readonly OwnersEndpoint[];
	readonly resolvers: readonly IpAddress[];
	readonly families: readonly Family[];
	readonly devices: Pick<Devices, 'inspect'>;
	/** As they were last read. */
	readonly links: () => readonly Link[];
	/** As they are. */
	readonly readLinks: () => readonly Link[];
	readonly now: () => number;
	readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface AttachedTunnel {
	readonly servers: readonly AttachedServer[];
	/** For the policy: what was found, and the servers that its owner may reach. */
	attached(): Attached;
	/** Whether there is one that may be verified. */
	isUp(): boolean;
}

/** A device comes a moment after its owner says that it runs (internal/vpn/run.go in Gluetun). */
const comesUpWithinMs = 20_000;
const lookEveryMs = 100;
/** Its owner tidies up before it says that the tunnel ended (the same file). */
const noticesWithinMs = 5000;

/** The one that is guarded, or why none is. */
export function findTunnel(links: readonly Link[], name: InterfaceName | null): Result<Link, Problem> {
	const tunnels = links.filter(({kind}) => kind === 'wireguard' || kind === 'tun');
	const [found, ...more] = name === null ? tunnels : tunnels.filter(link => link.name === name);
	if (found === undefined) return fail(noTunnel(name));
	return more.length === 0 ? ok(found) : fail(severalTunnels(tunnels));
}

export function attachedTunnel(options: AttachedOptions): AttachedTunnel {
	const {to, entries, owner, named, devices, links, readLinks, families, resolvers} = options;
	/** The last that the device named: its owner may come back to it before we can read the device again. */
	let fromDevice: OwnersEndpoint | null = null;

	const ours = (link: Link): readonly IpAddress[] => link.addresses.filter(({scope, address}) => scope === 'global' && families.includes(familyOf(address))).map(({address}) => address);
	const look = (among: readonly Link[]): Result<Link, Problem> => {
		const found = findTunnel(among, options.interface);
		return !found.ok || (found.value.up && ours(found.value).length > 0) ? found : fail(notUp(found.value.name));
	};
	const untilUp = async (signal: AbortSignal): Promise<void> => {
		for (let waitedMs = 0; !look(readLinks()).ok && waitedMs < comesUpWithinMs && !signal.aborted; waitedMs += lookEveryMs) await options.sleep(lookEveryMs, signal);
	};

	/** What its owner says, once it has noticed itself; null where it says nothing, and where there is one after all. */
	const whyNone = async (signal: AbortSignal): Promise<Problem | null> => {
		for (let waitedMs = 0; !look(readLinks()).ok && waitedMs < noticesWithinMs && !signal.aborted; waitedMs += lookEveryMs) {
			const why = await owner.whyNone(signal);
			if (why !== 'ask-again') return why;
			await options.sleep(lookEveryMs, signal);
		}
		return null;
	};

	const adopt = async (server: AttachedServer, {anew, close, signal, openPinhole}: AdoptWish): Promise<Result<Adopted, AdoptFailure>> => {
		const led = await owner.lead({server: server.id, anew, close, signal});
		// What stands is taken again as it is, a moment later.
		if (!led.ok) return fail({cause: 'tunnel-failed', problem: led.error});
		if (led.value === 'ordered') await untilUp(signal);
		const why = await whyNone(signal);
		// Read anew: the device of before may have borne the same name, and another address.
		const found = look(readLinks());
		if (!found.ok) return fail({cause: 'no-tunnel', problem: why ?? found.error});
		const link = found.value;
		const read = await devices.inspect(link.name, kindOf(link));
		if (!read.ok) return fail({cause: 'tunnel-failed', problem: read.error});
		const endpoint = endpointOf(read.value);
		if (endpoint !== null) fromDevice = {endpoint, mark: read.value.mark, uid: null, by: 'device'};
		const outer = endpoint ?? named[0]?.endpoint;
		if (outer === undefined) return fail({cause: 'no-endpoint-route', problem: noEndpoint(link.name, read.value)});
		const use: TunnelUse = {interface: link.name, addresses: ours(link), endpoint: outer, resolvers, pass: 'handshake', senderUid: null};
		await openPinhole(use);
		return ok({use, tunnel: follow(options, server, link, use, read.value)} satisfies Adopted);
	};

	return {
		servers: entries.map(({id, city, country}) => {
			const server: AttachedServer = {
				kind: to, id, resolvers, city, country, load: null, mtu: null, notes: [], fileChangedAtMs: null, keyMark: () => null, certificate: null,
				adopt: wish => adopt(server, wish),
			};
			return server;
		}),
		attached() {
			const found = findTunnel(links(), options.interface);
			return {interface: found.ok ? found.value.name : null, endpoints: [...(fromDevice === null ? [] : [fromDevice]), ...named]};
		},
		isUp: () => look(links()).ok,
	};
}

function follow({devices, now}: AttachedOptions, server: AttachedServer, link: Link, use: TunnelUse, first: ForeignTunnel): Tunnel {
	let listeners: readonly ((why: string) => void)[] = [];
	let heard: {readonly rxBytes: number; readonly atMs: number | null} = {rxBytes: first.facts.rxBytes, atMs: null};
	return {
		server,
		interface: link.name,
		implementation: first.speaks === 'unknown' ? 'tun' : `WireGuard (${first.speaks})`,
		mtu: link.mtu,
		addresses: use.addresses,
		resolvers: use.resolvers,
		async facts() {
			const read = await devices.inspect(link.name, kindOf(link));
			if (!read.ok) return read;
			const {facts, speaks, mark} = read.value;
			if (describe(read.value) !== describe(first)) {
				const told = listeners;
				listeners = [];
				told.forEach(listener => listener(`its owner sends it to ${facts.endpoint ?? 'nobody'}${mark === first.mark ? '' : ', with another mark'}`));
			}
			if (speaks !== 'unknown') return ok(facts);
			// Nobody tells of a handshake: whatever came in is a sign of life.
			if (facts.rxBytes !== heard.rxBytes) heard = {rxBytes: facts.rxBytes, atMs: now()};
			return ok({...facts, endpoint: formatEndpoint(use.endpoint), handshakeAtMs: heard.atMs});
		},
		// It is not ours to take down.
		down: async () => undefined,
		onExit: listener => void (listeners = [...listeners, listener]),
	};
}

const describe = ({facts: {endpoint}, mark, speaks}: ForeignTunnel): string => JSON.stringify([endpoint, mark, speaks]);

const kindOf = ({kind}: Link): ForeignTunnel['kind'] => (kind === 'wireguard' ? 'wireguard' : 'tun');

function endpointOf({facts: {endpoint}}: ForeignTunnel): Endpoint | null {
	const read = endpoint === null ? null : readEndpoint(endpoint);
	const address = read?.ok === true ? parseIp(read.value.host) : null;
	return read?.ok === true && address !== null ? {address, port: read.value.port, transport: 'udp'} : null;
}

const problem = (code: Problem['code'], what: string, next: string): Problem => ({code, severity: 'error', what, stillBlocking: true, next});

const noTunnel = (name: InterfaceName | null): Problem => problem(
	'no-tunnel',
	name === null ? 'There is no tunnel to guard: no WireGuard or tun interface.' : `There is no tunnel interface ${name} to guard.`,
	'Have its owner bring it up in this network namespace: vks sees it at once. Its name is VKS_ATTACH_INTERFACE.',
);
const severalTunnels = (tunnels: readonly Link[]): Problem => problem(
	'no-tunnel', `There are several tunnels: ${tunnels.map(({name}) => name).join(', ')}.`, 'Name the one to guard in VKS_ATTACH_INTERFACE; the others are outside.',
);
const notUp = (name: InterfaceName): Problem => problem('no-tunnel', `The tunnel interface ${name} is down, or has no address yet.`, 'Its owner brings it up; vks sees that at once.');
const noEndpoint = (name: InterfaceName, {speaks, peers}: ForeignTunnel): Problem => problem(
	'no-endpoint-route',
	speaks === 'unknown' ? `${name} does not tell where its server is: it is OpenVPN, or its process is in another container.` : `Of the ${peers} peers of ${name} none, or more than one, takes everything, so its server is not known.`,
	'Name the server in VKS_ATTACH_ENDPOINTS, such as 198.51.100.7:1194/udp.',
);
