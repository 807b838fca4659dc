/** Stands in for the package `string-width` in the bundle: counts where counting is enough, and asks the package otherwise. */
import {stripVTControlCharacters} from 'node:util';
import {isOneCellEach} from './plain-text.ts';

interface Options {
	readonly ambiguousIsNarrow?: boolean;
	readonly countAnsiEscapeCodes?: boolean;
}

export type StringWidth = (text: string, options?: Options) => number;

export const widthBy = (load: () => StringWidth): StringWidth => (text, options = {}) => {
	if (options.ambiguousIsNarrow !== false && typeof text === 'string') {
		const bare = text.includes('\u001B') && options.countAnsiEscapeCodes !== true ? stripVTControlCharacters(text) : text;
		if (isOneCellEach(bare)) return bare.length;
	}
	return load()(text, options);
};
