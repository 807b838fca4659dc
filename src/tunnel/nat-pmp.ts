/**
 * NAT-PMP (RFC 6886) as messages: how ProtonVPN's gateway is asked for a forwarded port. Pure; whoever sends them binds to the
 * tunnel's own address. Numbers are big-endian.
 */
import type {Transport} from '../net/port.ts';
import {parsePort, type Port} from '../net/port.ts';
import {fail, ok, type Result} from '../result.ts';

export const natPmpPort = 5351;

const version = 0;
/** Section 3.3: a request's opcode is 1 for UDP and 2 for TCP; an answer's is 128 more. */
const opcodes: Readonly<Record<Transport, number>> = {udp: 1, tcp: 2};
const answerBit = 128;
const requestBytes = 12;
const answerBytes = 16;

export interface MappingRequest {
	readonly transport: Transport;
	/** Ours, to which it sends; with 0 ProtonVPN's sends to the number it has outside. */
	readonly internalPort: number;
	/** The number outside; 0 leaves it to the gateway. */
	readonly suggestedPort: number;
	/** 0 ends the mapping (section 3.4). */
	readonly lifetimeSeconds: number;
}

export interface Mapping {
	readonly transport: Transport;
	readonly internalPort: number;
	readonly externalPort: Port;
	readonly lifetimeSeconds: number;
	/** Since the gateway forgot its mappings (section 3.6): one that goes back means that all are gone. */
	readonly gatewayEpochSeconds: number;
}

export function encodeMappingRequest({transport, internalPort, suggestedPort, lifetimeSeconds}: MappingRequest): Buffer {
	const bytes = Buffer.alloc(requestBytes);
	bytes.writeUInt8(version, 0);
	bytes.writeUInt8(opcodes[transport], 1);
	bytes.writeUInt16BE(internalPort, 4);
	bytes.writeUInt16BE(suggestedPort, 6);
	bytes.writeUInt32BE(lifetimeSeconds, 8);
	return bytes;
}

/** Section 3.5. */
const refusals: Readonly<Record<number, string>> = {
	1: 'the gateway speaks another version of NAT-PMP',
	2: 'the gateway gives this account or server no port',
	3: 'the gateway has lost its own network',
	4: 'the gateway is out of ports',
	5: 'the gateway does not know the request',
};

/** Null for a datagram that is no answer to this request; an error where the gateway refused it. */
export function decodeMappingAnswer(bytes: Uint8Array, {transport, internalPort}: Pick<MappingRequest, 'transport' | 'internalPort'>): Result<Mapping, string> | null {
	const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	if (data.length < 4 || data.readUInt8(0) !== version || data.readUInt8(1) !== opcodes[transport] + answerBit) return null;
	const code = data.readUInt16BE(2);
	if (code !== 0) return fail(refusals[code] ?? `the gateway refused with code ${code}`);
	if (data.length < answerBytes) return null;
	const answered = data.readUInt16BE(8);
	// Who named no port of ours may be told one.
	if (answered !== internalPort && internalPort !== 0) return null;
	const externalPort = parsePort(data.readUInt16BE(10));
	if (externalPort === null) return fail('the gateway answered without a port');
	return ok({transport, internalPort: answered, externalPort, lifetimeSeconds: data.readUInt32BE(12), gatewayEpochSeconds: data.readUInt32BE(4)});
}
