/** What the panel, the details and `vks status` say of a forwarded port. */
import {expect, test} from 'vitest';
import {statusLines} from '../../../src/cli/status-text.ts';
import {portWords} from '../../../src/console/select/port-words.ts';
import {tunnelLines} from '../../../src/console/select/tunnel.ts';
import {lineText} from '../../../src/console/text.ts';
import {themeFor} from '../../../src/console/theme.ts';
import {snapshotSchema, type Snapshot} from '../../../src/control/schema.ts';
import {statusOf} from '../../../src/control/status.ts';
import {statusSchema} from '../../../src/control/status-schema.ts';
import {noonMs, sampleSnapshot} from '../../fakes/snapshot.ts';

const open = {kind: 'open', port: 51_413, sinceMs: noonMs - 840_000, endsAtMs: noonMs + 30_000, trouble: null} as const;
const cases: readonly (readonly [Snapshot['forwardedPort'], string | null, string])[] = [
	[{kind: 'off'}, null, 'plain'],
	[{kind: 'waiting'}, 'none without a verified tunnel', 'plain'],
	[{kind: 'asking'}, 'being asked for', 'plain'],
	[open, '51413 for TCP and UDP, since 14m00s', 'plain'],
	[{...open, trouble: '10.2.0.1 does not answer NAT-PMP'}, '51413 for TCP and UDP, since 14m00s; ends soon: 10.2.0.1 does not answer NAT-PMP', 'warn'],
	[{kind: 'refused', cause: 'the gateway is out of ports', retryAtMs: noonMs}, 'none: the gateway is out of ports', 'warn'],
];

test.each(cases)('%o in words', (forwardedPort, text, tone) => {
	expect(portWords(forwardedPort, noonMs)).toEqual(text === null ? null : {text, tone});
	const status = statusOf(sampleSnapshot({forwardedPort}), noonMs);
	expect(statusSchema.parse(status).forwardedPort.kind).toBe(forwardedPort.kind);
	const line = statusLines(status).find(each => /^ +port /.test(each));
	expect(text === null ? line === undefined : line?.includes(text)).toBe(true);
	const panel = tunnelLines(sampleSnapshot({forwardedPort}), {width: 140, height: 40, nowMs: noonMs, theme: themeFor({}), old: false, offsetMinutes: 0}).map(lineText).find(each => each.startsWith('port '));
	expect(text === null ? panel === undefined : panel?.includes(text.slice(0, 40))).toBe(true);
});

test('a snapshot from before there was any says that none is wished for', () => {
	const {forwardedPort: _none, ...before} = sampleSnapshot();
	expect(snapshotSchema.parse(before).forwardedPort).toEqual({kind: 'off'});
});
