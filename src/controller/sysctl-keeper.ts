/**
 * The sysctls that reverse-path filtering and the links need: written where that is allowed, put back when somebody sets them
 * otherwise, and read back each time. Docker mounts /proc/sys read-only; then they are read and named.
 */
import type {Sysctl} from '../kernel/kernel.ts';
import type {InterfaceName} from '../net/interface-name.ts';
import type {Uplink, UplinkChoice} from '../policy/uplink.ts';
import type {Problem} from '../problem.ts';
import type {Journal} from './journal.ts';
import {effective, preflight} from './preflight.ts';
import {wantedSysctls, type WantedSysctl} from './wanted-sysctls.ts';

export interface SysctlReading {
	/** Without these no tunnel works. */
	readonly problems: readonly Problem[];
	/** Reverse-path filtering of each link, as the kernel combines it. */
	readonly filtering: ReadonlyArray<{readonly name: InterfaceName; readonly rpFilter: number; readonly srcValidMark: number}>;
	/** Wanted, and not so, because it cannot be written. */
	readonly unset: readonly WantedSysctl[];
	/** How often something was put back. */
	readonly repairs: number;
}

export interface SysctlKeeper {
	keep(links: Pick<UplinkChoice, 'uplink' | 'outside'> | null): SysctlReading;
}

export function sysctlKeeper(sysctl: Sysctl, tunnels: readonly InterfaceName[], journal: Pick<Journal, 'write'>): SysctlKeeper {
	let known: ReadonlyMap<string, string> = new Map();
	let uplink: Pick<Uplink, 'index' | 'name'> | null = null;
	let repairs = 0;

	const read = (keys: readonly string[]): ReadonlyMap<string, string> =>
		new Map(keys.flatMap(key => {
			const value = sysctl.read(key);
			return value === null ? [] : [[key, value] as const];
		}));

	/** A link that was given another name takes its settings along: what was known of it is known of it still. */
	const follow = (now: Pick<Uplink, 'index' | 'name'> | null): void => {
		const before = uplink;
		if (now !== null && before !== null && now.index === before.index && now.name !== before.name) {
			known = new Map([...known].map(([key, value]) => [key.replace(`/conf/${before.name}/`, `/conf/${now.name}/`), value]));
		}
		uplink = now ?? before;
	};

	return {
		keep(links) {
			follow(links?.uplink ?? null);
			const outside = links?.outside ?? [];
			const wanted = wantedSysctls(outside);
			const names = [...outside, ...tunnels];
			const watched = ['all', ...names].flatMap(name => ['rp_filter', 'src_valid_mark'].map(leaf => `net/ipv4/conf/${name}/${leaf}`));
			const keys = [...new Set([...watched, ...wanted.map(({key}) => key)])];
			const set: string[] = [];
			const found = read(keys);
			let wrote = false;
			for (const [key, value] of found) {
				const was = known.get(key);
				const changed = was !== undefined && was !== value;
				const want = wanted.find(other => other.key === key);
				const wrong = want !== undefined && !want.fine.includes(value);
				if (wrong) wrote = true;
				const put = wrong && sysctl.write(key, want.value) && sysctl.read(key) === want.value;
				if (changed) journal.write('network', 'warn', `Somebody set ${dotted(key)} to ${value}; it was ${was}${put ? `, and is ${want.value} again` : ''}.`);
				else if (put) set.push(`${dotted(key)}=${want.value}`);
				if (changed && put) repairs++;
			}
			if (set.length > 0) journal.write('network', 'info', `Set ${set.join(', ')}.`);
			known = wrote ? read(keys) : found;
			return {
				problems: preflight(sysctl, links?.uplink?.name ?? null),
				filtering: names.filter(name => known.has(`net/ipv4/conf/${name}/rp_filter`))
					.map(name => ({name, rpFilter: effective(sysctl, 'rp_filter', name), srcValidMark: effective(sysctl, 'src_valid_mark', name)})),
				unset: wanted.filter(({key, fine}) => known.has(key) && !fine.includes(known.get(key) ?? '')),
				repairs,
			};
		},
	};
}

const dotted = (key: string): string => key.replaceAll('/', '.');
