/** Whatever a name or a reason holds, as ASCII of the same width: for terminals and eyes that know no more. */
import {textWidth} from './text.ts';

const near: Readonly<Record<string, string>> = {
	'↑': '^', '↓': 'v', '←': '<', '→': '>', '…': '~', '·': '-', '–': '-', '—': '-', '×': 'x', '•': '*', '≥': '>', '≤': '<', '“': '"', '”': '"', '‘': '\'', '’': '\'', 'ß': 's', 'ø': 'o', 'Ø': 'O', 'ł': 'l', 'Ł': 'L', 'æ': 'a', 'đ': 'd', 'ı': 'i',
};

const isPlain = (text: string): boolean => /^[\n\x20-\x7E]*$/.test(text);

export function asciiOf(text: string): string {
	if (isPlain(text)) return text;
	return [...text.normalize('NFC')].map(asciiCharacter).join('');
}

function asciiCharacter(character: string): string {
	if (isPlain(character)) return character;
	// `Zürich` is still Zurich without its dots.
	const bare = near[character] ?? character.normalize('NFD').replaceAll(/\p{M}/gu, '');
	const width = textWidth(character);
	return isPlain(bare) && bare.length === width ? bare : '?'.repeat(width);
}
