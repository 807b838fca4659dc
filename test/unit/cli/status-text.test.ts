/** What `vks status` says of the tunnel's health, for a person. */
import {expect, test} from 'vitest';
import {statusLines} from '../../../src/cli/status-text.ts';
import {statusOf} from '../../../src/control/status.ts';
import {noonMs, sampleSnapshot} from '../../fakes/snapshot.ts';

test('each vote has a line, and the last reconnect its reason', () => {
	const text = statusLines(statusOf(sampleSnapshot({reconnects: {count: 3, lastReason: 'dead', list: [{atMs: noonMs - 60_000, from: 'a', to: 'b', reason: 'nothing was heard', tookMs: 1840}]}}), noonMs)).join('\n');
	expect(text).toMatch(/health +answers .*good.*: bytes came in 2 s ago/);
	expect(text).toMatch(/dns .*suspect.*: the tunnel's resolver did not answer/);
	expect(text).toMatch(/MTU 1420, keepalive 25s\n +key +its file has not changed for 41d; it may be older$/m);
	expect(text).toMatch(/^ +next +lab-two, when asked$/m);
	expect(text).toMatch(/reconnects +3; last 1m00s ago, from a to b, after 1.8 s: nothing was heard/);
});

test('without them nothing is said of them', () => {
	const {tunnel} = sampleSnapshot();
	if (tunnel === null) throw new Error('the sample has a tunnel');
	const text = statusLines(statusOf(sampleSnapshot({tunnel: {...tunnel, votes: [], keyFileChangedAtMs: null}}), noonMs)).join('\n');
	expect(text).not.toMatch(/health|reconnects|key file/);
});

test('an exit service that does not answer is named, which one that was not asked is not', () => {
	const {tunnel} = sampleSnapshot();
	if (tunnel === null) throw new Error('the sample has a tunnel');
	const exitLine = (exitUnanswered: NonNullable<typeof tunnel.exitUnanswered> | null): string | undefined =>
		statusLines(statusOf(sampleSnapshot({tunnel: {...tunnel, exit: null, exitUnanswered}}), noonMs)).find(line => line.includes('exit '));
	expect(exitLine({host: 'ipinfo.io', atMs: noonMs - 40_000})).toMatch(/exit +asked 40s ago, no answer from ipinfo\.io$/);
	expect(exitLine(null)).toMatch(/exit +not asked yet$/);
});

test('a start that nobody has confirmed stands at the top, with what is left of its time', () => {
	const lines = statusLines(statusOf(sampleSnapshot({unconfirmed: {sinceMs: noonMs - 28_000, endsAtMs: noonMs + 92_000}}), noonMs)).join('\n');
	expect(lines).toMatch(/^.*CONNECTED.*\n.*\n.*Not confirmed: everything opens again in 1:32; run `vks confirm`\./);
	expect(statusOf(sampleSnapshot(), noonMs).unconfirmed).toBeNull();
});
