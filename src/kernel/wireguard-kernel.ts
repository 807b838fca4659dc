/** WireGuard in the kernel: the link through `ip`, its settings through `wg`. */
import {fail, ok, type Result} from '../result.ts';
import type {InterfaceName} from '../net/interface-name.ts';
import type {Problem} from '../problem.ts';
import type {DeviceDeps} from './devices-deps.ts';
import {commandProblem, deleteLink, setUpLink} from './devices-link.ts';
import type {TunnelDevice, WireguardFacts} from './kernel.ts';
import {parseWgDump} from './parse-wg-dump.ts';
import {renderWgConf} from './wireguard-setconf.ts';
import {noWg, tunnelFailed} from './device-problems.ts';

/** `unsupported` when this kernel has no WireGuard, which is no failure yet. */
export async function createInKernel(deps: DeviceDeps, name: InterfaceName): Promise<Result<TunnelDevice | 'unsupported', Problem>> {
	const added = await deps.run(['ip', 'link', 'add', 'dev', name, 'type', 'wireguard']);
	if (added.code === 0) return ok(kernelDevice(deps, name));
	// rtnetlink's two ways to say that there is no such type; without NET_ADMIN it says neither, but EPERM.
	if (/Unknown device type|Operation not supported/.test(added.error)) return ok('unsupported');
	return fail(commandProblem(`The WireGuard link ${name} cannot be made`, added));
}

export function kernelDevice(deps: DeviceDeps, name: InterfaceName): TunnelDevice {
	const removal: {promise: Promise<void> | null} = {promise: null};
	return {
		interface: name,
		implementation: 'kernel',
		configure: async settings => {
			// Not `wg set`, which takes keys from files only, nor a named file, which a crash would leave behind.
			const done = await deps.run(['wg', 'setconf', name, '/dev/stdin'], {text: renderWgConf(settings), as: 'file'});
			if (done.code === 0) return ok(undefined);
			// What wg says is not passed on: it quotes the line it could not read.
			return fail(done.missing ? noWg() : tunnelFailed(`wg refused the settings for ${name}.`, 'Check the server\'s file: keys, endpoint and AllowedIPs.'));
		},
		bringUp: async (addresses, mtu) => setUpLink(deps.run, {name, addresses, mtu, ipv6: await deps.ipv6(name)}),
		facts: async (): Promise<Result<WireguardFacts, Problem>> => {
			const dump = await deps.run(['wg', 'show', name, 'dump']);
			if (dump.missing) return fail(noWg());
			const facts = dump.code === 0 ? parseWgDump(dump.output, deps.now()) : null;
			return facts === null ? fail(tunnelFailed(`The WireGuard link ${name} cannot be read.`)) : ok(facts);
		},
		remove: () => (removal.promise ??= deleteLink(deps.run, name).then(() => undefined)),
		// There is no process: a link that goes is a network event.
		onExit: () => undefined,
	};
}
