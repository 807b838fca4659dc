/** What providers write about a server into the comments of its file: `# City = Stockholm`, `# Load: 23%`. */
import type {ConfLine} from './conf-lines.ts';

/** Control characters would reach a terminal, so they are dropped. */
export function fromComment(word: string, lines: readonly ConfLine[]): string | null {
	const pattern = new RegExp(`^${word}\\s*[:=](.+)$`, 'is');
	for (const line of lines) {
		const found = line.kind === 'comment' ? pattern.exec(line.text)?.[1] : undefined;
		const text = found?.replace(/\p{C}/gu, '').trim().slice(0, 40) ?? '';
		if (text !== '') return text;
	}
	return null;
}

/** Whole per cent; null for anything else, so that a misread never becomes a number. */
export function loadFrom(lines: readonly ConfLine[]): number | null {
	const text = /^(\d{1,3})\s*%?$/.exec(fromComment('load', lines) ?? '')?.[1];
	return text === undefined || Number(text) > 100 ? null : Number(text);
}
