/** Takes everything back by a door of its own, because the daemon's owns the tables; and says what came of it. */
import type {Before} from '../controller/before.ts';
import {takeBack} from '../controller/take-back.ts';
import {linuxDevices} from '../kernel/devices.ts';
import {openLinuxKernel} from '../kernel/linux.ts';
import {openRoutingCopy} from '../kernel/trial/routing-copy.ts';
import type {Problem} from '../problem.ts';

/** What could not be taken back, in words. */
export async function openAndTakeBack(before: Before): Promise<readonly string[]> {
	const kernel = await openLinuxKernel({backend: 'auto', devices: linuxDevices()});
	if (!kernel.ok) return [kernel.error.what];
	const copy = await openRoutingCopy();
	const left = copy.ok ? await takeBack(kernel.value, copy.value, before) : [copy.error.what];
	if (copy.ok) copy.value.close();
	kernel.value.close();
	return left;
}

export const takenBack = (why: string, left: readonly string[]): Problem => left.length === 0
	? {
		code: 'not-confirmed', severity: 'error',
		what: `${why}, so everything that vks changed is taken back: this network is as it was before.`,
		stillBlocking: false,
		next: 'Start it again and run `vks confirm` in time; `--confirm-within TIME` gives more.',
	}
	: {
		code: 'not-confirmed', severity: 'error',
		what: `${why}, but not everything that vks changed could be taken back: ${left.join('; ')}.`,
		stillBlocking: 'unknown',
		next: 'Look at `nft list ruleset`, `ip rule` and `ip route show table all`: routes of vks bear `proto 86`.',
	};
