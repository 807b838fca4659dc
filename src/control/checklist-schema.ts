/** What was looked at, when, and what came of it: marked by a person, or by what vks did itself. */
import {z} from 'zod';

/** One line, short enough for a table. */
const detail = z.string().max(200).refine(text => !/[\x00-\x1F\x7F]/.test(text), 'control characters');
const result = z.enum(['passed', 'failed', 'done']);

export const checkedViewSchema = z.object({
	/** As `vks checklist` names it. */
	id: z.string().min(1).max(40),
	atMs: z.number().nonnegative(),
	/** `done`: by somebody's word. */
	result,
	detail: z.string().max(300),
});
export type CheckedView = z.infer<typeof checkedViewSchema>;

export const checkedSchema = z.strictObject({do: z.literal('checked'), item: z.string().min(1).max(40), result, detail});
