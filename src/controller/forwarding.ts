/** Whether the kernel forwards at all, which `VKS_GATEWAY` needs. Switched on only by us, and only where it is wanted. */
import type {Config} from '../config/config.ts';
import {cidrFamily} from '../net/cidr.ts';
import type {Sysctl} from '../kernel/kernel.ts';
import type {Problem} from '../problem.ts';

const keys = {4: 'net/ipv4/ip_forward', 6: 'net/ipv6/conf/all/forwarding'} as const;

/** Call it only while the policy stands: a kernel that forwards without one leaks what it forwards. */
export function forwardingProblem(sysctl: Sysctl, {gateway}: Pick<Config, 'gateway'>): Problem | null {
	const families = [...new Set(gateway.map(({range}) => cidrFamily(range)))].sort();
	const missing = families.map(family => keys[family]).filter(key => sysctl.read(key) !== '1' && !(sysctl.write(key, '1') && sysctl.read(key) === '1'));
	if (missing.length === 0) return null;
	const names = missing.map(key => key.replaceAll('/', '.'));
	return {
		code: 'sysctl',
		severity: 'error',
		what: `Hosts of VKS_GATEWAY get no answer: ${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'} 0 and cannot be written here.`,
		stillBlocking: true,
		next: `Start the container with ${names.map(name => `--sysctl ${name}=1`).join(' ')}.`,
	};
}
