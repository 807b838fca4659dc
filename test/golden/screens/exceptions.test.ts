/** What is opened for a time, on the screen: before, and while it is open. */
import {expect, test} from 'vitest';
import {themeFor} from '../../../src/console/theme.ts';
import {textWidth} from '../../../src/console/text.ts';
import type {ViewState} from '../../../src/console/view.ts';
import {acting, answered, dnsRefusal, withDatabaseDrop, withExceptions} from '../../helpers/exception-view.ts';
import {screen} from '../../helpers/screen-render.ts';
import {viewOf} from '../../helpers/screen-view.ts';

const big = {columns: 120, rows: 40};
const asked = (view: ViewState): ViewState => answered(acting(withDatabaseDrop(view), {id: 'allow'}));
const filled = (view: ViewState): ViewState => acting(acting(asked(view), {id: 'accept'}, {id: 'accept'}), {id: 'type', text: 'restore the backup'}, {id: 'accept'}, {id: 'type', text: 'allow'});

const pictures: ReadonlyArray<readonly [name: string, state: ViewState]> = [
	['80x24-allow', asked(viewOf())],
	['80x24-allow-complete', filled(viewOf())],
	['80x24-allow-empty', acting(viewOf(), {id: 'allow'})],
	['80x24-allow-dns', answered(acting(viewOf(), {id: 'allow'}, {id: 'type', text: 'udp 192.168.1.1:53'}), dnsRefusal)],
	['120x40-allow', asked(viewOf(big))],
	['60x20-allow', asked(viewOf({columns: 60, rows: 20}))],
	['80x24-exceptions', acting(withExceptions(), {id: 'exceptions'})],
	['80x24-revoke', acting(withExceptions(), {id: 'exceptions'}, {id: 'exceptions'})],
	['120x40-exceptions', acting(withExceptions(viewOf(big)), {id: 'exceptions'})],
	['80x24-no-exceptions', acting(viewOf(), {id: 'exceptions'})],
];

test.each(pictures)('the screen %s looks as recorded, and fits', async (name, state) => {
	const picture = screen(state);
	const rows = picture.split('\n');
	expect(rows.length).toBeLessThanOrEqual(state.rows);
	for (const row of rows) expect(textWidth(row)).toBeLessThanOrEqual(state.columns);
	await expect(`${picture}\n`).toMatchFileSnapshot(`${name}.txt`);
});

test('with --ascii not one byte of them is outside ASCII', () => {
	for (const [name, state] of pictures.filter(([each]) => !each.startsWith('60'))) expect(screen(state, themeFor({asciiOnly: true})).replaceAll('→', '>'), name).toMatch(/^[\n\x20-\x7E]*$/);
});

test('no size is too small for them, and the word is asked for in every one that has rows', () => {
	for (const [columns, rows] of [[1, 1], [20, 5], [40, 10], [59, 11], [60, 12], [79, 24], [300, 100]] as const) {
		for (const view of [asked(viewOf({columns, rows})), acting(withExceptions(viewOf({columns, rows})), {id: 'exceptions'}, {id: 'exceptions'})]) expect(screen(view).split('\n').length).toBeLessThanOrEqual(rows);
		if (rows >= 10 && columns >= 40) expect(screen(filled(viewOf({columns, rows})))).toContain('press Enter: allow');
	}
});
