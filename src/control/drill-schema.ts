/** A leak test, as it is shown. */
import {z} from 'zod';

const count = z.number().int().nonnegative();

/** One thing a leak test tried. */
export const drillProbeSchema = z.object({
	id: z.string(),
	/** What was sent, in words. */
	what: z.string(),
	/** What the policy says becomes of it, in words. */
	expected: z.string(),
	/** The rule that should decide; null where routing does, or nothing was to be expected. */
	rule: z.string().nullable(),
	/** What the kernel told the sender. */
	answer: z.string(),
	/** Links outside the tunnel on which it was seen. */
	seen: z.array(z.string()),
	verdict: z.enum(['held', 'leaked', 'inconclusive', 'not-possible']),
	/** Why the verdict is not `held`; empty otherwise. */
	why: z.string(),
});

export const drillSchema = z.object({
	/** `passed`: the witness could see, and saw nothing. */
	kind: z.enum(['passed', 'failed', 'inconclusive']),
	/** When it ended. */
	atMs: z.number().nonnegative(),
	durationMs: z.number().nonnegative(),
	/** Whether the tunnel was taken down on purpose. */
	full: z.boolean(),
	cause: z.enum(['operator', 'connected', 'schedule']),
	/** One sentence for a person. */
	detail: z.string(),
	/** One permitted frame on each link, before and after the probes: was it seen? */
	canaries: z.array(z.object({interface: z.string(), seen: z.boolean(), detail: z.string()})),
	/** Rules that should have refused or passed probes: how many they were, and what the rule counted meanwhile. */
	counters: z.array(z.object({rule: z.string(), probes: count, counted: count})),
	probes: z.array(drillProbeSchema),
});
