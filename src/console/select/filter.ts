/**
 * What `/` means, in every list: `dport:53,853 uid:1000 out -rule:refuse-dns packets:>100 dst:10.0.0.0/8`. All words must hold;
 * a comma is "or" within one field; `-` or `!` before a word is "not". Total: any text is a filter.
 */
import {parseIp} from '../../net/address.ts';
import {cidrContains, parseCidr} from '../../net/cidr.ts';

export interface Searchable {
	readonly key: string;
	/** Lower case. */
	readonly text: string;
	/** Lower case values by field name. */
	readonly fields: Readonly<Record<string, string>>;
}

export interface Word {
	readonly negated: boolean;
	/** As it was typed; null where the word names no field. */
	readonly field: string | null;
	/** What stands after the colon; for a bare word all of it. */
	readonly value: string;
}

type Test = (row: Searchable) => boolean;
type ValueTest = (actual: string) => boolean;

/** Other names of fields, and names for several of them. */
const meaning: Readonly<Record<string, readonly string[]>> = {
	direction: ['dir'], protocol: ['proto'], source: ['src'], destination: ['dst'], interface: ['if'], process: ['proc'],
	port: ['sport', 'dport'], host: ['src', 'dst'],
};
/** Bare words that mean a field where the row has it: `out` is a direction, and not the end of `refuse-out`. */
const bare: Readonly<Record<string, string>> = {in: 'dir', out: 'dir', forward: 'dir', tcp: 'proto', udp: 'proto', icmp: 'proto', icmpv6: 'proto'};

export function parseFilter(filter: string): Test {
	const tests = wordsOf(filter).flatMap(word => testFor(word) ?? []);
	return row => tests.every(test => test(row));
}

export function wordsOf(filter: string): readonly Word[] {
	return filter.toLowerCase().split(/\s+/).filter(Boolean).map(text => {
		const negated = text.length > 1 && /^[-!]/.test(text);
		const word = negated ? text.slice(1) : text;
		const colon = word.indexOf(':');
		return colon > 0 ? {negated, field: word.slice(0, colon), value: word.slice(colon + 1)} : {negated, field: null, value: word};
	});
}

/** The fields a name stands for; uids have names, and names have uids. */
export function fieldsNamed(field: string, value = ''): readonly string[] {
	if (field === 'uid' && value !== '' && !isComparison(value)) return ['user'];
	if (field === 'user' && /^\d+$/.test(value)) return ['uid'];
	return Object.hasOwn(meaning, field) ? (meaning[field] ?? []) : [field];
}

/** Null for a word that is still being typed: it hides nothing yet. */
function testFor({negated, field, value}: Word): Test | null {
	// `-dport:` would hide everything until its value is typed.
	if (field !== null && negated && partsOf(value).length === 0) return null;
	const test = field === null ? bareTest(value) : fieldTest(field, value);
	return negated ? row => !test(row) : test;
}

function bareTest(word: string): Test {
	const field = Object.hasOwn(bare, word) ? (bare[word] ?? '') : '';
	return row => (field !== '' && Object.hasOwn(row.fields, field) ? row.fields[field] === word : row.text.includes(word));
}

const partsOf = (value: string): readonly string[] => value.split(',').filter(part => !/^[<>=]*$/.test(part));

function fieldTest(field: string, value: string): Test {
	const whole = `${field}:${value}`;
	const parts = partsOf(value).map(part => ({test: valueTest(part), fields: fieldsNamed(field, part)}));
	if (parts.length === 0) return row => hasField(row, fieldsNamed(field)) || row.text.includes(whole);
	return row => {
		let known = false;
		for (const {test, fields} of parts) {
			for (const name of fields) {
				if (!Object.hasOwn(row.fields, name)) continue;
				known = true;
				if (test(row.fields[name] ?? '')) return true;
			}
		}
		// An IPv6 address has colons and names no field: then the whole word is looked for.
		return !known && row.text.includes(whole);
	};
}

const hasField = (row: Searchable, names: readonly string[]): boolean => names.some(name => Object.hasOwn(row.fields, name));

const comparison = /^(>=|<=|>|<|=)(\d+(?:\.\d+)?)([kmg]?)$/;
const range = /^(\d+)-(\d+)$/;
const multipliers: Readonly<Record<string, number>> = {k: 1e3, m: 1e6, g: 1e9};

/** Whether the value is about numbers. */
const isComparison = (value: string): boolean => value.split(',').every(part => /^\d*$/.test(part) || comparison.test(part) || range.test(part) || /^[<>=]+$/.test(part));

function valueTest(wanted: string): ValueTest {
	const [, operator = '', digits = '', unit = ''] = comparison.exec(wanted) ?? [];
	if (operator !== '') return compared(operator, Number(digits) * (multipliers[unit] ?? 1));
	const [, low = '', high = ''] = range.exec(wanted) ?? [];
	if (low !== '') return actual => (isNumber(actual) ? Number(actual) >= Number(low) && Number(actual) <= Number(high) : actual.includes(wanted));
	const cidr = wanted.includes('/') ? parseCidr(wanted) : null;
	if (cidr !== null) {
		// A flood has few addresses and many packets.
		const seen = new Map<string, boolean>();
		return actual => {
			const known = seen.get(actual);
			if (known !== undefined) return known;
			const address = parseIp(actual);
			const inside = address !== null && cidrContains(cidr, address);
			seen.set(actual, inside);
			return inside;
		};
	}
	// Numbers match whole (`dport:53` is not 5353), addresses by their beginning, words anywhere.
	if (isNumber(wanted)) return actual => (isNumber(actual) ? actual === wanted : /^[\d.]+$/.test(actual) ? actual.startsWith(`${wanted}.`) : actual.includes(wanted));
	return actual => actual.includes(wanted);
}

const isNumber = (text: string): boolean => /^\d+$/.test(text);

function compared(operator: string, wanted: number): ValueTest {
	const holds = (actual: number): boolean => {
		switch (operator) {
			case '>': return actual > wanted;
			case '>=': return actual >= wanted;
			case '<': return actual < wanted;
			case '<=': return actual <= wanted;
			default: return actual === wanted;
		}
	};
	return actual => /^\d+(\.\d+)?$/.test(actual) && holds(Number(actual));
}
