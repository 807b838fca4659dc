/** The question to the tunnel's resolver: measured, missed and measured again, and never outside. Needs root. */
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import type {Lab} from '../../lab/lab.ts';
import {raiseLab} from '../../lab/raise.ts';
import type {Mark, Witness} from '../../lab/witness/witness.ts';
import type {Snapshot, TunnelView} from '../../src/control/schema.ts';
import {isConnected, startDaemon, type Daemon} from '../helpers/daemon.ts';
import {expectNothingOutside} from '../helpers/leak-scene.ts';

const rttOf = ({tunnel}: Snapshot): TunnelView['rtt']['history'] => tunnel?.rtt.history ?? [];
const dnsOf = ({tunnel}: Snapshot) => tunnel?.votes.find(({source}) => source === 'dns');
const counted = ({rules}: Snapshot, ...ids: readonly string[]): number => rules.filter(({id}) => ids.includes(id)).reduce((sum, {packets}) => sum + packets, 0);
/** What a look-up, or the tunnel's packets, would meet where they may not pass. */
const refusals = ['refuse-dns', 'refuse-tunnel-loop', 'refuse-tunnel-source', 'refuse-docker-dns'];

describe('the round trip', () => {
	let lab: Lab;
	let daemon: Daemon;
	let witness: Witness;
	let start: Mark;

	beforeAll(async () => {
		lab = await raiseLab({});
		witness = await lab.observe();
		const open = await witness.mark();
		await lab.exec('client', ['curl', '-s', '-m', '2', `telnet://${lab.description.addresses.resolver.ipv4}:53`]);
		expect((await witness.since(open)).outside.count, 'the witness sees a look-up outside').toBeGreaterThan(0);
		daemon = await startDaemon(lab, {environment: {VKS_SERVER: 'se-sto-1', VKS_RTT_EVERY: '2s', VKS_DRILL_EVERY: 'off', VKS_EXIT_URL: 'off'}});
		await daemon.until('it was connected', isConnected);
		start = await witness.mark();
	});
	afterAll(async () => {
		await witness.stop();
		await lab.down();
	});

	test('appears, is asked at its pace and by the rule for look-ups, and no refusal counts', async () => {
		const before = await daemon.until('the first answer came', snapshot => rttOf(snapshot).length > 0);
		expect(before.rules.map(({id}) => id)).toEqual(expect.arrayContaining([...refusals]));
		expect(dnsOf(before)).toMatchObject({verdict: 'good', history: expect.stringMatching(/^[-g]+$/) as unknown});
		const answers = (snapshot: Snapshot): readonly number[] => rttOf(snapshot).filter(ms => ms !== null);
		const after = await daemon.until('four more came', snapshot => answers(snapshot).length >= answers(before).length + 4);
		const sorted = answers(after).toSorted((a, b) => a - b);
		expect(sorted[Math.floor(sorted.length / 2)], 'milliseconds').toBeLessThan(1000);
		// The first may have come late, and the next is due two seconds after it was asked.
		expect(after.atMs - before.atMs, 'two seconds each').toBeGreaterThan(5000);
		expect(counted(after, ...refusals)).toBe(counted(before, ...refusals));
		const lookUps = `dns-out-${after.tunnel?.interface ?? ''}-v4`;
		expect(counted(after, lookUps) - counted(before, lookUps)).toBeGreaterThanOrEqual(4);
	});

	test('on a way that swallows it is a gap, then a suspicion that decides nothing, and the next answer ends both', async () => {
		const before = daemon.snapshot();
		await lab.blackhole('s1');
		const lost = await daemon.until('a question was lost', snapshot => dnsOf(snapshot)?.verdict !== 'good');
		await lab.restore('s1');
		expect(dnsOf(lost)).toMatchObject({verdict: 'suspect', value: null, detail: expect.stringContaining('did not answer') as unknown, history: expect.stringMatching(/s$/) as unknown});
		expect(lost.state.kind, 'a lost question alone degrades nothing').toBe('connected');
		const back = await daemon.until('it answered again', snapshot => rttOf(snapshot).includes(null) && typeof rttOf(snapshot).at(-1) === 'number');
		expect(dnsOf(back)?.verdict).toBe('good');
		expect(back.tunnel?.epoch, 'the same tunnel').toBe(before.tunnel?.epoch);
		expect(counted(back, ...refusals)).toBe(counted(before, ...refusals));
	});

	test('nothing is asked in lockdown, and nothing of it was ever outside', async () => {
		const before = daemon.snapshot();
		await daemon.command({do: 'lockdown', reason: 'test'});
		const locked = await daemon.until('it was locked', ({state, tunnel}) => state.kind === 'lockdown' && tunnel === null);
		await daemon.until('three pauses went by', ({atMs}) => atMs > locked.atMs + 6000);
		expect(counted(daemon.snapshot(), ...refusals)).toBe(counted(before, ...refusals));
		expectNothingOutside(await witness.since(start));
		await daemon.command({do: 'lift', word: 'lift'});
		const lifted = await daemon.until('it was asked again', snapshot => isConnected(snapshot) && rttOf(snapshot).length > 0);
		expect(lifted.reconnects).toMatchObject({count: 1, list: [{from: 'se-sto-1', to: 'se-sto-1', reason: 'lockdown by operator'}]});
		expect(lifted.reconnects.list[0]?.tookMs).toBeGreaterThan(6000);
		expect(lifted.tunnel?.keyFileChangedAtMs).toBeGreaterThan(lifted.daemon.startedAtMs - 600_000);
	});
});
