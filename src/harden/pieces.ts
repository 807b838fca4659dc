/** A text with pieces of it replaced, each by its offset; null where one of them does not stand there. Pure. */
import type {FileStep} from './step.ts';

type Pieces = FileStep['pieces'];

/** In the order of their offsets. */
export function withPieces(text: string, pieces: Pieces): string | null {
	let out = '';
	let from = 0;
	for (const {at, old, new: next} of pieces) {
		if (at < from || !text.startsWith(old, at)) return null;
		out += text.slice(from, at) + next;
		from = at + old.length;
	}
	return out + text.slice(from);
}

export function reversed(pieces: Pieces): Pieces {
	let shift = 0;
	return pieces.map(({at, old, new: next}) => {
		const piece = {at: at + shift, old: next, new: old};
		shift += next.length - old.length;
		return piece;
	});
}
