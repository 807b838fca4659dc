/** Splits a byte stream into lines. It works on bytes, so a character that arrives in two chunks stays whole. */

export interface Split {
	readonly lines: readonly string[];
	/** A line grew past the limit. Nothing after it can be trusted to begin at a line's start: the stream is over. */
	readonly overflowed: boolean;
}

export interface LineSplitter {
	push(chunk: Uint8Array): Split;
}

const newline = 0x0a;

export function lineSplitter(limitBytes: number): LineSplitter {
	const decoder = new TextDecoder();
	let tail: Uint8Array[] = [];
	let tailBytes = 0;
	let overflowed = false;

	const take = (last: Uint8Array): string => {
		const bytes = tail.length === 0 ? last : concat([...tail, last], tailBytes + last.length);
		tail = [];
		tailBytes = 0;
		return decoder.decode(bytes);
	};

	return {
		push(chunk) {
			const lines: string[] = [];
			let from = 0;
			while (!overflowed) {
				const at = chunk.indexOf(newline, from);
				const piece = chunk.subarray(from, at === -1 ? chunk.length : at);
				if (tailBytes + piece.length > limitBytes) {
					overflowed = true;
					tail = [];
				} else if (at === -1) {
					if (piece.length > 0) tail.push(piece);
					tailBytes += piece.length;
					break;
				} else {
					lines.push(take(piece));
					from = at + 1;
				}
			}
			return {lines, overflowed};
		},
	};
}

function concat(pieces: readonly Uint8Array[], length: number): Uint8Array {
	const whole = new Uint8Array(length);
	let offset = 0;
	for (const piece of pieces) {
		whole.set(piece, offset);
		offset += piece.length;
	}
	return whole;
}
