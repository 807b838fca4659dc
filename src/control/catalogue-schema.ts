/** The list of servers that a provider gave, and how old it is. */
import {z} from 'zod';

export const catalogueSchema = z.object({
	/** Who was asked. */
	host: z.string(),
	/** Unix milliseconds, also where the list was kept from before; null before the first. */
	readAtMs: z.number().nonnegative().nullable(),
	/** Entries of the last answer that could not be used. */
	skipped: z.number().int().nonnegative(),
});

export type CatalogueView = z.infer<typeof catalogueSchema>;
