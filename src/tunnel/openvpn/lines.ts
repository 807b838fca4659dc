/** Splits the text of an .ovpn file into lines with a meaning, as OpenVPN does (parse_line in src/openvpn/options_parse.c). */
import {quotable} from '../conf-lines.ts';

interface At {
	readonly line: number;
}

export interface Directive extends At {
	readonly kind: 'directive';
	readonly name: string;
	readonly words: readonly string[];
}

export interface Block extends At {
	readonly kind: 'block';
	readonly name: string;
	/** What stands between `<name>` and `</name>`. */
	readonly text: string;
}

export type OvpnLine = Directive | Block | (At & {readonly kind: 'comment'; readonly text: string}) | (At & {readonly kind: 'unreadable'; readonly why: string; /** What to do. */ readonly next: string});

/** MAX_PARMS is 16 with the name; OPTION_PARM_SIZE is 256 with its end (options.h). */
const mostWords = 16;
const longestWord = 255;

export function parseOvpnLines(text: string): readonly OvpnLine[] {
	const raw = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
	const found: OvpnLine[] = [];
	for (let index = 0; index < raw.length; index++) {
		const body = (raw[index] ?? '').trim();
		const line = index + 1;
		const tag = /^<([a-z0-9-]{1,40})>$/i.exec(body)?.[1];
		if (tag === undefined) {
			found.push(...parseBody(body, line));
			continue;
		}
		let end = index + 1;
		while (end < raw.length && raw[end]?.trim() !== `</${tag}>`) end++;
		if (end === raw.length) {
			// Whatever follows belongs to it, and may be a key: it is not read as directives.
			found.push({kind: 'unreadable', line, why: `<${shown(tag)}> has no end`, next: `Close it with </${shown(tag)}> on a line of its own, or ask the provider for the whole file`});
			break;
		}
		found.push({kind: 'block', line, name: tag, text: `${raw.slice(index + 1, end).map(inner => inner.trim()).join('\n')}\n`});
		index = end;
	}
	return found;
}

const shown = (tag: string): string => quotable(tag) ?? '…';

function parseBody(body: string, line: number): readonly OvpnLine[] {
	if (body === '') return [];
	if (body.startsWith('#') || body.startsWith(';')) return [{kind: 'comment', line, text: body.slice(1).trim()}];
	const unreadable = (why: string): readonly OvpnLine[] => [{kind: 'unreadable', line, why, next: 'Write one directive on each line, as openvpn(8) does'}];
	const end = /^<\/([a-z0-9-]{1,40})>$/i.exec(body)?.[1];
	if (end !== undefined) return [{kind: 'unreadable', line, why: `</${shown(end)}> ends what never began`, next: `Write <${shown(end)}> before what it ends, or remove the line`}];
	const words = splitWords(body);
	if (words === null) return unreadable('a quotation mark has no second one');
	const [name = '', ...rest] = words;
	if (words.length > mostWords) return unreadable(`it has more than ${mostWords} words`);
	if (words.some(word => Buffer.byteLength(word) > longestWord)) return unreadable(`a word is longer than ${longestWord} bytes`);
	// Options are lower case, and may be written as on a command line.
	return [{kind: 'directive', line, name: name.replace(/^--/, ''), words: rest}];
}

/** Words, with quotation marks and backslashes as OpenVPN takes them; `#` or `;` where a word would begin ends the line. Null: unbalanced. */
export function splitWords(body: string): readonly string[] | null {
	const words: string[] = [];
	let word: string | null = null;
	let quote: '"' | "'" | null = null;
	for (let at = 0; at < body.length; at++) {
		const char = body[at] ?? '';
		if (quote === null && word === null && (char === '#' || char === ';')) break;
		if (char === '\\' && quote !== "'") {
			word = (word ?? '') + (body[++at] ?? '');
		} else if (quote !== null) {
			if (char === quote) quote = null;
			else word = (word ?? '') + char;
		} else if (char === '"' || char === "'") {
			quote = char;
			word ??= '';
		} else if (/\s/.test(char)) {
			if (word !== null) words.push(word);
			word = null;
		} else {
			word = (word ?? '') + char;
		}
	}
	if (quote !== null) return null;
	return word === null ? words : [...words, word];
}

/** A word as OpenVPN reads it back: in a file, and on the management interface. */
export const quoteWord = (word: string): string => `"${word.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
