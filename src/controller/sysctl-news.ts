/** The sysctls the design stands on, as they were at the last reading: what somebody set otherwise goes into the journal. */
import type {Sysctl} from '../kernel/kernel.ts';
import type {InterfaceName} from '../net/interface-name.ts';
import type {Journal} from './journal.ts';

const leaves = ['rp_filter', 'src_valid_mark'] as const;

export function sysctlNews(sysctl: Pick<Sysctl, 'read'>, journal: Pick<Journal, 'write'>) {
	let known = new Map<string, string>();

	const read = (uplink: InterfaceName | null): Map<string, string> => {
		const keys = ['all', ...(uplink === null ? [] : [uplink])].flatMap(name => leaves.map(leaf => `net/ipv4/conf/${name}/${leaf}`));
		return new Map(keys.flatMap(key => {
			const value = sysctl.read(key);
			return value === null ? [] : [[key, value] as const];
		}));
	};

	return {
		/** Before anything is put right. */
		tell(uplink: InterfaceName | null): void {
			const now = read(uplink);
			for (const [key, value] of now) {
				const before = known.get(key);
				if (before !== undefined && before !== value) journal.write('network', 'warn', `Somebody set ${key.replaceAll('/', '.')} to ${value}; it was ${before}.`);
			}
			known = now;
		},
		/** What we wrote ourselves is no news. */
		settle(uplink: InterfaceName | null): void {
			known = read(uplink);
		},
	};
}
