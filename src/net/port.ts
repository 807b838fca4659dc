/** Transport ports and endpoints. */
import type {IpAddress} from './address.ts';
import type {Brand} from './brand.ts';

export type Port = Brand<number, 'Port'>;
export type Transport = 'tcp' | 'udp';

export function parsePort(value: string | number): Port | null {
	const port = typeof value === 'number' ? value : /^\d{1,5}$/.test(value) ? Number(value) : Number.NaN;
	return Number.isInteger(port) && port >= 1 && port <= 65_535 ? (port as Port) : null;
}

/** Ports from the first to the last, both included. */
export interface PortSpan {
	readonly first: Port;
	readonly last: Port;
}

export const spanText = ({first, last}: PortSpan): string => (first === last ? String(first) : `${first}-${last}`);

export const inSpan = ({first, last}: PortSpan, port: number): boolean => first <= port && port <= last;

/** Where a tunnel's outer packets go. */
export interface Endpoint {
	readonly address: IpAddress;
	readonly port: Port;
	readonly transport: Transport;
}

export function formatEndpoint({address, port}: Pick<Endpoint, 'address' | 'port'>): string {
	return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
