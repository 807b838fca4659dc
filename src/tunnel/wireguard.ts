/** The WireGuard driver: makes the device, gives it the server's settings, and leaves nothing behind when that fails. */
import {formatEndpoint, type Endpoint} from '../net/port.ts';
import {fail, ok, type Result} from '../result.ts';
import type {Family} from '../net/address.ts';
import type {InterfaceName} from '../net/interface-name.ts';
import type {Devices, TunnelDevice} from '../kernel/kernel.ts';
import type {Problem} from '../problem.ts';
import {ofFamilies} from './of-families.ts';
import type {Tunnel, WireguardServer} from './tunnel.ts';

/** 1500 less 80 bytes of outer IPv6, UDP and WireGuard headers (wireguard.com, "MTU"). */
const defaultMtuOfWireguard = 1420;
const bothFamilies: readonly Family[] = [4, 6];

export interface BringUp {
	readonly devices: Pick<Devices, 'createWireguard'>;
	readonly server: WireguardServer;
	/** Already resolved: a name is never looked up here, because the look-up itself could leave outside the tunnel. */
	readonly endpoint: Pick<Endpoint, 'address' | 'port'>;
	readonly interfaceName: InterfaceName;
	readonly mark: number;
	/** Used when the server's file names no MTU. */
	readonly defaultMtu?: number;
	/** Addresses of other families are left out, for a policy that blocks IPv6. Both by default. */
	readonly families?: readonly Family[];
	/** Awaited between making the device and telling it where its server is: the time to open the pinhole. */
	readonly beforeFirstPacket?: (device: TunnelDevice) => Promise<void>;
}

export async function bringUpWireguard(options: BringUp): Promise<Result<Tunnel, Problem>> {
	const made = await options.devices.createWireguard(options.interfaceName);
	if (!made.ok) return made;
	const device = made.value;
	try {
		const ready = await prepare(device, options);
		if (ready.ok) return ok(tunnelOn(device, options));
		await device.remove();
		return fail(ready.error);
	} catch (error) {
		await device.remove();
		throw error;
	}
}

async function prepare(device: TunnelDevice, options: BringUp): Promise<Result<void, Problem>> {
	const {server, endpoint, mark, families = bothFamilies} = options;
	await options.beforeFirstPacket?.(device);
	const configured = await device.configure(server.settings(formatEndpoint(endpoint), mark));
	if (!configured.ok) return configured;
	return device.bringUp(ofFamilies(server.addresses, families), mtuFor(options));
}

const mtuFor = ({server, defaultMtu}: BringUp): number => server.mtu ?? defaultMtu ?? defaultMtuOfWireguard;

/**
 * A peer that is set again forgets its session, and the next packet begins another; its counters begin at zero, and so does a
 * kernel's source port, with which a router on the way that lost its state finds a new one. What is counted here goes on.
 */
function refreshable(device: TunnelDevice, {server, endpoint, mark}: BringUp): Required<Pick<Tunnel, 'facts' | 'refresh'>> {
	let counted = {rxBytes: 0, txBytes: 0};
	let under: Promise<unknown> = Promise.resolve();
	const read = async (): ReturnType<Tunnel['facts']> => {
		const facts = await device.facts();
		return facts.ok ? ok({...facts.value, rxBytes: counted.rxBytes + facts.value.rxBytes, txBytes: counted.txBytes + facts.value.txBytes}) : facts;
	};
	const refresh = async (): Promise<Result<void, Problem>> => {
		const before = await read();
		const configured = await device.configure(server.settings(formatEndpoint(endpoint), mark));
		if (configured.ok && before.ok) counted = {rxBytes: before.value.rxBytes, txBytes: before.value.txBytes};
		return configured;
	};
	return {
		// Between the two, what it counts is neither the old nor the new.
		facts: () => under.then(read),
		refresh() {
			const done = under.then(refresh);
			under = done.catch(() => undefined);
			return done;
		},
	};
}

function tunnelOn(device: TunnelDevice, options: BringUp): Tunnel {
	return {
		server: options.server,
		interface: device.interface,
		implementation: device.implementation,
		mtu: mtuFor(options),
		addresses: ofFamilies(options.server.addresses, options.families ?? bothFamilies).map(({address}) => address),
		resolvers: options.server.resolvers,
		...refreshable(device, options),
		down: () => device.remove(),
		onExit: listener => {
			device.onExit(() => {
				listener('the tunnel\'s process ended');
			});
		},
	};
}
