/** What an exception would open, before it is granted. */
import {z} from 'zod';
import {exceptionTextSchema} from './exception-schema.ts';

/** The rules do not depend on why, and on whose word. */
export const previewWishSchema = exceptionTextSchema.omit({reason: true, by: true});

export const previewSchema = z.object({
	/** Why it would not be granted; null when it would. */
	refused: z.object({what: z.string(), next: z.string()}).nullable(),
	/** What it opens, in words; empty when refused. */
	text: z.string(),
	/** The rules that would be added, in evaluation order, with the number that the exception would get. */
	rules: z.array(z.object({table: z.enum(['inet', 'netdev']), chain: z.string(), text: z.string()})),
	/** What else is worth knowing before: that it passes already, or that it would be refused even so. */
	notes: z.array(z.string()),
});

export type PreviewWish = z.infer<typeof previewWishSchema>;
export type Preview = z.infer<typeof previewSchema>;
