/** Counts frames of the experimental type at the receiving end. */
import {execFileSync} from 'node:child_process';
import {experimentalType} from './raw-frame.ts';
import {nft} from './real-bench.ts';

/** Until frames that were sent have arrived: a veth hands them over before the call returns, but for the softirq. */
export async function handedOver(device: string, before: number): Promise<void> {
	for (const ms of [50, 100, 200]) {
		await new Promise(resolve => setTimeout(resolve, ms));
		if (received(device) > before) return;
	}
}

/** Frames counted by an ingress rule on the receiving end: what the kernel itself sends there is of another type. */
export function received(device: string): number {
	nft(`add table netdev count\nadd counter netdev count raw\nadd chain netdev count in { type filter hook ingress device "${device}" priority 0; }\nflush chain netdev count in\nadd rule netdev count in ether type ${experimentalType} counter name raw\n`);
	const out = execFileSync('nft', ['-j', 'list', 'counter', 'netdev', 'count', 'raw'], {encoding: 'utf8'});
	return Number(/"packets": (\d+)/.exec(out)?.[1] ?? Number.NaN);
}
