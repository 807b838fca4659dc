/**
 * What Gluetun's control server answers (internal/server/*.go), read tolerantly: bodies come as text/plain with a newline,
 * and differ between versions. Pure. Nothing of a settings answer is kept but what is named here: it holds secrets.
 */
import {z} from 'zod';
import {parseIp, type IpAddress} from '../../net/address.ts';
import {parsePort, type Port} from '../../net/port.ts';

export type GluetunStatus = 'starting' | 'running' | 'stopping' | 'stopped' | 'crashed' | 'completed';

const statusSchema = z.object({status: z.enum(['starting', 'running', 'stopping', 'stopped', 'crashed', 'completed'])});
const outcomeSchema = z.object({outcome: z.string().max(200)});
const publicIpSchema = z.object({public_ip: z.string(), city: z.string().optional(), country: z.string().optional()});
/** v3.40 answers `port` alone, or `ports` alone; later ones both, with null for none. */
const portsSchema = z.object({port: z.number().optional(), ports: z.array(z.number()).nullish()});
const versionSchema = z.object({version: z.string().max(60)});
const selectionSchema = z.object({countries: z.array(z.string()).nullish(), cities: z.array(z.string()).nullish(), hostnames: z.array(z.string()).nullish()});
const settingsSchema = z.object({
	type: z.string().max(30).optional(),
	provider: z.object({name: z.string().max(60).optional(), server_selection: selectionSchema.optional()}).optional(),
});

export interface GluetunSettings {
	readonly type: string | null;
	readonly provider: string | null;
	readonly countries: readonly string[];
	readonly cities: readonly string[];
	readonly hostnames: readonly string[];
}

const read = <T>(text: string, schema: z.ZodType<T>): T | null => {
	try {
		const parsed = schema.safeParse(JSON.parse(text));
		return parsed.success ? parsed.data : null;
	} catch {
		return null;
	}
};

export const parseStatus = (text: string): GluetunStatus | null => read(text, statusSchema)?.status ?? null;

export const parseVersion = (text: string): string | null => read(text, versionSchema)?.version ?? null;

/** An empty `public_ip` means that there is no tunnel now. */
export function parsePublicIp(text: string): {readonly address: IpAddress | null; readonly city: string | null; readonly country: string | null} | null {
	const answer = read(text, publicIpSchema);
	return answer === null ? null : {address: parseIp(answer.public_ip), city: answer.city ?? null, country: answer.country ?? null};
}

export function parseForwardedPorts(text: string): readonly Port[] | null {
	const answer = read(text, portsSchema);
	if (answer === null) return null;
	const numbers = answer.ports ?? (answer.port === undefined ? [] : [answer.port]);
	return [...new Set(numbers)].flatMap(number => parsePort(number) ?? []);
}

export function parseSettings(text: string): GluetunSettings | null {
	const answer = read(text, settingsSchema);
	if (answer === null) return null;
	const selection = answer.provider?.server_selection;
	return {
		type: answer.type ?? null,
		provider: answer.provider?.name ?? null,
		countries: selection?.countries ?? [],
		cities: selection?.cities ?? [],
		hostnames: selection?.hostnames ?? [],
	};
}

/** What became of an order for a status. `already crashed` is an answer too: the loop retries by itself, the order changed nothing. */
export type StatusOutcome =
	| {readonly kind: 'reached'; readonly status: string}
	| {readonly kind: 'already'; readonly status: string};

export function parseStatusOutcome(text: string): StatusOutcome | null {
	const answer = read(text, outcomeSchema);
	if (answer === null) return null;
	return answer.outcome.startsWith('already ') ? {kind: 'already', status: answer.outcome.slice(8)} : {kind: 'reached', status: answer.outcome};
}

/** PUT settings answers plain text: that nothing changed, or what the restart ended in. */
export function parseSettingsOutcome(text: string): {readonly kind: 'unchanged'} | {readonly kind: 'restarted'; readonly status: string} {
	const line = text.trim();
	return line === 'settings left unchanged' ? {kind: 'unchanged'} : {kind: 'restarted', status: line.slice(0, 60)};
}

/** An empty list clears what was chosen before; one that is left out keeps it, and then two wishes are mixed. */
export const switchBody = (wish: {readonly countries?: readonly string[]; readonly cities?: readonly string[]; readonly hostnames?: readonly string[]}): string => JSON.stringify({
	provider: {server_selection: {countries: wish.countries ?? [], regions: [], cities: wish.cities ?? [], hostnames: wish.hostnames ?? [], names: []}},
});
