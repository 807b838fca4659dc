/** The footer while a filter is typed: what is wrong with it, or what Tab would complete. */
import type {Segment} from '../segments.ts';
import {span, type Line} from '../text.ts';
import type {FilterLine} from '../view.ts';

export function filterSegments({hint, words, chosen}: FilterLine): readonly Segment[] {
	const offered: Segment[] = words.map((word, index): Segment => ({order: 2 + index, line: [span(word, index === chosen ? 'selected' : 'plain')]}));
	const tab: Line = words.length === 0 ? [] : [span('Tab', 'label')];
	return [
		...(hint === null ? [{order: 1, line: tab}, ...offered] : [{order: 1, line: [span(hint, 'warn')]}]),
		...(hint === null && words.length === 0 ? [{order: 1, line: [span('words, '), span('field:value', 'label'), span(', -not, a,b')]}] : []),
		{order: 0, right: true, line: [span('Enter', 'label'), span(' keep')]},
		{order: 0, right: true, line: [span('Esc', 'label'), span(' clear')]},
		{order: 12, right: true, line: [span('Up', 'label'), span(' earlier')]},
	];
}
