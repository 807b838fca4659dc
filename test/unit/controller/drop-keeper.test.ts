import {expect, test} from 'vitest';
import {dropKeeper} from '../../../src/controller/drop-keeper.ts';
import type {DropRecord} from '../../../src/kernel/kernel.ts';

const record: DropRecord = {
	atMs: 0, ruleId: 'refuse-out', direction: 'out', inInterface: null, outInterface: 'eth0', source: '172.30.7.2', destination: '172.30.7.3', protocol: 'udp',
	sourcePort: 4000, destinationPort: 9, icmpType: null, uid: null, gid: null, length: 92,
};

test('how many records a second came is measured over a second, and is zero when none do', () => {
	let nowMs = 0;
	const keeper = dropKeeper({owners: {userOf: () => null, holderOf: () => null}, clock: {monotonic: () => nowMs}, mark: records => records.map(each => ({...each, mark: undefined}))});
	const second = (batches: number): number => {
		for (let batch = 0; batch < batches; batch++) keeper.take({kind: 'drops', records: Array.from({length: 10}, () => record), lost: 0});
		nowMs += 1000;
		return keeper.recordedPerSecond();
	};
	expect(second(50)).toBe(500);
	nowMs += 5;
	expect(keeper.recordedPerSecond(), 'a snapshot a moment later has the same rate').toBe(500);
	nowMs -= 5;
	expect(second(1)).toBe(10);
	expect(second(0)).toBe(0);
	expect(second(200)).toBe(2000);
	expect(keeper.recent()).toHaveLength(1000);
});
