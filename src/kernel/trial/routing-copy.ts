/** A socket of its own for routes and rules as a whole: who takes back what vks did may not be vks any more. */
import type {Problem} from '../../problem.ts';
import {fail, type Result} from '../../result.ts';
import {loadKoffi} from '../ffi/koffi.ts';
import {openLibc} from '../ffi/libc.ts';
import type {RoutingRule} from '../kernel.ts';
import {NETLINK_ROUTE, openNetlink} from '../netlink/socket.ts';
import {problem} from '../problems.ts';
import {restoreRouting, saveRouting, type SavedRouting} from './saved-routing.ts';

export type {SavedRouting} from './saved-routing.ts';

export interface RoutingCopy {
	save(): Result<SavedRouting, Problem>;
	/** What could not be put back, in words. Rules that were not there go where they are ours. */
	restore(saved: SavedRouting, isOurs: (rule: RoutingRule) => boolean): readonly string[];
	close(): void;
}

export async function openRoutingCopy(): Promise<Result<RoutingCopy, Problem>> {
	const koffi = await loadKoffi().catch(() => null);
	if (koffi === null) return fail(unopened('the native module koffi could not be loaded'));
	const socket = openNetlink(openLibc(koffi), NETLINK_ROUTE);
	if (!socket.ok) return fail(unopened(socket.error.text));
	return {ok: true, value: {
		save: () => saveRouting(socket.value),
		restore: (saved, isOurs) => restoreRouting(socket.value, saved, isOurs),
		close: () => socket.value.close(),
	}};
}

const unopened = (why: string): Problem => problem('internal', `Routes and rules cannot be read as a whole: ${why}.`, 'Start without taking back: `--confirm-within off`.');
