/** What the bulk sender is told and what it says, one JSON value a line. */
import {z} from 'zod';

export const directions = ['down', 'up'] as const;
export type Direction = (typeof directions)[number];

export const bulkOrderSchema = z.discriminatedUnion('order', [
	/** Sends or takes whatever is wanted, to its end. */
	z.object({order: z.literal('serve'), port: z.number()}),
	/** Moves as much as goes over one connection, until it is told to stop. */
	z.object({order: z.literal('move'), host: z.string(), port: z.number(), direction: z.enum(directions)}),
	/** How much that was so far. */
	z.object({order: z.literal('count')}),
	z.object({order: z.literal('stop')}),
]);
export type BulkOrder = z.infer<typeof bulkOrderSchema>;

export const countedSchema = z.object({bytes: z.number(), atMs: z.number()});
