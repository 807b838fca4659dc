import stringWidth from 'string-width';
import {expect, test} from 'vitest';
import {inkWidth} from '../../../src/console/ink-width.ts';
import {themeFor} from '../../../src/console/theme.ts';

test('Ink measures our symbols, names from files and styled text as the package it replaces does', () => {
	const symbols = Object.values(themeFor({}).symbols).flat().join('');
	for (const text of ['', 'plain', symbols, 'Zürich', 'e\u0301', '東京 Tokyo', '한국', 'ｆｕｌｌ', '\u001B[1m\u001B[31mred\u001B[39m\u001B[22m', '\u001B[2K\u001B[?25l', '😀']) {
		expect(inkWidth(text), JSON.stringify(text)).toBe(stringWidth(text));
	}
});
