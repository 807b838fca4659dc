/** How old the key of a server is, as far as that can be known. */
import {z} from 'zod';

const atMs = z.number();

export const keySchema = z.object({
	/** There since then at the latest; it may be older. Of a certificate: valid from. */
	sinceMs: atMs,
	/** `seen`: when vks first had it. `file`: its file has not changed since. `certificate`: it says so itself. */
	how: z.enum(['seen', 'file', 'certificate']),
	/** When the certificate ends; null for what never does by itself. */
	untilMs: atMs.nullable(),
});

export type KeyView = z.infer<typeof keySchema>;
