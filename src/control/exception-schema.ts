/** What is open for a time, and how that is asked for. */
import {z} from 'zod';

const count = z.number().int().nonnegative();

export const exceptionSchema = z.object({
	id: count,
	protocol: z.enum(['tcp', 'udp', 'icmp', 'icmpv6']),
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

export const allowSchema = z.strictObject({
	do: z.literal('allow'),
	protocol: z.enum(['tcp', 'udp', 'icmp', 'icmpv6']),
	/** An address or a range, never a name. */
	range: z.string().min(1).max(64),
	/** The port connected to: theirs outbound, ours inbound. */
	port: z.number().int().min(1).max(65_535).nullable(),
	direction: z.enum(['out', 'in']),
	uid: z.number().int().min(0).max(4_294_967_294).nullable(),
	seconds: z.number().int().min(1).max(86_400),
	reason: z.string().trim().min(1).max(200),
	by: z.string().trim().min(1).max(64),
});
