/** The sysctls the design stands on, read as the kernel combines them, written where that is allowed. */
import type {Sysctl} from '../kernel/kernel.ts';
import type {InterfaceName} from '../net/interface-name.ts';
import type {Problem} from '../problem.ts';

/**
 * Strict (1) and loose (2) reverse-path filtering refuse the endpoint's answers unless the mark set in prerouting counts,
 * which needs src_valid_mark=1. The kernel takes the larger of `all` and the interface (ip-sysctl.rst). Docker mounts
 * /proc/sys read-only, so what cannot be written is named for the operator to set.
 */
export function preflight(sysctl: Sysctl, uplink: InterfaceName | null): readonly Problem[] {
	const names = ['all', ...(uplink === null ? [] : [uplink])];
	const effective = (leaf: string): number => Math.max(0, ...names.map(name => Number(sysctl.read(`net/ipv4/conf/${name}/${leaf}`) ?? '0')));
	if (effective('src_valid_mark') >= 1) return [];
	if (sysctl.write('net/ipv4/conf/all/src_valid_mark', '1') && effective('src_valid_mark') >= 1) return [];
	const filtering = effective('rp_filter');
	if (filtering === 0) return [];
	return [{
		code: 'rp-filter',
		severity: 'error',
		what: `Reverse-path filtering is on (rp_filter=${filtering}) and net.ipv4.conf.all.src_valid_mark is 0 and cannot be written here, so the tunnel's answers would be dropped.`,
		stillBlocking: true,
		next: 'Start the container with --sysctl net.ipv4.conf.all.src_valid_mark=1.',
	}];
}
