/** Splits the text of a wg-quick file into lines with a meaning. Knows the syntax, not the keys. */

interface At {
	readonly line: number;
}

export type ConfLine =
	| (At & {readonly kind: 'section'; readonly name: string})
	| (At & {readonly kind: 'setting'; readonly name: string; readonly value: string})
	| (At & {readonly kind: 'comment'; readonly text: string})
	| (At & {readonly kind: 'unreadable'});

/** `#` starts a comment anywhere in a line, as in wg(8). `;` only at the start: a hook may hold one. */
export function parseConfLines(text: string): readonly ConfLine[] {
	return text
		.replace(/^\uFEFF/, '')
		.split(/\r\n|\n|\r/)
		.flatMap((raw, index) => parseLine(raw, index + 1));
}

function parseLine(raw: string, line: number): readonly ConfLine[] {
	const hash = raw.trimStart().startsWith(';') ? raw.indexOf(';') : raw.indexOf('#');
	const body = (hash === -1 ? raw : raw.slice(0, hash)).trim();
	const comment = hash === -1 ? '' : raw.slice(hash + 1).trim();
	const comments: readonly ConfLine[] = comment === '' ? [] : [{kind: 'comment', line, text: comment}];
	return body === '' ? comments : [parseBody(body, line), ...comments];
}

function parseBody(body: string, line: number): ConfLine {
	// Trimmed afterwards: white space in the pattern, beside a name that may hold some, takes the cube of a line's length.
	const section = /^\[([^\]]*)\]$/.exec(body)?.[1];
	if (section !== undefined) return {kind: 'section', line, name: section.trim()};
	const equals = body.indexOf('=');
	if (equals < 1) return {kind: 'unreadable', line};
	return {kind: 'setting', line, name: body.slice(0, equals).trim(), value: body.slice(equals + 1).trim()};
}

/**
 * A word of the file that may be repeated to the operator, else null. A WireGuard key alone on a line ends in `=` and so
 * looks like the name of a setting: whatever is as long as half a key, or is not a plain word, is not repeated.
 */
export const quotable = (word: string): string | null => (/^[A-Za-z][A-Za-z0-9_-]{0,20}$/.test(word) ? word : null);
