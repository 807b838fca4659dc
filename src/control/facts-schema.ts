/** What the kernel says at one moment of links, routes, connections and the like, as lines to be read. No keys, no secrets. */
import {z} from 'zod';

export const factsSchema = z.object({
	atMs: z.number(),
	sections: z.array(z.object({
		name: z.enum(['links', 'routes', 'routing-rules', 'hooks', 'tunnel', 'connections', 'sockets']),
		lines: z.array(z.string()),
		/** How many there were beyond these. */
		leftOut: z.number().int().nonnegative(),
		/** Why it could not be read; null when it was. */
		problem: z.string().nullable(),
	})),
});

export type Facts = z.infer<typeof factsSchema>;
export type FactsSection = Facts['sections'][number];
