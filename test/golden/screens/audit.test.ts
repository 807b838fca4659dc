/** What surrounds the tunnel, and what is to be looked at, as the console shows it. */
import {expect, test} from 'vitest';
import {themeFor} from '../../../src/console/theme.ts';
import {textWidth} from '../../../src/console/text.ts';
import {auditSeen} from '../../helpers/audit-seen.ts';
import {screen} from '../../helpers/screen-render.ts';
import {after, snapshotOf, viewOf} from '../../helpers/screen-view.ts';

test.each([['80x24-checklist', 80, 24], ['120x40-checklist', 120, 40]])('the screen %s looks as recorded, and fits', async (name, columns, rows) => {
	const snapshot = {...snapshotOf('connected'), checklist: [{id: 'updates', atMs: snapshotOf('connected').atMs - 90_000_000, result: 'done' as const, detail: 'by root'}, {id: 'audit', atMs: snapshotOf('connected').atMs - 5000, result: 'failed' as const, detail: '1 high, 2 low'}]};
	const picture = screen(after(viewOf({columns, rows, snapshot}), {type: 'action', action: {id: 'checklist'}, atMs: snapshot.atMs}), themeFor({}));
	for (const row of picture.split('\n')) expect(textWidth(row)).toBeLessThanOrEqual(columns);
	await expect(`${picture}\n`).toMatchFileSnapshot(`${name}.txt`);
});

test.each([['80x24-audit', 80, 24], ['120x40-audit', 120, 40]])('the screen %s looks as recorded, and fits', async (name, columns, rows) => {
	const open = after(viewOf({columns, rows, readOnly: true}), {type: 'action', action: {id: 'audit'}, atMs: 0});
	// Where nobody may be told, it is shown all the same.
	const picture = screen(after(open, {type: 'audited', target: null, seen: auditSeen(), atMs: open.nowMs - 12_000}), themeFor({}));
	for (const row of picture.split('\n')) expect(textWidth(row)).toBeLessThanOrEqual(columns);
	await expect(`${picture}\n`).toMatchFileSnapshot(`${name}.txt`);
});
