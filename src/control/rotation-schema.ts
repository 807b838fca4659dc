/** Which server is next, and when vks goes there by itself. */
import {z} from 'zod';

export const rotationSchema = z.object({
	/** Null where vks switches only when somebody asks. */
	everyMs: z.number().positive().nullable(),
	by: z.enum(['rank', 'random']),
	/** What `next` would switch to; null where no other can be used. */
	next: z.string().nullable(),
	/** When it goes there by itself; null while that is not known. Moves on while the machine sleeps. */
	atMs: z.number().nonnegative().nullable(),
	/** What it waits for although its time has come, in a few words. */
	waitsFor: z.string().max(100).nullable(),
});

export type RotationView = z.infer<typeof rotationSchema>;

/** Of a snapshot from before there was any. */
export const noRotation: RotationView = {everyMs: null, by: 'rank', next: null, atMs: null, waitsFor: null};
