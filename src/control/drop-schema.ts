/** One refused packet, as it crosses the control socket. */
import {z} from 'zod';
import {namedSchema} from './egress-schema.ts';

const count = z.number().int().nonnegative();

/** What could be known of the sender when the record arrived; what is absent was not known. */
const ownerSchema = z.object({
	/** What the `/etc/passwd` that vks sees calls the uid. */
	user: z.string().optional(),
	/** The process that had the socket open: its short name, never its arguments. */
	process: z.string().optional(),
	pid: count.optional(),
	container: z.string().optional(),
});

export const dropRecordSchema = z.object({
	atMs: z.number().nonnegative(),
	ruleId: z.string(),
	direction: z.enum(['in', 'out', 'forward']),
	inInterface: z.string().nullable(),
	outInterface: z.string().nullable(),
	source: z.string(),
	destination: z.string(),
	protocol: z.enum(['tcp', 'udp', 'icmp', 'icmpv6', 'other']),
	sourcePort: count.nullable(),
	destinationPort: count.nullable(),
	icmpType: count.nullable(),
	uid: count.nullable(),
	gid: count.nullable(),
	mark: count.optional(),
	/** Of a frame that is neither IP nor ARP. */
	etherType: count.optional(),
	length: count,
	/** Sent by a leak test of vks itself. */
	drill: z.literal(true).optional(),
	owner: ownerSchema.optional(),
	/** No packet, but a look-up or a connection that was refused for its name, which is its destination. */
	named: namedSchema.optional(),
});

export type DropOwner = z.infer<typeof ownerSchema>;
export type DropView = z.infer<typeof dropRecordSchema>;
