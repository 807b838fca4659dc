/** Real inputs, broken: a few edits each, so that what comes out gets past the first check more often than noise would. */
import fc from 'fast-check';

const edit = <Value>(value: fc.Arbitrary<Value>) => fc.record({
	what: fc.constantFrom('set', 'insert', 'cut', 'drop', 'repeat', 'stretch'),
	at: fc.nat(5000),
	length: fc.integer({min: 1, max: 40}),
	value,
});

/** Lengths and counters like these are where parsers trust what they should not. */
const words = fc.oneof(
	fc.nat(255).map(byte => Buffer.from([byte])),
	fc.constantFrom('ffff', 'ffffffff', '0000', '00000000', '0400', '7fffffff', '80000000', 'fe', '0101').map(hex => Buffer.from(hex, 'hex')),
);

export const noise: fc.Arbitrary<Buffer> = fc.uint8Array({maxLength: 300}).map(bytes => Buffer.from(bytes));

export function brokenBytes(samples: readonly Buffer[]): fc.Arbitrary<Buffer> {
	const mutant = fc.tuple(fc.constantFrom(...samples), fc.array(edit(words), {maxLength: 5})).map(([sample, edits]) => edits.reduce(editBytes, sample));
	return fc.oneof({weight: 7, arbitrary: mutant}, {weight: 1, arbitrary: noise});
}

type Edit<Value> = Parameters<Parameters<ReturnType<typeof edit<Value>>['map']>[0]>[0];

function editBytes(bytes: Buffer, {what, at, length, value}: Edit<Buffer>): Buffer {
	const start = at % (bytes.length + 1);
	const [before, after] = [bytes.subarray(0, start), bytes.subarray(start)];
	switch (what) {
		case 'set':
			return Buffer.concat([before, value, after.subarray(value.length)]);
		case 'insert':
			return Buffer.concat([before, value, after]);
		case 'cut':
			return Buffer.from(before);
		case 'drop':
			return Buffer.concat([before, after.subarray(length)]);
		case 'repeat':
			return Buffer.concat([before, after.subarray(0, length), after]);
		default:
			return Buffer.concat([before, Buffer.alloc(length * 8, value), after]);
	}
}

/** What text parsers stumble over; `own` are the words of the grammar at hand. */
const stumblers = ['', '\0', '\n', '\r\n', '\u2028', '\uFEFF', '\u001B[31m', '\uD800', '🦀', '99999999999999999999', '-1', '0', '1e999', ' ', '\t', '=', ':', ';', ',', '/', '#', '%', '@', '[', ']', '{', '}', '"', '\'', '\\', '*', '&', '__proto__', 'constructor', 'toString'];

export function brokenText(samples: readonly string[], own: readonly string[] = []): fc.Arbitrary<string> {
	const pieces = fc.oneof(fc.constantFrom(...stumblers, ...own), fc.string({unit: 'binary', maxLength: 4}));
	const mutant = fc.tuple(fc.constantFrom(...samples), fc.array(edit(pieces), {maxLength: 5})).map(([sample, edits]) => edits.reduce(editText, sample));
	return fc.oneof(
		{weight: 7, arbitrary: mutant},
		{weight: 1, arbitrary: fc.string({unit: 'binary', maxLength: 200})},
		{weight: 1, arbitrary: fc.array(pieces, {maxLength: 12}).map(list => list.join(''))},
	);
}

/** Stretching far is what shows a pattern that takes the cube of its input's length. */
const farthest = 3000;

function editText(text: string, {what, at, length, value}: Edit<string>): string {
	const start = at % (text.length + 1);
	const [before, after] = [text.slice(0, start), text.slice(start)];
	switch (what) {
		case 'set':
			return before + value + after.slice(Math.max(1, value.length));
		case 'insert':
			return before + value + after;
		case 'cut':
			return before;
		case 'drop':
			return before + after.slice(length);
		case 'repeat':
			return before + after.slice(0, length) + after;
		default:
			return before + (length === 40 ? value.repeat(farthest) : value.repeat(length)).slice(0, farthest) + after;
	}
}

const step = fc.record({path: fc.array(fc.nat(20), {minLength: 1, maxLength: 7}), value: fc.option(fc.oneof({depthSize: 'small'}, fc.jsonValue({maxDepth: 2}), fc.constantFrom<unknown>('', -1, 2 ** 53, 1.5, {}, [])))});

/** Documents with a few of their values replaced or taken away, at any depth. */
export function brokenJson(samples: readonly unknown[]): fc.Arbitrary<unknown> {
	return fc.tuple(fc.constantFrom(...samples), fc.array(step, {maxLength: 4})).map(([sample, steps]) => steps.reduce<unknown>((value, {path, value: put}) => replaced(value, path, put), sample));
}

function replaced(value: unknown, [first, ...rest]: readonly number[], put: unknown): unknown {
	if (first === undefined) return put;
	if (Array.isArray(value) && value.length > 0) return value.map((item: unknown, index) => (index === first % value.length ? replaced(item, rest, put) : item));
	if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) return put;
	const entries = Object.entries(value);
	return Object.fromEntries(entries.flatMap(([key, item], index) => {
		if (index !== first % entries.length) return [[key, item as unknown]];
		return rest.length === 0 && put === null ? [] : [[key, replaced(item, rest, put)]];
	}));
}
