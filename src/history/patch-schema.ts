/** Patches as they come from a file or over the socket; apart from what applies them, which the console needs without a validator. */
import {z} from 'zod';
import type {Patch} from './patch.ts';

const longestList = 100_000;
const count = z.number().int().min(0).max(longestList);

export const patchSchema: z.ZodType<Patch> = z.lazy(() => z.union([
	z.strictObject({o: z.record(z.string(), patchSchema), x: z.array(z.string()).exactOptional()}),
	z.strictObject({a: z.array(z.tuple([count, patchSchema])), n: count}),
	z.strictObject({q: z.array(z.unknown()), k: count}),
	z.strictObject({s: z.unknown()}),
]));
