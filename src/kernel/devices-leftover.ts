/** Removes what an earlier daemon left under a name: a link, an orphaned wireguard-go or openvpn, its socket. */
import {fail, ok, type Result} from '../result.ts';
import type {InterfaceName} from '../net/interface-name.ts';
import type {Problem} from '../problem.ts';
import type {DeviceDeps} from './devices-deps.ts';
import {deleteLink, readStanding} from './devices-link.ts';
import {problem} from './problems.ts';
import {getRequest} from './wireguard-uapi.ts';

export interface ProcessEntry {
	readonly pid: number;
	readonly argv: readonly string[];
}

// More than the socket's own deadline, so that a process that hangs is killed and then found gone.
const goneWithinMs = 3000;

export async function removeLeftovers(deps: DeviceDeps, name: InterfaceName): Promise<Result<void, Problem>> {
	const standing = await readStanding(deps.run, name);
	if (!standing.ok) return standing;
	if (standing.value === 'foreign') {
		return fail(problem('tunnel-failed', `${name} is an interface that is no tunnel, so vks does not remove it.`, 'Choose another name for the tunnel interface.', true));
	}
	// Before its link goes: while it closes, wireguard-go may leave a question unanswered until the deadline. Also where there
	// is no link, because OpenVPN has none while it waits to be let dial.
	await killServing(deps, name);
	if (standing.value === 'tunnel') {
		const deleted = await deleteLink(deps.run, name);
		if (!deleted.ok) return deleted;
	}
	return removeStaleSocket(deps, name);
}

/** After our own process ended: usually nothing is left, and what is left is nobody else's. */
export async function removeOwn(deps: DeviceDeps, name: InterfaceName): Promise<void> {
	const standing = await readStanding(deps.run, name);
	if (standing.ok && standing.value === 'tunnel') await deleteLink(deps.run, name);
	const answer = await deps.uapi(name, getRequest);
	if (!answer.ok && answer.error === 'nobody') await deps.removeSocket(name);
}

/**
 * The socket outlives a process that was killed. While somebody still answers, it is a wireguard-go of ours that is about to
 * end because its link is gone, or one that does not notice because its link was renamed; or one of another network
 * namespace, which must be left alone.
 */
async function removeStaleSocket(deps: DeviceDeps, name: InterfaceName): Promise<Result<void, Problem>> {
	const until = deps.now() + goneWithinMs;
	for (;;) {
		const answer = await deps.uapi(name, getRequest);
		if (!answer.ok && answer.error === 'nobody') {
			await deps.removeSocket(name);
			return ok(undefined);
		}
		if (deps.now() >= until) return fail(nameTaken(name));
		await killServing(deps, name);
		await deps.wait(10);
	}
}

async function killServing(deps: DeviceDeps, name: InterfaceName): Promise<void> {
	for (const {pid, argv} of await deps.processes()) if (servedBy(argv) === name) deps.kill(pid);
}

/** The link that `wireguard-go -f NAME` or `openvpn … --dev NAME …` is for. */
const servedBy = (argv: readonly string[]): string | undefined => (argv.includes('--dev') ? argv[argv.indexOf('--dev') + 1] : argv.at(-1));

const nameTaken = (name: InterfaceName): Problem =>
	problem(
		'tunnel-failed',
		`A WireGuard process outside this network namespace already serves the name ${name}.`,
		'Choose another name for the tunnel interface, or give each container a /run of its own.',
		true,
	);
