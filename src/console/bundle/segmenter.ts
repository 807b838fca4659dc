/** Stands in for `Intl.Segmenter` in the bundle: plain text is cut without it, and the real one is made for the rest only. */
import {isOneClusterEach} from './plain-text.ts';

const {Segmenter} = Intl;

export class PlainSegmenter {
	readonly #options: readonly [string?, Intl.SegmenterOptions?];
	#real: Intl.Segmenter | null = null;

	constructor(...options: readonly [string?, Intl.SegmenterOptions?]) {
		this.#options = options;
	}

	segment(input: string): Iterable<Intl.SegmentData> {
		const [, {granularity = 'grapheme'} = {}] = this.#options;
		// Every character of plain text is one code unit, so its index is its place.
		if (granularity === 'grapheme' && isOneClusterEach(input)) return [...input].map((segment, index) => ({segment, index, input}));
		this.#real ??= new Segmenter(...this.#options);
		return this.#real.segment(input);
	}
}
