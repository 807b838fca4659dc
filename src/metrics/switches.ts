/** How often a tunnel led to another server: a snapshot holds only the newest reconnects, so each is looked at as it comes. Pure. */
import type {Snapshot} from '../control/schema.ts';
import type {Counted} from './families.ts';

export interface Followed extends Counted {
	readonly reconnects: number;
}

export const nothingFollowed: Followed = {switches: 0, reconnects: 0};

export function follow({switches, reconnects}: Followed, {count, list}: Snapshot['reconnects']): Followed {
	const fresh = count > reconnects ? list.slice(-(count - reconnects)) : [];
	return {switches: switches + fresh.filter(({from, to}) => from !== to).length, reconnects: count};
}
