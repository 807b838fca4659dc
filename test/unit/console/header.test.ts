/** The header's two rows: what is always there, and in which order the rest shortens and goes. */
import {expect, test} from 'vitest';
import {segmentLine, type Segment} from '../../../src/console/segments.ts';
import {headerBottom, headerTop} from '../../../src/console/select/header.ts';
import {lineText, lineWidth, span} from '../../../src/console/text.ts';
import {themeFor} from '../../../src/console/theme.ts';
import {viewOf, type Situation} from '../../helpers/screen-view.ts';

const theme = themeFor({});
const rows = (columns: number, name: Situation): readonly [string, string] => {
	const state = viewOf({in: name, columns});
	const [top, bottom] = [headerTop(state, theme), headerBottom(state, theme)].map(segments => {
		const line = segmentLine(segments, columns, '…');
		expect(lineWidth(line)).toBe(columns);
		return lineText(line);
	});
	return [top ?? '', bottom ?? ''];
};

test.each([80, 100, 120, 200])('with everything at once, %d columns have all of it', columns => {
	const [top, bottom] = rows(columns, 'busy');
	for (const part of ['● CONNECTED', '✓ PROVEN 0s', 'se-sto-1', '198.51.100.77', 'Stockholm', '7/7 layers']) expect(top).toContain(part);
	for (const part of [/(hs|handshake) 2m10s due/, /█+│▓+░*│░+/, /↓ ?1\.5 ?kB/, /↑ ?\d\.\d ?kB/, /drops 12\/s/, /(open|exception) 14:07/, /drill \d+s ok/, /!1|1 problem/]) expect(bottom).toMatch(part);
});

test('long forms come back with the room for them', () => {
	expect(rows(80, 'busy')[1]).toMatch(/^hs .*↓1\.5kB .*open 14:07.*!1/);
	expect(rows(120, 'busy')[1]).toMatch(/^handshake .*↓ 1\.5 kB\/s .*exception 14:07.*1 problem/);
	expect(rows(80, 'watched')[1]).toMatch(/^handshake 19s +█░{7}│░{3}│░{3} +↓ 1\.5 kB\/s ↑ \d\.\d kB\/s +drops 1\/s/);
});

test('it gets narrower without ever losing state, proof and the handshake\'s age', () => {
	for (let columns = 79; columns >= 30; columns--) {
		const [top, bottom] = rows(columns, 'busy');
		expect(top).toMatch(/CONNECTED .*PROVEN 0s/);
		expect(bottom).toMatch(/^(hs|handshake) 2m10s due/);
	}
});

test('a part takes its longer form in the order of that form, and none without its short one', () => {
	const part = (text: string, order: number, longer?: readonly [string, number]): Segment => ({line: [span(text)], order, ...(longer === undefined ? {} : {longer: [{line: [span(longer[0])], order: longer[1]}]})});
	const at = (width: number): string => lineText(segmentLine([part('a', 0, ['aaaa', 5]), part('b', 2, ['bb', 3]), part('ccc', 4)], width, '…')).trimEnd();
	expect([1, 4, 5, 9, 10, 12, 13].map(at)).toEqual(['a', 'a  b', 'a  bb', 'aaaa  bb', 'a  bb  ccc', 'a  bb  ccc', 'aaaa  bb  ccc']);
});
