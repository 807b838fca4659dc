/** What `vks status` says of the tunnel's health, for a person. */
import {expect, test} from 'vitest';
import {statusLines} from '../../../src/cli/status-text.ts';
import {statusOf} from '../../../src/control/status.ts';
import {noonMs, sampleSnapshot} from '../../fakes/snapshot.ts';

test('each vote has a line, and the last reconnect its reason', () => {
	const text = statusLines(statusOf(sampleSnapshot({reconnects: {count: 3, lastReason: 'dead', list: [{atMs: noonMs - 60_000, from: 'a', to: 'b', reason: 'nothing was heard', tookMs: 1840}]}}), noonMs)).join('\n');
	expect(text).toMatch(/health +answers .*good.*: bytes came in 2 s ago/);
	expect(text).toMatch(/probe .*suspect.*: the tunnel's resolver did not answer/);
	expect(text).toContain('MTU 1420, keepalive 25s, key file changed 40d ago');
	expect(text).toMatch(/reconnects +3; last 1m00s ago, from a to b, after 1.8 s: nothing was heard/);
});

test('without them nothing is said of them', () => {
	const {tunnel} = sampleSnapshot();
	if (tunnel === null) throw new Error('the sample has a tunnel');
	const text = statusLines(statusOf(sampleSnapshot({tunnel: {...tunnel, votes: [], keyFileChangedAtMs: null}}), noonMs)).join('\n');
	expect(text).not.toMatch(/health|reconnects|key file/);
});
