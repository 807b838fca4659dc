/**
 * What `vks audit --json` prints. `version` rises when a field is removed or changes its meaning; new fields may come at
 * any time.
 */
import {z} from 'zod';
import {severities} from './finding.ts';

const command = z.array(z.string()).min(1).readonly();

export const reportSchema = z.strictObject({
	version: z.literal(1),
	/** The worst of all findings, those that `--severity` leaves out among them; null where there is none. Exit code 1 is `high`. */
	worst: z.enum(severities).nullable(),
	/** The worst first. */
	findings: z.array(z.strictObject({
		/** Stable; docs/audit.md lists them. */
		id: z.string(),
		severity: z.enum(severities),
		what: z.string(),
		/** The very line, port, key or rule. The value of a secret is never in it. */
		proof: z.string(),
		risk: z.string(),
		fix: z.string(),
		/** The fix as arguments to run as root on the host, in order; empty where a file must be edited. */
		commands: z.array(command).readonly(),
		/** What takes those back, in order. */
		undo: z.array(command).readonly(),
	})).readonly(),
	looked: z.array(z.string()).readonly(),
	/** What was not looked at, and why: nothing is said of it. */
	notLooked: z.array(z.strictObject({what: z.string(), why: z.string()})).readonly(),
});
export type ReportJson = z.infer<typeof reportSchema>;
