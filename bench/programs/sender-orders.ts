/** What the sender is told and what it says, one JSON value a line. Times are of the monotonic clock every process shares. */
import {z} from 'zod';

export const orderSchema = z.object({
	order: z.enum(['until-accepted', 'until-refused', 'window']),
	to: z.array(z.object({address: z.string(), port: z.number()})),
	maxMs: z.number().max(30_000),
});
export type Order = z.infer<typeof orderSchema>;

export const answerSchema = z.discriminatedUnion('event', [
	z.object({event: z.literal('ready')}),
	z.object({event: z.literal('sending')}),
	z.object({event: z.literal('accepted')}),
	z.object({event: z.literal('timeout')}),
	/** One moment for each target, in their order. */
	z.object({event: z.literal('refused'), moments: z.array(z.object({atNs: z.string(), errno: z.number()})), sent: z.number()}),
	/** What was refused went through, and then no longer. */
	z.object({event: z.literal('window'), openedNs: z.string(), closedNs: z.string(), accepted: z.number()}),
]);
export type Answer = z.infer<typeof answerSchema>;
