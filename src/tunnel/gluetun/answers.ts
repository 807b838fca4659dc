/**
 * What Gluetun's control server answers (internal/server/*.go), read tolerantly: bodies come as text/plain with a newline,
 * and differ between versions. Pure. Nothing of a settings answer is kept but what is named here: it holds secrets.
 */
import {z} from 'zod';
import {parseIp, type IpAddress} from '../../net/address.ts';
import {parsePort, type Port} from '../../net/port.ts';
import type {Selection} from './choice.ts';

export type GluetunStatus = 'starting' | 'running' | 'stopping' | 'stopped' | 'crashed' | 'completed';

/** Of what it says of itself after an order nothing is kept but this: no text of its own is told. */
export type ToldStatus = GluetunStatus | 'unknown';

const anyStatus = z.enum(['starting', 'running', 'stopping', 'stopped', 'crashed', 'completed']);
const statusSchema = z.object({status: anyStatus});
const outcomeSchema = z.object({outcome: z.string().max(200)});
const publicIpSchema = z.object({public_ip: z.string(), city: z.string().optional(), country: z.string().optional()});
/** v3.40 answers `port` alone, or `ports` alone; later ones both, with null for none. */
const portsSchema = z.object({port: z.number().optional(), ports: z.array(z.number()).nullish()});
const versionSchema = z.object({version: z.string().regex(/^[\w.+-]{1,60}$/)});
const names = z.array(z.string()).nullish();
const selectionSchema = z.object({countries: names, regions: names, cities: names, hostnames: names, names});
const settingsSchema = z.object({
	type: z.string().max(30).optional(),
	provider: z.object({name: z.string().max(60).optional(), server_selection: selectionSchema.optional()}).optional(),
});

export interface GluetunSettings extends Selection {
	readonly type: string | null;
	readonly provider: string | null;
}

const read = <T>(text: string, schema: z.ZodType<T>): T | null => {
	try {
		const parsed = schema.safeParse(JSON.parse(text));
		return parsed.success ? parsed.data : null;
	} catch {
		return null;
	}
};

const toldStatus = (text: string): ToldStatus => anyStatus.safeParse(text).data ?? 'unknown';

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
		regions: selection?.regions ?? [],
		cities: selection?.cities ?? [],
		hostnames: selection?.hostnames ?? [],
		names: selection?.names ?? [],
	};
}

/** What became of an order for a status. `already crashed` is an answer too: the loop retries by itself, the order changed nothing. */
export type StatusOutcome =
	| {readonly kind: 'reached'; readonly status: ToldStatus}
	| {readonly kind: 'already'; readonly status: ToldStatus};

export function parseStatusOutcome(text: string): StatusOutcome | null {
	const answer = read(text, outcomeSchema);
	if (answer === null) return null;
	return answer.outcome.startsWith('already ') ? {kind: 'already', status: toldStatus(answer.outcome.slice(8))} : {kind: 'reached', status: toldStatus(answer.outcome)};
}

/** PUT settings answers plain text: that nothing changed, or what the restart ended in. */
export function parseSettingsOutcome(text: string): {readonly kind: 'unchanged'} | {readonly kind: 'restarted'; readonly status: ToldStatus} {
	const line = text.trim();
	return line === 'settings left unchanged' ? {kind: 'unchanged'} : {kind: 'restarted', status: toldStatus(line.replace(/^already /, ''))};
}

/** An empty list clears what was chosen before; one that is left out keeps it, and then two wishes are mixed. */
export const switchBody = ({countries, regions, cities, hostnames, names: named}: Selection): string => JSON.stringify({provider: {server_selection: {countries, regions, cities, hostnames, names: named}}});
