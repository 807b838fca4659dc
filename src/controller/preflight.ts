/** The sysctls without which no tunnel works, read as the kernel combines them. */
import type {Sysctl} from '../kernel/kernel.ts';
import type {InterfaceName} from '../net/interface-name.ts';
import type {Problem} from '../problem.ts';

type Reads = Pick<Sysctl, 'read'>;

/** The kernel takes the larger of `all` and the interface (ip-sysctl.rst). */
export const effective = (sysctl: Reads, leaf: 'rp_filter' | 'src_valid_mark', link: InterfaceName | null): number =>
	Math.max(0, ...['all', ...(link === null ? [] : [link])].map(name => Number(sysctl.read(`net/ipv4/conf/${name}/${leaf}`) ?? '0')));

/**
 * Strict (1) and loose (2) reverse-path filtering refuse the endpoint's answers unless the mark set in prerouting counts,
 * which needs src_valid_mark=1. What could not be written is named for the operator to set.
 */
export function preflight(sysctl: Reads, uplink: InterfaceName | null): readonly Problem[] {
	const filtering = effective(sysctl, 'rp_filter', uplink);
	if (filtering === 0 || effective(sysctl, 'src_valid_mark', uplink) >= 1) return [];
	return [{
		code: 'rp-filter',
		severity: 'error',
		what: `Reverse-path filtering is on (rp_filter=${filtering}) and net.ipv4.conf.all.src_valid_mark is 0 and cannot be written here, so the tunnel's answers would be dropped.`,
		stillBlocking: true,
		next: 'Start the container with --sysctl net.ipv4.conf.all.src_valid_mark=1.',
	}];
}
