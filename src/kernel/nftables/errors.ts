/** nft's error text to a problem. PURE. */
import type {Problem} from '../../problem.ts';
import {fail, ok, type Result} from '../../result.ts';
import {noPermission, problem, rulesetRefused} from '../problems.ts';

/** The first line says what is wrong; the lines below quote the script, which may name addresses but never a secret. */
export function firstLine(error: string): string {
	const line = error.split('\n').find(text => text.trim() !== '') ?? 'nft gave no reason';
	return line.replace(/^(?:.*?:\d+:\d+(?:-\d+)?: )?(?:netlink: )?Error: /, '').trim();
}

/** The line of the script that nft points at; rules hold no secrets. */
function quoted(error: string): string {
	const [, script = ''] = error.split('\n');
	return script.trim() === '' ? '' : ` in "${script.trim().slice(0, 160)}"`;
}

export const isMissing = (error: string): boolean => firstLine(error).includes('No such file or directory');

export function nftProblem(error: string): Problem {
	const line = firstLine(error);
	if (/cache initialization failed: Operation not permitted|you must be root/.test(error)) return noPermission(`nft refused: ${line}`);
	if (line.includes('Operation not permitted')) {
		return problem(
			'table-held',
			`The kernel refused the transaction (${line}): a table in it is owned by another process.`,
			'Stop the other process that owns the table in this network namespace; then restart.',
		);
	}
	return rulesetRefused(`nft refused the ruleset: ${line}${quoted(error)}.`);
}

/** The JSON of `nft -j list`, not interpreted. */
export function parseListing(output: string): Result<unknown, Problem> {
	try {
		return ok(JSON.parse(output) as unknown);
	} catch {
		return fail(problem('internal', 'nft listed a table as text that is no JSON.', 'Check that nft was built with JSON support (`nft -V`).'));
	}
}
