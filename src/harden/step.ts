/** What is done to a host, and what takes it back: kept on the disk, so that another process can. Pure. */
import {z} from 'zod';

const text = z.string().min(1);
const editSchema = z.discriminatedUnion('do', [
	z.strictObject({do: z.literal('fill'), chain: text, rules: z.array(text).readonly()}),
	z.strictObject({do: z.literal('remove'), chain: text}),
	z.strictObject({do: z.literal('insert'), chain: text, at: z.number().int().min(1), rule: text}),
	z.strictObject({do: z.literal('append'), chain: text, rule: text}),
	z.strictObject({do: z.literal('delete'), chain: text, rule: text}),
]);

export const stepSchema = z.discriminatedUnion('kind', [
	/** Table filter of one family and backend. `leavesNone`: there was no such table. */
	z.strictObject({kind: z.literal('packets'), family: z.union([z.literal(4), z.literal(6)]), backend: z.enum(['legacy', 'nft']), edits: z.array(editSchema).readonly(), leavesNone: z.boolean()}),
	/** `table inet vks_host` as a whole; null where there is to be none. */
	z.strictObject({kind: z.literal('table'), is: text.nullable(), becomes: text.nullable()}),
	/** Pieces of a text file, by offset. The rest of it is not kept: it may hold secrets. */
	z.strictObject({
		kind: z.literal('file'), path: z.string().startsWith('/'), is: z.string().length(64), becomes: z.string().length(64),
		pieces: z.array(z.strictObject({at: z.number().int().min(0), old: z.string(), new: z.string()})).readonly(),
	}),
]);
export type Step = z.infer<typeof stepSchema>;
export type PacketStep = Extract<Step, {kind: 'packets'}>;
export type TableStep = Extract<Step, {kind: 'table'}>;
export type FileStep = Extract<Step, {kind: 'file'}>;
