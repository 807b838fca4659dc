/** Whether the tunnel is alive and since when it is the one it is, as a client is told. */
import {z} from 'zod';

const count = z.number().int().nonnegative();
const atMs = z.number().nonnegative();

/** What one source says of the tunnel. */
export const voteSchema = z.object({
	/**
	 * `handshake`: its age. `answers`: whether what was sent was answered. `probe`: pings and connections to VKS_HEALTH_TARGETS.
	 * `dns`: the question to the tunnel's resolver.
	 */
	source: z.enum(['handshake', 'answers', 'probe', 'dns']),
	/** `none`: it has nothing to say, for which `detail` has the reason. */
	verdict: z.enum(['good', 'suspect', 'bad', 'none']),
	/** Seconds since the handshake, since bytes came in, since a target answered; for `dns` milliseconds to the resolver and back; null when there is no such number. */
	value: z.number().nonnegative().nullable(),
	/** One sentence for a person. */
	detail: z.string(),
	/** The worst verdict of each five seconds, oldest first, at most 60: `g`, `s`, `b`, and `-` for none. */
	history: z.string().max(60),
});

export const rttSchema = z.object({
	/** Why nothing is asked; null where something is. */
	notAsked: z.string().nullable(),
	/** Between two questions; null where none is asked. */
	everyMs: count.nullable(),
	/** Milliseconds to the tunnel's resolver and back, oldest first, at most 60; null where no answer came. */
	history: z.array(z.number().nonnegative().nullable()),
});

/** Part of the tunnel. */
export const tunnelHealth = {
	votes: z.array(voteSchema),
	rtt: rttSchema,
	/** When the server's file, and with it the key, was last changed; the key itself may be older. Null where that is not known. */
	keyFileChangedAtMs: atMs.nullable(),
};

/** One tunnel in the place of another, or of itself. */
export const reconnectSchema = z.object({
	/** When the new one was verified. */
	atMs,
	from: z.string(),
	to: z.string(),
	/** Why the one before ended. */
	reason: z.string(),
	/** From then until the new one was verified. */
	tookMs: z.number().nonnegative(),
});

/** How often the tunnel was replaced or dialled again, why last, and the newest of them, oldest first, at most 20. */
export const reconnectsSchema = z.object({count, lastReason: z.string().nullable(), list: z.array(reconnectSchema)});

/** What is done about a tunnel that does not carry. */
export const healingSchema = z.object({
	/** The last rung that was taken; `wait`: a connection made anew would not last; `none`: nothing is wrong, or nothing was done yet. */
	rung: z.enum(['none', 're-key', 'reconnect', 'next-server', 'wait']),
	/** One sentence for a person; empty with `none`. */
	detail: z.string(),
	/** Whom the operator wants; null where that is nobody. */
	target: z.string().nullable(),
	/** Who is dialled or connected to in its stead. */
	standIn: z.string().nullable(),
}).default({rung: 'none', detail: '', target: null, standIn: null});

export type HealingView = z.infer<typeof healingSchema>;
export type VoteView = z.infer<typeof voteSchema>;
export type ReconnectView = z.infer<typeof reconnectSchema>;
