/** What goes wrong at the kernel's door, as problems a person can act on. */
import type {Problem, ProblemCode} from '../problem.ts';
import {EPERM} from './ffi/errno.ts';
import type {NetlinkError} from './netlink/socket.ts';

export const problem = (code: ProblemCode, what: string, next: string, stillBlocking: Problem['stillBlocking'] = 'unknown'): Problem => ({
	code,
	severity: 'error',
	what,
	stillBlocking,
	next,
});

export const noPermission = (what: string): Problem =>
	problem('no-permission', `${what}: this process lacks the NET_ADMIN capability in its network namespace.`, 'Run as root, or start the container with `--cap-add NET_ADMIN`.');

export const noNft = (what: string): Problem =>
	problem('no-nft', what, 'Install nftables (`apt-get install nftables`, `apk add nftables`) and start vks again.');

export const rulesetRefused = (what: string): Problem =>
	problem('ruleset-refused', what, 'The transaction was refused as a whole: what stood before still stands. The message names the line; a kernel before 5.16 lacks the egress hook.');

/** A question to the kernel that failed: reading proves nothing, so it is never "fine". */
export function readFailed(what: string, error: NetlinkError): Problem {
	if (error.errno === EPERM) return noPermission(what);
	return problem('internal', `${what}: ${error.text}.`, 'Nothing was changed. If it persists, restart vks and report this message.');
}

export const TRANSACTION_DEADLINE_MS = 10_000;

export const nftHangs = (): Problem =>
	problem(
		'internal',
		`The kernel has not answered a ruleset transaction for ${TRANSACTION_DEADLINE_MS / 1000} seconds.`,
		'What stood before still stands. Look for a stuck nft process or kernel messages, then restart vks.',
	);
