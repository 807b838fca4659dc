/** What a key means: the vocabulary of the keymap, the palette and the reducer. */
import type {ThemeName} from './theme.ts';
import type {PanelId} from './view.ts';

export type Movement = 'up' | 'down' | 'page-up' | 'page-down' | 'first' | 'last';

/** Ids without data are what the keymap names. */
export type Action =
	| {readonly id: PlainAction}
	| {readonly id: 'focus'; readonly panel: PanelId}
	| {readonly id: 'move'; readonly by: Movement}
	| {readonly id: 'type'; readonly text: string; readonly pasted?: true}
	| NamedAction;

/** What only the palette can ask for, because it takes a word, or is of use for minutes alone. */
export type NamedAction =
	| {readonly id: 'switch-to'; readonly server: string}
	| {readonly id: 'filter-by'; readonly panel: PanelId; readonly text: string}
	| {readonly id: 'allow-target'; readonly target: string}
	| {readonly id: 'theme'; readonly theme: ThemeName}
	| {readonly id: 'target'; readonly name: string}
	| {readonly id: 'symbols'; readonly asciiOnly: boolean}
	| {readonly id: 'confirm-start'};

/** Orders to the daemon, with the question before them where one is due. */
export const orderActions = [
	'reconnect',
	'switch',
	'next',
	'favourite',
	'measure',
	'lockdown',
	'lift',
	'drill',
	'drill-full',
] as const;
export type OrderAction = (typeof orderActions)[number];

/** What is open for a time. */
export const exceptionActions = ['allow', 'exceptions'] as const;
export type ExceptionAction = (typeof exceptionActions)[number];

/** What is looked at, and how. */
export const lookActions = [
	'focus-next',
	'focus-previous',
	'open',
	'back',
	'zoom',
	'filter',
	'sort',
	'reverse',
	'freeze',
	'step-back',
	'step-forward',
	'change-back',
	'change-forward',
	'fold',
	'fold-all',
	'group',
] as const;
export type LookAction = (typeof lookActions)[number];

/** What the console does by itself. */
export type ConsoleAction =
	| 'copy'
	| 'write'
	| 'evidence'
	| 'help'
	| 'runbook'
	| 'audit'
	| 'checklist'
	| 'targets'
	| 'palette'
	| 'quit'
	| 'repaint'
	| 'suspend';

/** Keys of an open text field or question. */
export type FieldAction =
	| 'yes'
	| 'no'
	| 'accept'
	| 'erase'
	| 'clear'
	| 'choose-next'
	| 'choose-previous'
	| 'complete'
	| 'complete-back';

export type PlainAction = OrderAction | ExceptionAction | LookAction | ConsoleAction | FieldAction;
