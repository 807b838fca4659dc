/**
 * A provider's list as it was last read, so that vks knows servers without asking anybody: on a start without network, and
 * between two askings. Holds what is public only. What cannot be read is as good as nothing.
 */
import {z} from 'zod';
import {addressSchema, countryCodeSchema, hostSchema, nameSchema, portSchema, publicKeySchema, jsonOf, type Relay} from './relay.ts';

const relaySchema = z.object({
	id: hostSchema,
	countryCode: countryCodeSchema,
	country: nameSchema,
	city: nameSchema.nullable(),
	load: z.number().min(0).max(100).nullable(),
	groups: z.array(z.string().max(60)),
	addresses: z.array(addressSchema).min(1),
	port: portSchema,
	publicKey: publicKeySchema,
}) satisfies z.ZodType<Relay>;

const cacheSchema = z.object({version: z.literal(1), provider: z.string(), question: z.string(), readAtMs: z.number().nonnegative(), relays: z.array(relaySchema)});

export interface CachedList {
	readonly provider: string;
	/** What was asked: another wish needs another list. */
	readonly question: string;
	readonly readAtMs: number;
	readonly relays: readonly Relay[];
}

export const renderCache = (list: CachedList): string => `${JSON.stringify({version: 1, ...list})}\n`;

/** Null where the text is no cache of ours. */
export function parseCache(text: string): CachedList | null {
	const read = cacheSchema.safeParse(jsonOf(text));
	if (!read.success) return null;
	const {version: _, ...list} = read.data;
	return list;
}

/** A day: relays come and go in weeks, loads in minutes; and the API bans who asks often. */
export const freshForMs = 24 * 60 * 60 * 1000;

export const isFresh = ({readAtMs}: CachedList, nowMs: number): boolean => readAtMs <= nowMs && nowMs - readAtMs < freshForMs;
