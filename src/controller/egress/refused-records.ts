/** Refused names as records among refused packets: at once while they are few; while they are many, gathered and bounded. */
import type {DropView} from '../../control/schema.ts';
import type {Clock} from '../clock.ts';
import {paced} from '../pace.ts';
import type {Sender} from './datagrams.ts';
import type {NameRefusal} from './refusals.ts';

/** Of a fifth of a second: under a flood of names as many as one rule logs packets. */
const mostAtOnce = 50;

export interface RefusedRecords {
	add(refusal: NameRefusal, entry: string | null, from: Sender): void;
}

export function refusedRecords({clock, device, tell}: {
	readonly clock: Pick<Clock, 'now' | 'after'>;
	/** The tunnel's interface; null where there is none by now. */
	readonly device: () => string | null;
	readonly tell: (records: readonly DropView[]) => void;
}): RefusedRecords {
	let waiting = new Map<string, DropView>();
	const flush = paced(clock, {burst: 5, everyMs: 200}, () => {
		const records = [...waiting.values()];
		waiting = new Map();
		if (records.length > 0) tell(records);
	});

	const gather = (key: string, record: DropView): void => {
		const before = waiting.get(key)?.named;
		waiting.set(key, before === undefined || record.named === undefined ? record : {...record, named: {...record.named, times: before.times + 1}});
	};

	return {
		add(refusal, entry, from) {
			const {uid, name, how, port} = refusal;
			const key = JSON.stringify([uid, name, how, port]);
			const fits = waiting.has(key) || waiting.size < mostAtOnce;
			const record: DropView = {
				atMs: clock.now(),
				ruleId: `refuse-egress-name-${uid ?? 'all'}`,
				direction: 'out', inInterface: null, outInterface: device(),
				source: from.address, sourcePort: from.port,
				destination: !fits ? 'other names' : (name ?? (how === 'look-up' ? 'no host\'s name' : 'no name')),
				destinationPort: fits ? port : null,
				protocol: how === 'look-up' ? 'udp' : 'tcp',
				icmpType: null, uid, gid: null, length: 0,
				named: {how, times: 1, entry: fits ? entry : null},
			};
			gather(fits ? key : JSON.stringify([uid, how]), record);
			flush();
		},
	};
}
