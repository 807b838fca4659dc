/** Why there is no tunnel device. None of these changed what is refused: the policy stands before a tunnel is tried. */
import type {Problem} from '../problem.ts';
import {problem} from './problems.ts';

export const noWireguard = (): Problem =>
	problem('no-wireguard', 'The kernel has no WireGuard, and there is no program wireguard-go.', 'Install it: `apt-get install wireguard-go wireguard-tools`, or load the kernel module on the host: `modprobe wireguard`.', true);

export const noWg = (): Problem =>
	problem('no-wireguard', 'The kernel has WireGuard, but there is no program wg to configure it.', 'Install it: `apt-get install wireguard-tools`.', true);

export const noOpenvpn = (): Problem => problem('no-openvpn', 'There is no program openvpn.', 'Install OpenVPN 2.5 or newer: `apt-get install openvpn`, `apk add openvpn`.', true);

export const noTunForOpenvpn = (why: 'missing' | 'refused'): Problem =>
	problem('no-tun', `OpenVPN needs /dev/net/tun, which ${why === 'missing' ? 'does not exist here' : 'may not be opened here'}.`, 'Start the container with `--device /dev/net/tun`.', true);

export const noTun = (why: 'missing' | 'refused'): Problem =>
	problem(
		'no-tun',
		why === 'missing' ? 'The kernel has no WireGuard, and wireguard-go needs /dev/net/tun, which does not exist here.' : 'The kernel has no WireGuard, and wireguard-go needs /dev/net/tun, which may not be opened here.',
		'Start the container with `--device /dev/net/tun`, or load the kernel module on the host: `modprobe wireguard`.',
		true,
	);

export const tunnelFailed = (what: string, next = 'vks tries again by itself. If it persists, restart vks and report this message.'): Problem => problem('tunnel-failed', what, next, true);
