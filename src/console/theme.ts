/**
 * What every state looks like: a tone (the 16 named colours only, since `docker exec` gives TERM=xterm) and a symbol.
 * Components ask for a tone, never for a colour. No fact is told by colour alone.
 */

export type Tone = 'plain' | 'label' | 'faint' | 'accent' | 'good' | 'warn' | 'bad' | 'alarm' | 'notice' | 'selected';

export interface Style {
	readonly color?: string;
	readonly backgroundColor?: string;
	readonly bold?: boolean;
	readonly inverse?: boolean;
}

export interface Symbols {
	readonly connected: string;
	readonly connecting: string;
	readonly degraded: string;
	readonly switching: string;
	readonly blocked: string;
	readonly lockdown: string;
	readonly proven: string;
	readonly drifted: string;
	readonly failed: string;
	readonly unknown: string;
	readonly focus: string;
	readonly selected: string;
	readonly moved: string;
	readonly favourite: string;
	readonly down: string;
	readonly up: string;
	readonly to: string;
	readonly ellipsis: string;
	readonly dot: string;
	readonly dash: string;
	readonly full: string;
	/** Filled past the first mark of a bar, and past the second. */
	readonly late: string;
	readonly over: string;
	readonly empty: string;
	readonly mark: string;
	readonly spark: readonly string[];
	readonly horizontal: string;
	readonly vertical: string;
	readonly corners: readonly [topLeft: string, topRight: string, bottomLeft: string, bottomRight: string];
}

export interface Theme {
	/** Sentences in reading order instead of a picture. */
	readonly linear: boolean;
	/** Whatever text holds is drawn as ASCII. */
	readonly asciiOnly: boolean;
	readonly symbols: Symbols;
	readonly tones: Readonly<Record<Tone, Style>>;
}

const unicode: Symbols = {
	connected: '●', connecting: '○', degraded: '▲', switching: '↔', blocked: '■', lockdown: '◆',
	proven: '✓', drifted: '≠', failed: '✗', unknown: '?',
	focus: '>', selected: '>', moved: '•', favourite: '★', down: '↓', up: '↑', to: '→', ellipsis: '…', dot: '·', dash: '–',
	full: '█', late: '▓', over: '▒', empty: '░', mark: '│', spark: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
	horizontal: '─', vertical: '│', corners: ['┌', '┐', '└', '┘'],
};

const ascii: Symbols = {
	connected: '*', connecting: 'o', degraded: '^', switching: '=', blocked: '#', lockdown: 'X',
	proven: '+', drifted: '!', failed: 'x', unknown: '?',
	focus: '>', selected: '>', moved: '*', favourite: '+', down: 'v', up: '^', to: '>', ellipsis: '~', dot: '-', dash: '-',
	full: '#', late: '=', over: '!', empty: '.', mark: '|', spark: ['_', '.', ':', '-', '=', '+', '*', '#'],
	horizontal: '-', vertical: '|', corners: ['+', '+', '+', '+'],
};

/** Words where a screen reader would spell out a sign, and nothing where there is only a picture. */
const spoken: Symbols = {
	...ascii,
	connected: 'in use', connecting: '', degraded: '', switching: '', blocked: '', lockdown: '',
	proven: 'ok', drifted: '', failed: 'failed', unknown: 'unknown',
	focus: '', selected: '', moved: '', favourite: 'favourite', down: 'received', up: 'sent', to: 'to', ellipsis: '...', dot: ',', dash: '-',
	full: '', empty: '', mark: '', spark: [''], horizontal: '', vertical: '', corners: ['', '', '', ''],
};

const auto: Theme['tones'] = {
	plain: {},
	label: {color: 'cyan'},
	faint: {color: 'gray'},
	accent: {color: 'blueBright', bold: true},
	good: {color: 'green', bold: true},
	warn: {color: 'yellow', bold: true},
	bad: {color: 'redBright', bold: true},
	alarm: {color: 'whiteBright', backgroundColor: 'red', bold: true},
	// Not yellow: on the Linux console that is brown, and black on it is four to one.
	notice: {color: 'black', backgroundColor: 'yellowBright'},
	selected: {inverse: true},
};

/** Weight and inversion only: for terminals whose colours are not to be trusted. */
const mono: Theme['tones'] = {
	plain: {}, label: {}, faint: {}, accent: {bold: true}, good: {bold: true}, warn: {bold: true}, bad: {bold: true, inverse: true},
	alarm: {bold: true, inverse: true}, notice: {inverse: true}, selected: {inverse: true},
};

/** What has a colour has both: nobody knows what the terminal's own background is. Seven to one, but for red, which is six. */
const highContrast: Theme['tones'] = {
	plain: {}, label: {bold: true}, faint: {}, accent: {bold: true},
	good: {color: 'whiteBright', backgroundColor: 'blue', bold: true},
	warn: {color: 'black', backgroundColor: 'yellowBright', bold: true},
	bad: {color: 'whiteBright', backgroundColor: 'red', bold: true},
	alarm: {color: 'whiteBright', backgroundColor: 'red', bold: true},
	notice: {color: 'black', backgroundColor: 'cyanBright', bold: true},
	selected: {inverse: true},
};

/** Blue and yellow are told apart by all; what is bad is a block, so that it differs by light and not by hue. */
const colorBlind: Theme['tones'] = {
	...auto,
	label: {},
	accent: {bold: true},
	good: {color: 'blueBright', bold: true},
	warn: {color: 'yellow', bold: true},
	bad: {bold: true, inverse: true},
	alarm: {color: 'black', backgroundColor: 'yellowBright', bold: true},
	notice: {color: 'whiteBright', backgroundColor: 'blue', bold: true},
};

export const themeNames = ['auto', 'mono', 'high-contrast', 'color-blind'] as const;
export type ThemeName = (typeof themeNames)[number];

const tonesOf: Readonly<Record<ThemeName, Theme['tones']>> = {auto, mono, 'high-contrast': highContrast, 'color-blind': colorBlind};

export interface ThemeChoice {
	readonly name?: ThemeName;
	readonly asciiOnly?: boolean;
	readonly linear?: boolean;
}

export function themeFor({name = 'auto', asciiOnly = false, linear = false}: ThemeChoice): Theme {
	return {linear, asciiOnly, symbols: linear ? spoken : asciiOnly ? ascii : unicode, tones: tonesOf[name]};
}
