/** A label and what belongs to it. */
import type {RuleView} from '../../control/schema.ts';
import {span, textWidth, wrapText, type Line} from '../text.ts';

/** What Enter shows of a row, or of a panel. */
export interface Details {
	readonly title: string;
	readonly lines: (width: number) => readonly Line[];
}

export const labelWidth = 11;

export function labelled(label: string, ...value: Line): Line {
	return [span(label.padEnd(labelWidth), 'label'), ...value];
}

/** What a question lays before the operator, and what is opened. */
export type Fact = readonly [label: string, text: string];

/** On as many rows as it takes. */
export function field(label: string, text: string, width: number): readonly Line[] {
	return wrapText(text, Math.max(1, width - labelWidth)).map((line, index): Line => labelled(index === 0 ? label : '', span(line)));
}

/** The fullest text there is room for; the shortest when there is room for none. */
export function firstThatFits(texts: readonly string[], width: number): string {
	return texts.find(text => textWidth(text) <= width) ?? texts.at(-1) ?? '';
}

/** What no setting brought is there in every policy. */
export const settingOf = ({setting}: Pick<RuleView, 'setting'>): string => (setting === 'vks' ? 'none: always there' : setting);
