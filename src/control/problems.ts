/** The problems both ends of the control socket report. */
import {errorCode} from '../error-code.ts';
import type {Problem, ProblemCode} from '../problem.ts';

/** What happens on the socket says nothing about the policy, which the kernel holds either way. */
const about = (code: ProblemCode, what: string, next: string): Problem => ({code, severity: 'error', what, stillBlocking: 'unknown', next});

export const badRequest = (what: string): Problem =>
	about('bad-request', what, 'Send one JSON object per line, as src/control/schema.ts describes it. Nothing was changed.');

export const readOnlySocket = (): Problem =>
	about('no-permission', 'This socket is read-only: it takes no commands.', 'Use control.sock, as the user the daemon runs as.');

export const tooManyClients = (limit: number): Problem =>
	about('busy', `The control socket already has ${limit} clients.`, 'Close a console or another client, then try again.');

export const tooManyCommands = (limit: number): Problem =>
	about('busy', `This client already has ${limit} commands under way.`, 'Wait for their outcomes. A lockdown is still taken.');

export const internalProblem = (what: string, error: unknown): Problem =>
	about('internal', `${what}: ${reasonOf(error)}`, 'This is a bug in vks: report it with the journal. The policy in the kernel is untouched.');

export const alreadyRunning = (path: string, pid: number | null): Problem =>
	about(
		'already-running',
		pid === null ? `A daemon already answers at ${path}.` : `A daemon (pid ${pid}) already answers at ${path}.`,
		'Use that one (`vks status`), stop it first, or give this one another run folder.',
	);

export const socketTaken = (path: string, why: string): Problem =>
	about('socket-busy', `The control socket ${path} cannot be made: ${why}.`, `See what holds it with \`ls -ld ${path}\`, and remove or move it.`);

export const folderRefused = (folder: string, why: string): Problem =>
	about('no-permission', `The run folder ${folder} cannot be used: ${why}.`, `Run \`chown $(id -u) ${folder} && chmod 700 ${folder}\`, or choose another run folder.`);

export const noDaemon = (path: string, why: string): Problem => about('no-daemon', `No daemon answers at ${path}: ${why}.`, 'Start it with `vks run`.');

export const notAllowed = (path: string): Problem =>
	about('no-permission', `This user may not open ${path}.`, 'Run it as the user the daemon runs as (root, as a rule).');

export const noAnswer = (path: string, deadlineMs: number): Problem =>
	about('busy', `The daemon at ${path} did not answer within ${deadlineMs} ms.`, 'Try again; if it stays so, read the daemon\'s log and restart it. The policy in the kernel stays meanwhile.');

const stopWhatSends = 'Without it: stop the applications, or `docker stop -t 0 NAME`, which takes the container\'s links away';
/** A frozen daemon changes nothing in the kernel: neither what it refuses nor what it lets pass. */
const withoutDaemon = `${stopWhatSends}; elsewhere end the daemon with SIGKILL and start it again with \`vks run\`, which begins closed.`;

export const notLockedDown = (path: string): Problem =>
	about('busy', `Not locked down: the daemon at ${path} does not answer. What it let pass goes on passing.`, `${withoutDaemon} The order was not sent: give it again when the daemon answers.`);

/** There is nobody to give the order to. What the last daemon let pass, its rules in the kernel still do. */
export const nobodyToLockDown = ({what}: Problem): Problem =>
	about('no-daemon', `Not locked down: ${what.charAt(0).toLowerCase()}${what.slice(1)} What the last daemon let pass goes on passing.`, `Start one with \`vks run\`, which begins closed, and give the order again. ${stopWhatSends}.`);

/** What was written to its socket it reads when it wakes, also when the client is gone. */
export const lockdownUnanswered = (path: string): Problem =>
	about('busy', `Not known to be locked down: the daemon at ${path} does not answer. What it let pass goes on passing until it does.`, `The order was sent, and is carried out when the daemon reads it. ${withoutDaemon}`);

export const connectionLost = (path: string): Problem =>
	about('no-daemon', `The daemon at ${path} closed the connection.`, 'See with `vks status` whether it still runs; start it with `vks run`.');

export const otherProtocol = (theirs: string, ours: number): Problem =>
	about('bad-request', `The daemon speaks another protocol (${theirs}; this client speaks ${ours}).`, 'Use the `vks` that belongs to the running daemon.');

export function reasonOf(error: unknown): string {
	const code = errorCode(error);
	if (code !== null) return code;
	return error instanceof Error ? error.message : String(error);
}

/** What an error on the way to the socket says; null for those that only say that the other side closed. */
export function socketProblem(path: string, error: Error): Problem | null {
	const code = errorCode(error);
	switch (code) {
		case 'EPIPE':
		case 'ECONNRESET':
			return null;
		case 'ENOENT':
			return noDaemon(path, 'there is no such socket');
		case 'ECONNREFUSED':
			return noDaemon(path, 'the socket is left from one that was killed');
		case 'EACCES':
		case 'EPERM':
			return notAllowed(path);
		default:
			return noDaemon(path, reasonOf(error));
	}
}
