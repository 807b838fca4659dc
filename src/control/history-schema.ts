/** Moments that the daemon kept: what was allowed then, for whoever asks later. */
import {z} from 'zod';
import {patchSchema} from '../history/patch-schema.ts';

const count = z.number().int().nonnegative();

export const momentKinds = ['start', 'state', 'proof', 'policy', 'tamper', 'drill', 'command', 'interval'] as const;

/** Without its picture. */
export const momentSchema = z.object({
	/** Rises with every moment of one daemon; numbers of those that were given up are missing. */
	id: count,
	atMs: z.number().nonnegative(),
	/** `interval`: nothing happened, time passed. */
	kind: z.enum(momentKinds),
	/** Why it was kept, in words. */
	why: z.string(),
});

/** Which moment: so many from that one, or from now where there is none. */
export const momentQuerySchema = z.strictObject({
	from: count.nullable(),
	by: z.number().int().min(-10_000).max(10_000),
	/** Steps over those that time alone brought. */
	changes: z.boolean(),
	/** A moment that the asker has: the answer may then be what differs from it. */
	base: count.nullable(),
});

export const keptMomentSchema = z.object({
	moment: momentSchema,
	/** Its place among those that are kept, from 0, the oldest. */
	index: count,
	of: count,
	/** What the patch is to be applied to: a snapshot that the asker named, or nothing. */
	base: count.nullable(),
	/** Null where the two snapshots are the same. */
	patch: patchSchema.nullable(),
});

export type MomentView = z.infer<typeof momentSchema>;
export type MomentKind = MomentView['kind'];
export type MomentQuery = z.infer<typeof momentQuerySchema>;
export type KeptMoment = z.infer<typeof keptMomentSchema>;
