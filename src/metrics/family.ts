/** What a metric is, before it is text. */

export interface Sample {
	readonly labels: Readonly<Record<string, string>>;
	readonly value: number;
}

/** All samples of one name. Names and units follow prometheus.io/docs/practices/naming. */
export interface Family {
	readonly name: string;
	readonly help: string;
	readonly kind: 'gauge' | 'counter';
	readonly labels: readonly string[];
	/** None where the value is not known: a number that nobody read would be taken for one. */
	readonly samples: readonly Sample[];
}

export const gauge = (name: string, help: string, value: number | boolean | null): Family => ({name, help, kind: 'gauge', labels: [], samples: plain(value)});

export const counter = (name: string, help: string, value: number | null): Family => ({name, help, kind: 'counter', labels: [], samples: plain(value)});

/** One series for each word there is, of which the one that is so has 1: a change makes no series come or go. */
export const oneOf = (name: string, help: string, label: string, words: readonly string[], current: string | null): Family => ({
	name, help, kind: 'gauge', labels: [label], samples: words.map(word => ({labels: {[label]: word}, value: Number(word === current)})),
});

const plain = (value: number | boolean | null): readonly Sample[] => (value === null ? [] : [{labels: {}, value: Number(value)}]);
