import {expect, test} from 'vitest';
import type {DropView} from '../../../src/control/schema.ts';
import {dropOwners} from '../../../src/controller/drop-owners.ts';
import type {Holder, LocalFlow} from '../../../src/kernel/kernel.ts';

const record: DropView = {
	atMs: 1, ruleId: 'refuse-out', direction: 'out', inInterface: null, outInterface: 'eth0', source: '10.0.0.2', destination: '192.0.2.1', protocol: 'tcp',
	sourcePort: 4000, destinationPort: 443, icmpType: null, uid: 1000, gid: 1000, length: 60,
};
const radarr: Holder = {pid: 77, process: 'Radarr', container: 'docker ab12cd34ef56', uid: 1000};

function rig({costMs = 1, holder = radarr}: {readonly costMs?: number; readonly holder?: Holder | null} = {}) {
	const asked: LocalFlow[] = [];
	let now = 0;
	const owned = dropOwners({
		userOf: uid => (uid === 1000 ? 'media' : null),
		holderOf(flow) {
			asked.push(flow);
			now += costMs;
			return holder;
		},
	}, {monotonic: () => now});
	return {asked, owned, wait: (ms: number) => void (now += ms)};
}

test('the sender of a record is named with all that is known', () => {
	const {owned} = rig();
	expect(owned([record])).toEqual([{...record, owner: {user: 'media', process: 'Radarr', pid: 77, container: 'docker ab12cd34ef56'}}]);
});

test('what is not known is left out: a socket that is gone, a uid without a name, a packet without a uid', () => {
	const {owned} = rig({holder: null});
	expect(owned([record])[0]?.owner).toEqual({user: 'media'});
	const [nameless, received] = owned([{...record, uid: 4}, {...record, direction: 'in', uid: null}]);
	expect([nameless && 'owner' in nameless, received && 'owner' in received]).toEqual([false, false]);
});

test('of what was refused by name the socket is looked for whatever it connected to, and tells the uid where everybody is meant', () => {
	const {asked, owned} = rig();
	const named: DropView = {...record, destination: 'evil.example', uid: null, named: {how: 'connection', times: 1, entry: null}};
	expect(owned([named])).toEqual([{...named, uid: 1000, owner: {user: 'media', process: 'Radarr', pid: 77, container: 'docker ab12cd34ef56'}}]);
	expect(asked).toEqual([{protocol: 'tcp', source: '10.0.0.2', sourcePort: 4000, destination: null, destinationPort: null, uid: null}]);
	expect(rig({holder: null}).owned([named])).toEqual([named]);
});

test('of a batch the newest is asked for, and the rest get what is known', () => {
	const {asked, owned} = rig();
	const other = {...record, sourcePort: 4001};
	expect(owned([record, other]).map(({owner}) => owner?.process)).toEqual([undefined, 'Radarr']);
	expect(asked.map(({sourcePort}) => sourcePort)).toEqual([4001]);
});

test('a flood of new flows is asked about four times a second at most, and for no more than a hundredth of the time', () => {
	for (const [costMs, most] of [[1, 40], [5, 20], [50, 2]] as const) {
		const {asked, owned, wait} = rig({costMs});
		for (let batch = 0; batch < 1000; batch++) {
			owned([{...record, sourcePort: 1 + batch}]);
			wait(10);
		}
		expect(asked.length).toBeGreaterThan(0);
		expect(asked.length).toBeLessThanOrEqual(most);
	}
});

test('a look-up that was interrupted for a second keeps the next one back for ten, and not for a hundred', () => {
	const {asked, owned, wait} = rig({costMs: 1000});
	owned([record]);
	wait(9_999);
	owned([{...record, sourcePort: 4001}]);
	expect(asked).toHaveLength(1);
	wait(1);
	owned([{...record, sourcePort: 4001}]);
	expect(asked).toHaveLength(2);
});

test('one flow is asked about once in a while, and an answer is not believed for ever', () => {
	const {asked, owned, wait} = rig();
	owned([record]);
	wait(5000);
	owned([record]);
	expect(asked).toHaveLength(1);
	wait(6000);
	owned([record]);
	expect(asked).toHaveLength(2);
});

test('nobody is asked for what came in, was sent by a leak test, or has no port', () => {
	const {asked, owned} = rig();
	owned([{...record, direction: 'in'}, {...record, drill: true}, {...record, protocol: 'icmp', sourcePort: null, destinationPort: null}, {...record, sourcePort: 0}]);
	expect(asked).toEqual([]);
});
