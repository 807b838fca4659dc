/** What is written before the daemon's first line: a login shell's banner, or a container engine that cannot begin. */

const mostBytes = 4096;
const newline = 0x0a;
const brace = 0x7b;

/** Whole lines that begin no object are `said`; from the first that may be one, or from too much of them, all is passed on. */
export function afterPreamble(pass: (chunk: Uint8Array) => void, said: (text: string) => void): (chunk: Uint8Array) => void {
	let held: Uint8Array | null = Buffer.alloc(0);
	let heard = 0;
	return chunk => {
		if (held === null) return pass(chunk);
		let rest: Uint8Array = Buffer.concat([held, chunk]);
		for (let end = rest.indexOf(newline); end !== -1 && rest[0] !== brace && heard < mostBytes; end = rest.indexOf(newline)) {
			said(Buffer.from(rest.subarray(0, end + 1)).toString());
			heard += end + 1;
			rest = rest.subarray(end + 1);
		}
		const isOver = rest[0] === brace || heard + rest.length >= mostBytes;
		held = isOver ? null : rest;
		if (isOver) pass(rest);
	};
}
