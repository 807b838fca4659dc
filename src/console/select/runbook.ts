/** The incident runbook as rows. */
import {keyFor} from '../keymap.ts';
import {runbookSteps, type RunbookStep} from '../runbook/steps.ts';
import {checks, refused} from '../runbook/words.ts';
import {span, wrapText, type Line} from '../text.ts';
import type {Theme, Tone} from '../theme.ts';
import type {ViewState} from '../view.ts';
import {field} from './fields.ts';

const tones: Readonly<Record<RunbookStep['standing'], Tone>> = {done: 'good', due: 'warn', wrong: 'bad'};
const indent = 5;

export function runbookLines(state: ViewState, width: number, theme: Theme): readonly Line[] {
	return [
		...runbookSteps(state).flatMap((step, index) => stepLines(step, {number: index + 1, state, width, theme})),
		[],
		[span('Not done here', 'label')],
		...refused.flatMap(([label, text]) => field(label, text, width)),
		[],
		[span('Looked at by itself, each', 'label')],
		...checks(state).flatMap(([label, text]) => field(label, text, width)),
	];
}

interface Place {
	readonly number: number;
	readonly state: ViewState;
	readonly width: number;
	readonly theme: Theme;
}

function stepLines({title, act, standing, proof}: RunbookStep, {number, state, width, theme: {symbols}}: Place): readonly Line[] {
	const symbol = {done: symbols.proven, due: symbols.dot, wrong: symbols.failed}[standing];
	return [
		[span(`${number} `.padStart(3)), span(`${symbol} `, tones[standing]), span(title), span('  '), span(keyFor(state.keys, act), 'label')],
		...wrapText(proof, Math.max(1, width - indent)).map((text): Line => [span(' '.repeat(indent)), span(text, standing === 'wrong' ? 'bad' : 'plain')]),
	];
}
