/** The link of a tunnel device, through `ip`: found, given addresses, removed. */
import {isIpv6} from '../net/address.ts';
import {fail, ok, type Result} from '../result.ts';
import type {InterfaceName} from '../net/interface-name.ts';
import type {Problem} from '../problem.ts';
import type {Run, RunOutcome} from './devices-run.ts';
import type {LinkAddress} from './kernel.ts';
import {noPermission, problem} from './problems.ts';

/** What stands under a name: nothing, a tunnel device, or something that vks must not remove. */
export type Standing = 'nothing' | 'tunnel' | 'foreign';

export async function readStanding(run: Run, name: InterfaceName): Promise<Result<Standing, Problem>> {
	const shown = await run(['ip', '-j', '-d', 'link', 'show', 'dev', name]);
	if (shown.code === 0) return ok(['wireguard', 'tun'].includes(parseLinkKind(shown.output) ?? '') ? 'tunnel' : 'foreign');
	return shown.error.includes('does not exist') ? ok('nothing') : fail(commandProblem(`The link ${name} cannot be read`, shown));
}

/** IFLA_INFO_KIND in `ip -j -d link`; null for a plain device, and for anything that is not such a listing. */
export function parseLinkKind(json: string): string | null {
	try {
		const [link] = JSON.parse(json) as readonly {readonly linkinfo?: {readonly info_kind?: unknown}}[];
		const kind = link?.linkinfo?.info_kind;
		return typeof kind === 'string' ? kind : null;
	} catch {
		return null;
	}
}

export async function deleteLink(run: Run, name: InterfaceName): Promise<Result<void, Problem>> {
	const deleted = await run(['ip', 'link', 'del', 'dev', name]);
	return deleted.code === 0 || deleted.error.includes('Cannot find device') ? ok(undefined) : fail(commandProblem(`The link ${name} cannot be removed`, deleted));
}

export interface Setup {
	readonly name: InterfaceName;
	readonly addresses: readonly LinkAddress[];
	readonly mtu: number;
	/** False when the namespace has no IPv6, or has it switched off: the kernel would refuse the addresses. */
	readonly ipv6: boolean;
}

/** One batch, one process. */
export async function setUpLink(run: Run, setup: Setup): Promise<Result<void, Problem>> {
	const done = await run(['ip', '-batch', '-'], {text: renderSetup(setup), as: 'pipe'});
	return done.code === 0 ? ok(undefined) : fail(commandProblem(`The link ${setup.name} cannot be brought up`, done));
}

export function renderSetup({name, addresses, mtu, ipv6}: Setup): string {
	const usable = addresses.filter(({address}) => ipv6 || !isIpv6(address));
	return [
		// Without it the kernel gives a tun a link-local address of its own, and speaks from it into the tunnel.
		...(ipv6 ? [`link set dev ${name} addrgenmode none`] : []),
		// No prefix routes: two tunnels with one inner network would fight, and a wide prefix in a file would take the LAN.
		// No duplicate detection: nobody answers it in a tunnel, and the address would be unusable for a second.
		...usable.map(({address, prefixLength}) => `address replace ${address}/${prefixLength} dev ${name}${isIpv6(address) ? ' nodad' : ''} noprefixroute`),
		`link set dev ${name} mtu ${mtu} up`,
		'',
	].join('\n');
}

/** `next` is for failures that are not about permission. */
export function commandProblem(what: string, {error, missing}: RunOutcome, next = 'The reason given is the kernel\'s own. vks tries again by itself.'): Problem {
	if (missing) return problem('tunnel-failed', `${what}: there is no program \`ip\`.`, 'Install it: `apt-get install iproute2`.');
	if (/Operation not permitted|Permission denied/.test(error)) return noPermission(what);
	const why = error.split('\n').find(line => line.trim() !== '')?.trim() ?? 'it did not finish';
	return problem('tunnel-failed', `${what}: ${why.slice(0, 200).replace(/\.$/, '')}.`, next);
}
