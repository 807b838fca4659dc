/** What is open for a time, and how that is asked for. */
import {z} from 'zod';
import {longestExceptionOwner, longestExceptionReason, longestExceptionSeconds} from './exception-limits.ts';

const count = z.number().int().nonnegative();
const protocol = z.enum(['tcp', 'udp', 'icmp', 'icmpv6']);

export const exceptionSchema = z.object({
	id: count,
	protocol,
	range: z.string(),
	port: count.nullable(),
	direction: z.enum(['out', 'in']),
	uid: count.nullable(),
	by: z.string(),
	reason: z.string(),
	/** What it opens, in words. */
	text: z.string(),
	/** False in lockdown, where its time runs on. */
	open: z.boolean(),
	grantedForMs: count,
	/** By the wall clock of this snapshot; the kernel counts by its own. */
	endsAtMs: z.number().nonnegative(),
	packets: count,
});

/** As it comes over the socket, and as it is kept in the state folder. */
export const exceptionTextSchema = z.strictObject({
	protocol,
	/** An address or a range, never a name. */
	range: z.string().min(1).max(64),
	/** The port connected to: theirs outbound, ours inbound. */
	port: z.number().int().min(1).max(65_535).nullable(),
	direction: z.enum(['out', 'in']),
	uid: z.number().int().min(0).max(4_294_967_294).nullable(),
	seconds: z.number().int().min(1).max(longestExceptionSeconds),
	reason: z.string().trim().min(1).max(longestExceptionReason),
	/** Who asks, by their own word. */
	by: z.string().trim().min(1).max(longestExceptionOwner),
});

export type ExceptionText = z.infer<typeof exceptionTextSchema>;

export const allowSchema = exceptionTextSchema.extend({do: z.literal('allow')});
