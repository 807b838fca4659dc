/** What keys and actions are called in the configuration file, and which keys a terminal can tell apart. */
import type {Action} from '../actions.ts';

/** `lockdown`, `focus-drops`, `move-page-up`: the id and what comes with it. */
export const actionName = (action: Action): string => Object.values(action).join('-');

const written: Readonly<Record<string, string>> = {
	up: '↑', down: '↓', left: '←', right: '→', pageup: 'PgUp', pagedown: 'PgDn', home: 'Home', end: 'End', enter: 'Enter', escape: 'Esc',
	tab: 'Tab', 'shift-tab': 'Shift-Tab', space: 'Space', backspace: 'Backspace',
};

/** The same where there is nothing but ASCII. */
const writtenPlainly: Readonly<Record<string, string>> = {up: 'Up', down: 'Down', left: 'Left', right: 'Right'};

export function writtenKey(name: string, {asciiOnly = false}: {readonly asciiOnly?: boolean} = {}): string {
	return (asciiOnly ? writtenPlainly[name] : undefined) ?? written[name] ?? (name.startsWith('ctrl-') ? `Ctrl-${name.slice(5).toUpperCase()}` : name);
}

/** Terminals send these as Enter, Tab and Backspace. */
const sameByte: Readonly<Record<string, string>> = {'ctrl-h': 'Backspace', 'ctrl-i': 'Tab', 'ctrl-j': 'Enter', 'ctrl-m': 'Enter'};

export type KeyChoice = {readonly ok: true; readonly key: string} | {readonly ok: false; readonly why: string};

/** From what somebody wrote (`X`, `Ctrl-X`, `PgUp`, `Up`) to the name that `keyName` gives. */
export function chosenKey(text: string): KeyChoice {
	if ([...text].length === 1) return text === ' ' ? {ok: true, key: 'space'} : /^[\u0021-\u007E]$/.test(text) ? {ok: true, key: text} : {ok: false, why: 'only printable ASCII is a key on every keyboard'};
	const name = text.toLowerCase().replace(/^pgup$/, 'pageup').replace(/^pgdn$/, 'pagedown').replace(/^esc$/, 'escape').replace(/^\^(?=[a-z]$)/, 'ctrl-');
	const same = sameByte[name];
	if (same !== undefined) return {ok: false, why: `terminals send it as ${same}`};
	if (name === 'ctrl-c') return {ok: false, why: 'Ctrl-C always leaves'};
	if (/^ctrl-[a-z]$/.test(name) || Object.hasOwn(written, name)) return {ok: true, key: name};
	return {ok: false, why: 'a key is one character, ctrl- with a letter, or tab, shift-tab, enter, escape, space, up, down, pageup, pagedown, home, end'};
}
