/** What surrounds the tunnel, as the console shows it. */
import {expect, test} from 'vitest';
import {themeFor} from '../../../src/console/theme.ts';
import {textWidth} from '../../../src/console/text.ts';
import {auditSeen} from '../../helpers/audit-seen.ts';
import {screen} from '../../helpers/screen-render.ts';
import {after, viewOf} from '../../helpers/screen-view.ts';

test.each([['80x24-audit', 80, 24], ['120x40-audit', 120, 40]])('the screen %s looks as recorded, and fits', async (name, columns, rows) => {
	const open = after(viewOf({columns, rows}), {type: 'action', action: {id: 'audit'}, atMs: 0});
	const picture = screen(after(open, {type: 'audited', seen: auditSeen(), atMs: open.nowMs - 12_000}), themeFor({}));
	for (const row of picture.split('\n')) expect(textWidth(row)).toBeLessThanOrEqual(columns);
	await expect(`${picture}\n`).toMatchFileSnapshot(`${name}.txt`);
});
