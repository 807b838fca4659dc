/** What is known of hooks that are not ours. */
import type {InterfaceName} from '../../net/interface-name.ts';
import type {Problem} from '../../problem.ts';
import type {Result} from '../../result.ts';
import type {Link} from '../kernel.ts';

/** What somebody else hooked in beside our tables. `diverts`: it can copy packets, or lead them past what we filter. */
export type ForeignHook =
	/** A tc filter; `queue` is one on a queueing discipline or class. `actions` is null where the classifier does not show them. */
	| {readonly kind: 'filter'; readonly device: InterfaceName; readonly at: 'ingress' | 'egress' | 'queue'; readonly classifier: string; readonly actions: readonly string[] | null; readonly diverts: boolean}
	| {readonly kind: 'xdp'; readonly device: InterfaceName; readonly diverts: true}
	/** A table of nftables with a chain on a hook; `statements` are those of its rules that divert. */
	| {readonly kind: 'table'; readonly family: string; readonly table: string; readonly devices: readonly string[]; readonly statements: readonly string[]; readonly diverts: boolean};

export interface ForeignHooks {
	/** Filters and programs on these links, and every hooked table but `ours` (`inet vks`). Synchronous. */
	read(links: readonly Link[], ours: readonly string[]): Result<readonly ForeignHook[], Problem>;
}
