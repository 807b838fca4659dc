/** Small words the reducer's parts share. */
import type {Effect} from '../events.ts';
import type {Step} from '../store.ts';
import type {Notice, PanelId, PanelView, ViewState} from '../view.ts';

export const still = (state: ViewState): Step => ({state, effects: []});

export const effect = (state: ViewState, ...effects: readonly Effect[]): Step => ({state, effects});

/** One line in the footer's place. */
export function say(state: ViewState, text: string, level: Notice['level']): ViewState {
	return {...state, notice: {text, level, atMs: state.nowMs}};
}

/** Changes how the focused panel is looked at. */
export function setPanel(state: ViewState, change: Partial<PanelView>): ViewState {
	return {...state, panels: {...state.panels, [state.focus]: {...state.panels[state.focus], ...change}}};
}

export const focusOn = (state: ViewState, panel: PanelId): ViewState => (state.focus === panel ? state : {...state, focus: panel, filterOpen: false});
