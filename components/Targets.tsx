/** The daemons that may be looked at. Of those that are not, nothing is known here, and nothing is claimed. */
import type {Rect} from '../src/console/layout.ts';
import {mainWord} from '../src/console/select/truth.ts';
import {tableLines} from '../src/console/table.ts';
import {span, type Line, type Span} from '../src/console/text.ts';
import type {Theme} from '../src/console/theme.ts';
import type {TargetView, ViewState} from '../src/console/view.ts';
import {Modal} from './Modal.tsx';

interface Props {
	readonly state: ViewState;
	readonly selected: string;
	readonly within: Rect;
	readonly theme: Theme;
}

const columns = [
	{title: 'name', width: 12, max: 32, grow: 1},
	{title: 'state', width: 15},
	{title: 'way', width: 20, grow: 3},
] as const;

export function Targets({state, selected, within, theme}: Props) {
	const {targets} = state;
	const height = Math.max(2, Math.min(targets.length + 1, within.height - 6));
	const index = Math.max(0, targets.findIndex(({name}) => name === selected));
	return (
		<Modal
			within={within} theme={theme} title="Targets" hint="Enter looks at it, Esc closes" width={88} keep={1}
			content={width => [
				...tableLines({columns, count: targets.length, selected: index, empty: '', cells: row => cellsOf(targets[row], state)}, {width, height, theme, focused: true}),
				[],
				[span('Looking changes nothing there. Orders go to the one that the header names.', 'label')] satisfies Line,
			]}
		/>
	);
}

function cellsOf(target: TargetView | undefined, state: ViewState): readonly Span[] {
	if (target === undefined) return [];
	const word = mainWord(state);
	return [span(target.name), target.name === state.target?.name ? span(word.text, word.tone) : span('not looked at', 'faint'), span(target.way)];
}
