/** Which names may be reached, and those that were refused. */
import {z} from 'zod';

const count = z.number().int().nonnegative();

const howSchema = z.enum(['look-up', 'connection']);

/** What makes a refusal one of a name: its record has the name where others have an address. */
export const namedSchema = z.object({
	how: howSchema,
	/** So many of the same are one record. */
	times: count,
	/** What `VKS_EGRESS` would have to hold besides; null where it could not hold that. */
	entry: z.string().nullable(),
});

export const egressSchema = z.object({
	/** `VKS_EGRESS`, as it is in force. */
	entries: z.array(z.string()),
	/** Refused since the daemon's start, exactly. */
	lookUps: count,
	connections: count,
	/** Of the latest names; whoever makes names up pushes out the oldest, with their count. */
	names: z.array(z.object({
		/** Null is a connection that bears none, or a look-up of what is no host's name. */
		name: z.string().nullable(),
		/** Of the user whose names these are; null is everybody. */
		uid: count.nullable(),
		how: howSchema,
		/** Of a connection. */
		port: count.nullable(),
		count,
		lastAtMs: z.number().nonnegative(),
		entry: z.string().nullable(),
	})),
});

export type Named = z.infer<typeof namedSchema>;
export type EgressView = z.infer<typeof egressSchema>;
