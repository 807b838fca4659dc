/** The end of an epoch: connections of tunnels before this one are forgotten, and those bound to an address that is gone are ended. */
import type {Network} from '../kernel/kernel.ts';
import type {IpAddress} from '../net/address.ts';
import type {Problem} from '../problem.ts';

type Connections = Pick<Network, 'flushConnections' | 'endConnections'>;

/** What was forgotten, in words and how many connections; null when that could not be done. What could not be is refused by address and interface either way. */
export async function forgetConnections(
	network: Connections,
	epoch: number,
	addresses: {readonly before: readonly IpAddress[]; readonly now: readonly IpAddress[]},
): Promise<{readonly text: string; readonly forgotten: number | null; readonly problem: Problem | null}> {
	const gone = addresses.before.filter(address => !addresses.now.includes(address));
	const ended = gone.length === 0 ? null : network.endConnections(gone);
	const forgotten = await network.flushConnections();
	const texts = [
		forgotten.ok ? `${forgotten.value} tracked connections from before it forgotten` : 'connections from before it could not be forgotten',
		...(ended === null ? [] : [ended.ok ? `${ended.value} TCP connections bound to ${gone.join(' and ')} ended` : ended.error.what.replace(/\.$/, '')]),
	];
	return {text: `Epoch ${epoch}: ${texts.join('; ')}.`, forgotten: forgotten.ok ? forgotten.value : null, problem: forgotten.ok ? null : forgotten.error};
}
