/** One question for a forwarded port, for both transports, through one tunnel: by sockets that are bound to its device and address. */
import type {Kernel} from '../kernel/kernel.ts';
import {isIpv4, type IpAddress} from '../net/address.ts';
import {parsePort, type Port, type Transport} from '../net/port.ts';
import type {TunnelUse} from '../policy/policy.ts';
import {fail, ok, type Result} from '../result.ts';
import {decodeMappingAnswer, encodeMappingRequest, natPmpPort, type Mapping} from '../tunnel/nat-pmp.ts';

export interface PortQuestion {
	readonly exchange: Kernel['exchange'];
	readonly use: Pick<TunnelUse, 'interface' | 'addresses'>;
	readonly gateway: IpAddress;
	/** What it was before, which is asked for again; null for any. */
	readonly port: Port | null;
	/** What a port is used for here; null where it may be opened. */
	readonly useOf: (port: Port) => string | null;
	readonly signal: AbortSignal;
}

export interface PortAnswer {
	readonly port: Port;
	/** From when it was asked on. */
	readonly forMs: number;
}

/** As ProtonVPN's own instructions have it: `natpmpc -a 1 0 udp 60`, again every 45 s. */
const lifetimeSeconds = 60;
/** Halfway through it is asked again, and that no more often than every 3 s. */
const shortestSeconds = 6;
const anyPort = 1;
const internalPort = 0;
/** RFC 6886, section 3.1: from 250 ms on, twice as long each time; not to the nine times of which the last waits for a minute. */
const waitsMs = [250, 500, 1000, 2000] as const;

/** Never rejects; the error is a few words. */
export async function askPort(question: PortQuestion): Promise<Result<PortAnswer, string>> {
	const source = question.use.addresses.find(isIpv4);
	if (source === undefined) return fail('the tunnel has no IPv4 address, and NAT-PMP knows no other');
	const udp = await askMapping(question, source, {transport: 'udp', suggestedPort: question.port ?? anyPort});
	if (!udp.ok) return udp;
	const port = udp.value.externalPort;
	const use = question.useOf(port);
	// The gateway is the provider's: what it names would be opened to everybody behind the tunnel.
	if (use !== null) return fail(`the gateway gave port ${port}, which is used here for ${use}`);
	const tcp = await askMapping(question, source, {transport: 'tcp', suggestedPort: udp.value.externalPort});
	if (!tcp.ok) return tcp;
	// An application that peers find listens on one number for both.
	if (tcp.value.externalPort !== port) return fail(`the gateway gave port ${port} for UDP and ${tcp.value.externalPort} for TCP`);
	const elsewhere = [udp.value, tcp.value].find(mapping => mapping.internalPort !== 0 && mapping.internalPort !== port);
	if (elsewhere !== undefined) return fail(`the gateway sends port ${port} to another one of ours, ${elsewhere.internalPort}`);
	const granted = Math.min(lifetimeSeconds, udp.value.lifetimeSeconds, tcp.value.lifetimeSeconds);
	if (granted === 0) return fail('the gateway gave a port for no time at all');
	return granted < shortestSeconds ? fail(`the gateway gave a port for ${granted} s, and less than ${shortestSeconds} s cannot be kept`) : ok({port, forMs: granted * 1000});
}

async function askMapping({exchange, use, gateway, signal}: PortQuestion, source: IpAddress, {transport, suggestedPort}: {readonly transport: Transport; readonly suggestedPort: number}): Promise<Result<Mapping, string>> {
	const port = parsePort(natPmpPort);
	const payload = encodeMappingRequest({transport, internalPort, suggestedPort, lifetimeSeconds});
	for (const waitMs of waitsMs) {
		if (port === null || signal.aborted) break;
		const heard = await exchange({address: gateway, port, source, mark: null, device: use.interface, payload}, AbortSignal.any([signal, AbortSignal.timeout(waitMs)]));
		const answer = heard === null ? null : decodeMappingAnswer(heard, {transport, internalPort});
		if (answer !== null) return answer;
	}
	return fail(`${gateway} does not answer NAT-PMP`);
}
