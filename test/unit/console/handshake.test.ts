/** The bar of the handshake's age: past 120 s and past 180 s another form, not only another colour. */
import {describe, expect, test} from 'vitest';
import {barLine, selectHandshake} from '../../../src/console/select/handshake.ts';
import {lineText} from '../../../src/console/text.ts';
import {themeFor} from '../../../src/console/theme.ts';

const at = (ageSeconds: number, width = 16, asciiOnly = false) => {
	const handshake = selectHandshake({handshakeAtMs: 1_000_000 - ageSeconds * 1000, keepaliveSeconds: 25}, {nowMs: 1_000_000, width});
	const line = barLine(handshake, width, themeFor({asciiOnly}));
	return {handshake, text: lineText(line), tones: new Set(line.filter(({text}) => /[█▓▒#=!]/.test(text)).map(({tone}) => tone))};
};

test.each([
	[0, '░░░░░░░░│░░░│░░░'], [60, '████░░░░│░░░│░░░'], [119, '████████│░░░│░░░'],
	[120, '████████│▓░░│░░░'], [165, '████████│▓▓░│░░░'], [179, '████████│▓▓▓│░░░'],
	[180, '████████│▓▓▓│▒░░'], [240, '████████│▓▓▓│▒▒▒'], [100_000, '████████│▓▓▓│▒▒▒'],
])('at %d s it is %s', (seconds, text) => {
	expect(at(seconds).text).toBe(text);
});

test('without block characters the forms differ too', () => {
	expect([60, 150, 200].map(seconds => at(seconds, 16, true).text)).toEqual(['####....|...|...', '########|=..|...', '########|===|!..']);
});

describe.each([8, 10, 11, 12, 16, 24])('%d cells wide', width => {
	test('no form comes before its time, and each at its time', () => {
		for (let seconds = 0; seconds < 300; seconds++) {
			const {text, handshake, tones} = at(seconds, width);
			expect(text).toHaveLength(width);
			expect(text.includes('▓'), `${seconds} s: ${text}`).toBe(seconds >= 120);
			expect(text.includes('▒'), `${seconds} s: ${text}`).toBe(seconds >= 180);
			expect(handshake.word).toBe(seconds < 120 ? '' : seconds < 180 ? 'due' : 'expired');
			for (const tone of tones) expect(tone).toBe(seconds < 120 ? 'good' : seconds < 180 ? 'warn' : 'bad');
		}
	});
});
