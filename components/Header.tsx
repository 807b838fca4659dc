/** The two rows that are never covered: state, proof, and what flows. */
import type {Rect} from '../src/console/layout.ts';
import {segmentLine} from '../src/console/segments.ts';
import {headerBottom, headerTop} from '../src/console/select/header.ts';
import type {Theme} from '../src/console/theme.ts';
import type {ViewState} from '../src/console/view.ts';
import {Lines} from './Lines.tsx';

export function Header({state, at, theme}: {readonly state: ViewState; readonly at: Rect; readonly theme: Theme}) {
	const lines = [headerTop(state, theme), headerBottom(state, theme)].map(segments => segmentLine(segments, at.width, theme.symbols.ellipsis));
	return <Lines lines={lines} at={at} theme={theme} />;
}
