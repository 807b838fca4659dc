/** `${NAME:-default}` as compose reads it, from what is given; and what of a text is no variable. Pure. */

export type Variables = ReadonlyMap<string, string>;

export interface Interpolated {
	readonly text: string;
	/** Names that nothing gives a value. */
	readonly unknown: readonly string[];
}

const name = /^[A-Za-z_][A-Za-z0-9_]*/;

export function interpolate(text: string, variables: Variables, depth = 0): Interpolated {
	const unknown: string[] = [];
	let out = '';
	for (let at = 0; at < text.length;) {
		if (text[at] !== '$') out += text[at++] ?? '';
		else if (text[at + 1] === '$') {
			out += '$';
			at += 2;
		} else {
			const found = text[at + 1] === '{' ? braced(text, at + 2) : {inner: name.exec(text.slice(at + 1))?.[0] ?? '', end: at + 1 + (name.exec(text.slice(at + 1))?.[0].length ?? 0)};
			if (!name.test(found.inner) || depth > 8) {
				out += text[at++] ?? '';
				continue;
			}
			const value = valueOf(found.inner, variables, depth);
			out += value.text;
			unknown.push(...value.unknown);
			at = found.end;
		}
	}
	return {text: out, unknown};
}

/** Up to the brace that closes it; a default may hold others. */
function braced(text: string, from: number): {readonly inner: string; readonly end: number} {
	let open = 1;
	for (let at = from; at < text.length; at += 1) {
		if (text[at] === '{') open += 1;
		if (text[at] === '}') open -= 1;
		if (open === 0) return {inner: text.slice(from, at), end: at + 1};
	}
	return {inner: '', end: from};
}

function valueOf(inner: string, variables: Variables, depth: number): Interpolated {
	const variable = name.exec(inner)?.[0] ?? '';
	const [, operator = '', rest = ''] = /^(:?[-+?])?(.*)$/s.exec(inner.slice(variable.length)) ?? [];
	const value = variables.get(variable);
	const isSet = value !== undefined && !(operator.startsWith(':') && value === '');
	switch (operator.at(-1)) {
		case '-':
			return isSet ? {text: value, unknown: []} : interpolate(rest, variables, depth + 1);
		case '+':
			return isSet ? interpolate(rest, variables, depth + 1) : {text: '', unknown: []};
		default:
			return isSet ? {text: value, unknown: []} : {text: '', unknown: [variable]};
	}
}

/** What is written there besides variables, a default's text among it. */
export const writtenIn = (text: string): string => interpolate(text, new Map()).text;

/** A `.env` file. */
export function parseDotenv(text: string): Variables {
	const pairs = text.split('\n').flatMap(line => {
		const [, key, raw = ''] = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.]*)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
		return key === undefined ? [] : [[key, unquoted(raw)] as const];
	});
	return new Map(pairs);
}

function unquoted(raw: string): string {
	const [, , quoted] = /^(["'])(.*?)\1(?:\s+#.*)?$/.exec(raw) ?? [];
	return quoted ?? raw.replace(/(?:^|\s+)#.*$/, '');
}
