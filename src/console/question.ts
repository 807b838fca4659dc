/** What a question lays before the operator: facts with a label each. Pure. */
import {span, wrapText, type Line} from './text.ts';

export type Fact = readonly [label: string, text: string];

const labelWidth = 11;

/** What continues stands below the text, not below the label. */
export function factLines(facts: readonly Fact[], width: number): readonly Line[] {
	return facts.flatMap(([label, text]) => wrapText(text, Math.max(1, width - labelWidth))
		.map((line, index): Line => [span((index === 0 ? label : '').padEnd(labelWidth), 'label'), span(line)]));
}
