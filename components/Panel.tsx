/** One panel: its title with number and focus mark, and its content in a box, under a rule, or as one line. */
import {frameLines, summaryLine} from '../src/console/frame.ts';
import {contentColumns, contentRows, type PanelBox} from '../src/console/layout.ts';
import {lineWidth, span, textWidth, type Line} from '../src/console/text.ts';
import type {Theme} from '../src/console/theme.ts';
import {panelIds, type ViewState} from '../src/console/view.ts';
import {Lines} from './Lines.tsx';

export interface PanelProps {
	readonly state: ViewState;
	readonly box: PanelBox;
	readonly theme: Theme;
}

interface Inner {
	readonly width: number;
	readonly height: number;
}

interface Props extends PanelProps {
	readonly title: string;
	/** What stands at the right end of the title: counts, position. */
	readonly aside: Line;
	/** The whole panel in one line, when that is all it gets. */
	readonly summary: Line;
	readonly content: (inner: Inner) => readonly Line[];
}

export function Panel({state, box, theme, title, aside, summary, content}: Props) {
	if (theme.linear) return <Lines at={box} theme={theme} lines={spokenLines({state, box, theme, title, aside, content})} />;
	const focused = state.focus === box.panel;
	const titleLine = titleOf({state, box, theme, title});
	const lines = box.form === 'summary'
		? [summaryLine(titleLine, summary, {width: box.width, theme})]
		: frameLines(
			{title: titleLine, aside: filterOrAside({state, box, theme}, aside), tone: focused ? 'accent' : 'faint', content: content({width: contentColumns(box), height: contentRows(box)})},
			{form: box.form, width: box.width, height: box.height, theme},
		);
	return <Lines lines={lines} at={box} theme={theme} />;
}

/** Narrow enough for one column of facts, long enough for all of them. */
const spokenSize: Inner = {width: 75, height: 60};

function spokenLines({state, box, theme, title, aside, content}: Omit<Props, 'summary'>): readonly Line[] {
	return [[span(`Panel ${panelIds.indexOf(box.panel) + 1}, ${title}: `), ...filterOrAside({state, box, theme}, aside)], ...content(spokenSize)];
}

function titleOf({state, box, theme, title}: PanelProps & {readonly title: string}): Line {
	const number = panelIds.indexOf(box.panel) + 1;
	return state.focus === box.panel ? [span(`${theme.symbols.focus} ${number} ${title}`, 'accent')] : [span(theme.symbols.horizontal, 'faint'), span(` ${number} ${title}`)];
}

/** A filter hides rows: it stands in the title for as long as it does. */
function filterOrAside({state, box, theme}: PanelProps, aside: Line): Line {
	const {filter} = state.panels[box.panel];
	const editing = state.filterOpen && state.focus === box.panel;
	if (!editing && filter === '') return aside;
	// A title this long would be left out: the end of the filter is what is being typed.
	const room = theme.linear ? Number.POSITIVE_INFINITY : Math.floor(box.width / 2);
	const text = `/${filter}${editing ? '_' : ''}`;
	const shown = textWidth(text) > room ? `/${theme.symbols.ellipsis}${text.slice(2 - room)}` : text;
	const field = span(shown, 'notice');
	return textWidth(shown) + lineWidth(aside) > room ? [field] : [field, span(' '), ...aside];
}
