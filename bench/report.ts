/** What a benchmark found, and how it is printed. Pure. */
import {summarise, type Summary} from './statistics.ts';

export type Unit = 'ms' | '×' | '%' | 'MB' | 'MB/h' | 'MB/s' | 's/GB' | 'packets' | 'wipes' | 'times';

export interface Figure {
	readonly label: string;
	readonly unit: Unit;
	readonly summary: Summary;
}

/** A number that the project promises something about; `aim` is null where it promises nothing. */
export interface Finding {
	readonly label: string;
	readonly value: number;
	readonly unit: Unit;
	readonly aim: {readonly atMost: number} | {readonly atLeast: number} | null;
	readonly reached: boolean | null;
}

export interface Report {
	readonly name: string;
	readonly title: string;
	readonly figures: readonly Figure[];
	readonly findings: readonly Finding[];
	readonly notes: readonly string[];
}

export const figure = (label: string, values: readonly number[], unit: Unit = 'ms'): Figure => ({label, unit, summary: summarise(values)});

export function finding(label: string, value: number, unit: Unit, aim: Finding['aim'] = null): Finding {
	return {label, value, unit, aim, reached: aim === null ? null : 'atMost' in aim ? value <= aim.atMost : value >= aim.atLeast};
}

/** One median over another; the medians were taken side by side. */
export const ratio = (label: string, over: readonly number[], under: readonly number[], aim: Finding['aim'] = null): Finding =>
	finding(label, summarise(over).median / summarise(under).median, '×', aim);

export function renderReport({name, title, figures, findings, notes}: Report): string {
	const width = Math.max(...[...figures, ...findings].map(({label}) => label.length));
	return [
		`${name}: ${title}`,
		...figures.map(({label, unit, summary}) => `  ${label.padEnd(width)}  ${renderSummary(summary, unit)}`),
		...findings.map(item => `  ${item.label.padEnd(width)}  ${renderNumber(item.value)} ${item.unit}${renderAim(item)}`),
		...notes.map(note => `  ${note}`),
		'',
	].join('\n');
}

function renderSummary({n, min, median, p90, max}: Summary, unit: Unit): string {
	if (n === 1) return `${renderNumber(median)} ${unit}`;
	return `median ${renderNumber(median)} ${unit}  (min ${renderNumber(min)}, 90 % ${renderNumber(p90)}, max ${renderNumber(max)}; n=${n})`;
}

function renderAim({aim, reached}: Finding): string {
	if (aim === null) return '';
	const words = 'atMost' in aim ? `at most ${aim.atMost}` : `at least ${aim.atLeast}`;
	return `  aim: ${words}: ${reached === true ? 'reached' : 'MISSED'}`;
}

const renderNumber = (value: number): string => (value >= 100 || Number.isInteger(value) ? value.toFixed(0) : value.toFixed(value < 10 ? 2 : 1));
