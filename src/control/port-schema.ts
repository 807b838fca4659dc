/** The port that the provider forwards. */
import {z} from 'zod';

const atMs = z.number().nonnegative();
const why = z.string().max(300);

export const forwardedPortSchema = z.discriminatedUnion('kind', [
	z.object({kind: z.literal('off')}),
	/** There is no verified tunnel to ask through. */
	z.object({kind: z.literal('waiting')}),
	z.object({kind: z.literal('asking')}),
	/** For TCP and UDP; until it is asked for again, or its time is over. `trouble` is why the last question for it came to nothing. */
	z.object({kind: z.literal('open'), port: z.number().int().min(1).max(65_535), sinceMs: atMs, endsAtMs: atMs, trouble: why.nullable()}),
	/** And when it is asked again. */
	z.object({kind: z.literal('refused'), cause: why, retryAtMs: atMs}),
]);

export type ForwardedPortView = z.infer<typeof forwardedPortSchema>;
