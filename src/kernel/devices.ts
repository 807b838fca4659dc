/** Makes tunnel devices: WireGuard in the kernel where the kernel has it, in userspace where it has not; and OpenVPN. */
import type {Result} from '../result.ts';
import type {InterfaceName} from '../net/interface-name.ts';
import type {Problem} from '../problem.ts';
import {realDeps, type DeviceDeps} from './devices-deps.ts';
import {inspectTunnel} from './devices-inspect.ts';
import {removeLeftovers} from './devices-leftover.ts';
import type {Devices, TunnelDevice} from './kernel.ts';
import {startOpenvpn} from './openvpn.ts';
import {createUserspace} from './wireguard-go.ts';
import {createInKernel} from './wireguard-kernel.ts';

export function linuxDevices(replaced: Partial<DeviceDeps> = {}): Devices {
	const deps: DeviceDeps = {...realDeps, ...replaced};
	return {
		createWireguard: name => createWireguard(deps, name),
		inspect: (name, kind) => inspectTunnel(deps, name, kind),
		async startOpenvpn(name, start) {
			const clean = await removeLeftovers(deps, name);
			return clean.ok ? startOpenvpn(deps, name, start) : clean;
		},
		removeLeftover: name => removeLeftovers(deps, name),
	};
}

async function createWireguard(deps: DeviceDeps, name: InterfaceName): Promise<Result<TunnelDevice, Problem>> {
	const clean = await removeLeftovers(deps, name);
	if (!clean.ok) return clean;
	const inKernel = await createInKernel(deps, name);
	if (!inKernel.ok) return inKernel;
	return inKernel.value === 'unsupported' ? createUserspace(deps, name) : {ok: true, value: inKernel.value};
}
