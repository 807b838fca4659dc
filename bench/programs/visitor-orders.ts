/** What the visitor is told and what it says, one JSON value a line. */
import {z} from 'zod';

const count = z.number().int().positive();

export const visitorOrderSchema = z.discriminatedUnion('order', [
	/** TLS connections one after another, each from its first packet to the whole answer. */
	z.object({order: z.literal('visit'), host: z.string(), port: z.number(), name: z.string(), count}),
	/** Asks until there is an answer. */
	z.object({order: z.literal('until-answered'), resolver: z.string(), name: z.string(), maxMs: count}),
	/** Look-ups one after another. */
	z.object({order: z.literal('ask'), resolver: z.string(), name: z.string(), count}),
	/** Bytes over one connection that begins as TLS with that name does, for so long. */
	z.object({order: z.literal('fetch'), host: z.string(), port: z.number(), name: z.string(), warmUpMs: count, ms: count}),
]);
export type VisitorOrder = z.infer<typeof visitorOrderSchema>;

/** Milliseconds of each, or megabytes a second. */
export const visitedSchema = z.object({values: z.array(z.number())});
