/** What an audit says: what is open, by what it is known, what that means, and what exactly closes it. */

export const severities = ['high', 'medium', 'low'] as const;
export type Severity = (typeof severities)[number];

export interface Finding {
	readonly id: string;
	/** `high`: others get in, or become root here. `medium`: a wall less than there seems to be. `low`: good practice. */
	readonly severity: Severity;
	readonly what: string;
	/** The very line, port, key or rule. No value of a secret is in it. */
	readonly proof: string;
	/** One sentence. */
	readonly risk: string;
	/** A line for the compose file, or a command. */
	readonly fix: string;
	/** The same as arguments to run on the host as root, in this order; empty where a file must be edited. */
	readonly commands: readonly Command[];
	/** What takes those back. */
	readonly undo: readonly Command[];
}

export type Command = readonly string[];

/** A finding that commands cannot mend. */
export const finding = (found: Omit<Finding, 'commands' | 'undo'> & Partial<Pick<Finding, 'commands' | 'undo'>>): Finding => ({commands: [], undo: [], ...found});

export interface NotLooked {
	readonly what: string;
	readonly why: string;
}

export interface Report {
	/** What was looked at, each as a person would call it. */
	readonly looked: readonly string[];
	readonly notLooked: readonly NotLooked[];
	/** The worst first. */
	readonly findings: readonly Finding[];
}

export function reportOf({looked, notLooked, findings}: Report): Report {
	const once = findings.filter(({id, what, proof}, index) => findings.findIndex(each => each.id === id && each.what === what && each.proof === proof) === index);
	return {looked, notLooked, findings: once.toSorted((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity))};
}

export const atLeast = (severity: Severity, least: Severity): boolean => severities.indexOf(severity) <= severities.indexOf(least);

/** `2 high, 1 low`. */
export function countsOf(findings: readonly Pick<Finding, 'severity'>[]): string {
	const counts = severities.flatMap(severity => {
		const count = findings.filter(each => each.severity === severity).length;
		return count === 0 ? [] : [`${count} ${severity}`];
	});
	return counts.length === 0 ? 'nothing found' : counts.join(', ');
}
