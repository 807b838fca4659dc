/** What `vks harden --json` prints. `version` rises when a field is removed or changes its meaning; new fields may come at any time. */
import {z} from 'zod';

const words = z.array(z.string()).readonly();
export const planSchema = z.strictObject({
	version: z.literal(1),
	choices: z.strictObject({letIn: words, open: words, close: words, outbound: words.nullable(), sessions: z.array(z.strictObject({from: z.string(), port: z.number()})).readonly()}),
	/** Empty where nothing is to be done. */
	changes: z.array(z.strictObject({
		where: z.string(),
		/** The audit's findings, by their names in docs/audit.md. */
		closes: z.array(z.strictObject({id: z.string(), what: z.string()})).readonly(),
		/** The lines of a unified diff. */
		diff: words,
		/** What is left to do by hand, or empty. */
		then: z.string(),
	})).readonly(),
	left: z.array(z.strictObject({what: z.string(), why: z.string()})).readonly(),
	notLooked: z.array(z.strictObject({what: z.string(), why: z.string()})).readonly(),
});
export type PlanJson = z.infer<typeof planSchema>;

/** After `--apply`, a line of its own for each. */
export const outcomeSchema = z.strictObject({version: z.literal(1), outcome: z.enum(['applied', 'confirmed', 'reverted', 'undone', 'nothing']), withinMs: z.number().int().positive().nullable()});
export type OutcomeJson = z.infer<typeof outcomeSchema>;
