import {expect, test} from 'vitest';
import {parseDuration} from '../../../src/cli/duration.ts';
import {sampleException, sampleSnapshot} from '../../fakes/snapshot.ts';
import {shell} from './harness.ts';

test('exceptions are listed with what is left of them, who and why', async () => {
	const closed = {...sampleException, id: 4, open: false, text: 'udp in from 10.0.0.0/8 to port 53000', packets: 0};
	const {vks} = await shell({snapshot: () => sampleSnapshot({exceptions: [sampleException, closed]})});
	expect((await vks('exceptions')).out).toMatchInlineSnapshot(`
		"id  what                                          left  packets  by     reason
		 3  tcp to 192.168.1.20:5432                     14:07    1,234  alice  restore the backup
		 4  udp in from 10.0.0.0/8 to port 53000  14:07 closed        0  alice  restore the backup
		"
	`);
	expect(JSON.parse((await vks('exceptions', '--json')).out)).toMatchObject({version: 1, exceptions: [{id: 3, leftSeconds: 847, open: true, endsAt: '2026-03-01T12:14:07.000Z'}, {id: 4, open: false}]});
	expect((await vks('status')).out).toContain('3: tcp to 192.168.1.20:5432 open, 14:07 left (alice: restore the backup)');
});

test('without exceptions that is said', async () => {
	const {vks} = await shell();
	expect((await vks('exceptions')).out).toBe('There are no exceptions.\n');
});

test.each([['90s', 90], ['15m', 900], ['1h30m', 5400], ['2h', 7200], ['1h1m1s', 3661], ['', null], ['15', null], ['1.5h', null], ['-1s', null], ['1m1h', null]])('%j is %s seconds', (text, seconds) => {
	expect(parseDuration(text)).toBe(seconds);
});
