/** A server as it is shown: what its file says, what came of it so far, and what was measured. */
import {z} from 'zod';
import {keySchema} from './key-schema.ts';

const atMs = z.number().nonnegative();

/** How the last attempt to connect to it ended. */
export const lastTrySchema = z.object({
	outcome: z.enum(['connected', 'failed']),
	atMs,
	/** The problem's code and sentence; null when it connected. */
	code: z.string().max(40).nullable(),
	what: z.string().max(300).nullable(),
});

export const latencySchema = z.object({
	/** Null when nothing answered. */
	ms: z.number().nonnegative().nullable(),
	atMs,
	/** `echo`: the shortest of a few pings of its endpoint, outside the tunnel. `tunnel`: one question to its resolver and back, through it. */
	how: z.enum(['echo', 'tunnel']),
});

export const serverSchema = z.object({
	id: z.string(),
	city: z.string().nullable(),
	country: z.string().nullable(),
	endpoint: z.string().nullable(),
	current: z.boolean(),
	/** Why it cannot be used; null when it can. */
	problem: z.string().nullable(),
	/** What is noteworthy though it works: hooks that were refused, for instance. */
	notes: z.array(z.string()),
	/** `last` in words. */
	lastResult: z.string().nullable(),
	last: lastTrySchema.nullable(),
	latency: latencySchema.nullable(),
	/** Per cent of its capacity in use, as its file says; null where it says nothing. */
	load: z.number().int().min(0).max(100).nullable(),
	favourite: z.boolean(),
	/** 1 is the one to try first; null where it cannot be used. */
	rank: z.number().int().positive().nullable().default(null),
	/** Null where it has no key of ours. */
	key: keySchema.nullable().default(null),
});

export type LastTry = z.infer<typeof lastTrySchema>;
export type Latency = z.infer<typeof latencySchema>;

/** No name is every server there is. */
export const measureSchema = z.strictObject({do: z.literal('measure'), servers: z.array(z.string().min(1).max(200)).max(256)});

export const favouriteSchema = z.strictObject({do: z.literal('favourite'), server: z.string().min(1).max(200), on: z.boolean()});
