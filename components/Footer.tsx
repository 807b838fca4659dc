/** The keys that are of use now, from the keymap or of the open dialog; a key that cannot be used says why. */
import type {Rect} from '../src/console/layout.ts';
import {footerKeys} from '../src/console/keymap.ts';
import {dialogKeys} from '../src/console/keys/dialog-keys.ts';
import {segmentLine, type Segment} from '../src/console/segments.ts';
import {filterSegments} from '../src/console/select/filter-line.ts';
import {span} from '../src/console/text.ts';
import type {Theme} from '../src/console/theme.ts';
import type {ViewState} from '../src/console/view.ts';
import {Lines} from './Lines.tsx';
import {Toast, toastLine} from './Toast.tsx';

export function Footer({state, at, theme}: {readonly state: ViewState; readonly at: Rect; readonly theme: Theme}) {
	const toast = toastLine(state.notice, state.pending, theme);
	if (toast !== null && !state.filterOpen) return <Toast line={toast} at={at} theme={theme} />;
	return <Lines lines={[segmentLine(segmentsFor(state), at.width, theme.symbols.ellipsis)]} at={at} theme={theme} />;
}

function segmentsFor(state: ViewState): readonly Segment[] {
	if (state.filterOpen) return filterSegments(state.filterLine);
	const keys = state.dialog === null ? footerKeys(state) : dialogKeys(state, state.dialog);
	return keys.map((key, index) => ({
		order: index,
		line: key.disabled === null
			? [span(key.keys, key.danger ? 'warn' : 'label'), span(` ${key.label}`)]
			: [span(`${key.keys} ${key.label} (${key.disabled})`, 'faint')],
	}));
}
