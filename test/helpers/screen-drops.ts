/** Drops for screens: the recorded ones with what the recording's lab could not have, named senders and a flood. */
import type {DropView, Explanation} from '../../src/control/schema.ts';
import type {ViewState} from '../../src/console/view.ts';
import {after, fixture, viewOf, type ViewOptions} from './screen-view.ts';

const radarr = {uid: 1000, gid: 1000, owner: {user: 'media', process: 'Radarr', pid: 4121, container: 'docker ab12cd34ef56'}} as const;
const torrent = {uid: 1001, gid: 1001, owner: {user: 'torrent'}} as const;

const from = (ageMs: number, count: number, change: Partial<DropView>, everyMs = 300): readonly DropView[] => {
	const [base] = fixture.drops.filter(({direction, protocol}) => direction === 'out' && protocol === 'tcp');
	if (base === undefined) throw new Error('the recording has no such drop');
	const {atMs} = fixture.snapshot;
	return Array.from({length: count}, (_, index) => ({...base, sourcePort: 40_000 + index, ...change, atMs: atMs - ageMs - (count - 1 - index) * everyMs}));
};

/** The last refusals are those of programs that are known. */
export function named(options: ViewOptions): ViewState {
	return after(viewOf(options), {type: 'drops', records: [...from(2000, 3, torrent), ...from(0, 4, radarr)]});
}

/** Many kinds at once, one of them a scan. */
export function flooded(options: ViewOptions): ViewState {
	const records = [
		...from(400_000, 40, {...torrent, destination: '192.168.1.20', destinationPort: 445}),
		...from(0, 60, {...radarr, destination: '192.168.1.7', destinationPort: 8080}),
		...from(1000, 90, {...torrent, protocol: 'udp', destination: '203.0.113.9', destinationPort: 53, ruleId: 'refuse-dns', outInterface: 'wg0', source: '10.64.1.2'}, 200),
		...from(4000, 12, {uid: 65_534, destination: '2001:db8::17', source: 'fd64:1::2', destinationPort: 443, owner: {user: 'nobody'}}, 1200),
		...Array.from({length: 6}, (_, index) => from(index * 700, 30, {direction: 'in', uid: null, gid: null, inInterface: 'eth0', outInterface: null, ruleId: 'refuse-in', source: `172.30.7.${10 + index}`, destination: '172.30.7.2', destinationPort: [22, 23, 80, 443, 3389, 8443][index] ?? 1}, 250)).flat(),
	].toSorted((a, b) => a.atMs - b.atMs);
	return after(viewOf(options), {type: 'drops', records});
}

const explanation: Explanation = {
	verdict: 'reject', ruleId: 'refuse-out', reason: 'Nothing in the policy lets this out.', setting: 'vks', via: 'eth0',
	wouldOpen: 'VKS_LAN="out 172.30.7.10 tcp 80" lets exactly this out. For a time: `vks allow tcp 172.30.7.10:80 --uid 1000 --for 15m --reason "…"`.',
	path: ['routing: rule 200, table 254', 'refuse-docker-dns', 'loopback-out', 'endpoint-out-wg0', 'dns-out-wg0-v4', 'refuse-dns', 'tunnel-out-wg0-v4', 'refuse-tunnel-source', 'published-8080-tcp-out-any', 'refuse-out'],
};

/** The opened drop, with an answer as the daemon gives it. */
export const explained = (state: ViewState): ViewState => (state.dialog?.kind === 'details' ? after(state, {type: 'explanation', key: state.dialog.key, explanation}) : state);
