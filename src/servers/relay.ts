/** One server of a provider's list: what is public about it. With an account it becomes a server to connect to. */
import {z} from 'zod';
import {parseIp, type IpAddress} from '../net/address.ts';
import {parsePort, type Port} from '../net/port.ts';
import {readKey} from '../tunnel/conf-values.ts';

export interface Relay {
	/** The provider's name for it, without domain: `se-sto-wg-001`, `se512`. */
	readonly id: string;
	/** ISO 3166-1, two letters, upper case. */
	readonly countryCode: string;
	readonly country: string;
	readonly city: string | null;
	/** Percent, as the provider says; null where it says nothing. */
	readonly load: number | null;
	/** The provider's own kinds: `p2p`, `owned`, a hosting company. Lower case. */
	readonly groups: readonly string[];
	readonly addresses: readonly IpAddress[];
	readonly port: Port;
	readonly publicKey: string;
}

/** What a list held: one bad entry costs that entry, never the list. */
export interface RelayList {
	readonly relays: readonly Relay[];
	readonly skipped: readonly Skipped[];
}

export interface Skipped {
	/** As the list names it, made printable; its place where it has no name. */
	readonly name: string;
	readonly why: string;
}

const printable = (text: string): string => text.replace(/\p{C}/gu, '').trim();

/** A name for people: what a terminal would obey is gone, and it fits a column. */
export const nameSchema = z.string().transform(printable).pipe(z.string().min(1).max(60));

/** Becomes a row's key and part of command lines, so plain words only. */
export const hostSchema = z.string().max(100).regex(/^[A-Za-z0-9][A-Za-z0-9.-]*$/, 'is not a host name');

export const countryCodeSchema = z.string().regex(/^[A-Za-z]{2}$/, 'is not a country code').transform(code => code.toUpperCase());

export const addressSchema = z.string().transform((text, context): IpAddress => {
	const address = parseIp(text);
	if (address !== null) return address;
	context.addIssue({code: 'custom', message: 'is not an address'});
	return z.NEVER;
});

export const portSchema = z.number().transform((number, context): Port => {
	const port = parsePort(number);
	if (port !== null) return port;
	context.addIssue({code: 'custom', message: 'is not a port'});
	return z.NEVER;
});

export const publicKeySchema = z.string().refine(text => readKey(text).ok, {error: 'is not a WireGuard key'});

/** More than any provider has; a list without end must not fill the memory. */
const mostEntries = 20_000;

/** Reads entry by entry. `nameOf` finds what to call one that cannot be read. */
export function readEntries(entries: readonly unknown[], read: (entry: unknown) => z.ZodSafeParseResult<Relay | null>): RelayList {
	const relays = new Map<string, Relay>();
	const skipped: Skipped[] = [];
	for (const [index, entry] of entries.slice(0, mostEntries).entries()) {
		const result = read(entry);
		if (!result.success) skipped.push({name: nameOf(entry) ?? `entry ${index + 1}`, why: reasonOf(result.error)});
		else if (result.data !== null) {
			if (relays.has(result.data.id)) skipped.push({name: result.data.id, why: 'is there twice; the first one is used'});
			else relays.set(result.data.id, result.data);
		}
	}
	return {relays: [...relays.values()], skipped};
}

function nameOf(entry: unknown): string | null {
	if (typeof entry !== 'object' || entry === null || !('hostname' in entry) || typeof entry.hostname !== 'string') return null;
	return printable(entry.hostname).slice(0, 60) || null;
}

/** The first fault, by its place and not its value: whatever stands there, it is somebody else's text. */
function reasonOf(error: z.ZodError): string {
	const [first] = error.issues;
	if (first === undefined) return 'cannot be read';
	return `${first.path.join('.') || 'it'}: ${first.message}`.slice(0, 200);
}

/** The value of a JSON text that is an object or a list; null for anything else. */
export function jsonOf(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}
