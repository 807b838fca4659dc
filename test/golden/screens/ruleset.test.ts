/** The ruleset on the screen: folded chains, and an opened rule with what hits it. */
import {expect, test} from 'vitest';
import {textWidth} from '../../../src/console/text.ts';
import type {ViewState} from '../../../src/console/view.ts';
import {acting} from '../../helpers/exception-view.ts';
import {screen} from '../../helpers/screen-render.ts';
import {viewOf} from '../../helpers/screen-view.ts';

const big = {columns: 120, rows: 40};
const onRule = (view: ViewState, id: string): ViewState => acting(view, {id: 'focus', panel: 'ruleset'}, {id: 'filter'}, {id: 'type', text: id}, {id: 'accept'}, {id: 'open'});

const pictures: ReadonlyArray<readonly [name: string, state: ViewState]> = [
	['80x24-ruleset-folded', acting(viewOf(), {id: 'focus', panel: 'ruleset'}, {id: 'fold-all'}, {id: 'move', by: 'last'}, {id: 'fold'})],
	['120x40-ruleset-folded', acting(viewOf(big), {id: 'focus', panel: 'ruleset'}, {id: 'zoom'}, {id: 'move', by: 'page-down'}, {id: 'fold'})],
	['80x24-rule-refusing', onRule(viewOf(), 'refuse-in')],
	['80x24-rule-accepting', onRule(viewOf(), 'dns-out-wg0-v4')],
	['120x40-rule-refusing', onRule(viewOf(big), 'refuse-out')],
];

test.each(pictures)('the screen %s looks as recorded, and fits', async (name, state) => {
	const picture = screen(state);
	const rows = picture.split('\n');
	expect(rows.length).toBeLessThanOrEqual(state.rows);
	for (const row of rows) expect(textWidth(row)).toBeLessThanOrEqual(state.columns);
	await expect(`${picture}\n`).toMatchFileSnapshot(`${name}.txt`);
});
