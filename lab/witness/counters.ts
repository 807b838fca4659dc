/** Reads the exact counters of the isp's ingress. */
import {z} from 'zod';
import {runIn} from '../commands.ts';
import {witnessTable} from './rules.ts';

export interface Counts {
	readonly outside: number;
	readonly endpoint: number;
	/** To the one host and port that trials permit for a time; whether they did is theirs to know. */
	readonly permitted: number;
	/** ARP, neighbour discovery, multicast reports, DHCP: what never leaves the link. */
	readonly link: number;
}

const listing = z.object({
	nftables: z.array(
		z.object({counter: z.object({name: z.string(), packets: z.number().int()}).optional()}).loose(),
	),
});

export async function readCounts(ispNamespace: string): Promise<Counts> {
	const {stdout} = await runIn(ispNamespace, ['nft', '-j', 'list', 'counters', 'table', 'netdev', witnessTable]);
	const counters = listing.parse(JSON.parse(stdout)).nftables.flatMap(({counter}) => (counter ? [counter] : []));
	const packets = (name: string): number => {
		const counter = counters.find(candidate => candidate.name === name);
		if (counter === undefined) throw new Error(`the witness lost its counter ${name}`);
		return counter.packets;
	};
	return {outside: packets('outside'), endpoint: packets('endpoint'), permitted: packets('permitted'), link: packets('link')};
}

export const subtractCounts = (later: Counts, earlier: Counts): Counts => ({
	outside: later.outside - earlier.outside,
	endpoint: later.endpoint - earlier.endpoint,
	permitted: later.permitted - earlier.permitted,
	link: later.link - earlier.link,
});
