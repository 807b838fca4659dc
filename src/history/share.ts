/**
 * Structural sharing: of two pictures taken after each other most parts are equal, and are then held once. Pure, and for
 * whatever JSON holds, so that a field that is new in the snapshot needs no mention here.
 */

type Fields = Readonly<Record<string, unknown>>;

export const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** `next`, with every part that equals its counterpart in `previous` replaced by that one. */
export function shareWith<Value>(previous: unknown, next: Value): Value {
	return share(previous, next) as Value;
}

function share(previous: unknown, next: unknown): unknown {
	if (Object.is(previous, next)) return previous;
	if (Array.isArray(next)) return shareItems(Array.isArray(previous) ? previous : [], next, Array.isArray(previous));
	if (!isFields(next)) return next;
	const before = isFields(previous) ? previous : {};
	const names = Object.keys(next);
	const shared = names.map((name): readonly [string, unknown] => [name, share(own(before, name), next[name])]);
	const isSame = isFields(previous) && names.length === Object.keys(before).length && shared.every(([name, value]) => Object.hasOwn(before, name) && Object.is(before[name], value));
	return isSame ? previous : Object.fromEntries(shared);
}

function shareItems(previous: readonly unknown[], next: readonly unknown[], wasList: boolean): readonly unknown[] {
	const counterpart = counterparts(previous);
	const shared = next.map((item, index) => share(counterpart(item, index), item));
	return wasList && shared.length === previous.length && shared.every((item, index) => Object.is(item, previous[index])) ? previous : shared;
}

/** What has an id is found by it where the list moved; everything else by its place. */
function counterparts(items: readonly unknown[]): (item: unknown, index: number) => unknown {
	let byId: Map<unknown, unknown> | null = null;
	return (item, index) => {
		const there = items[index];
		if (!isFields(item) || item['id'] === undefined || (isFields(there) && there['id'] === item['id'])) return there;
		byId ??= new Map(items.filter(isFields).map(each => [each['id'], each]));
		return byId.get(item['id']) ?? there;
	};
}

const own = (fields: Fields, name: string): unknown => (Object.hasOwn(fields, name) ? fields[name] : undefined);

const wordBytes = 8;
const headerBytes = 16;

/** About how many bytes `next` holds that `previous`, which it was shared with, does not. */
export function sizeBeyond(previous: unknown, next: unknown): number {
	// A boolean or a whole number lies in the word that its holder has for it.
	if (Object.is(previous, next) || next === null || next === undefined) return 0;
	if (typeof next === 'string') return headerBytes + next.length;
	if (typeof next === 'number') return Number.isInteger(next) && Math.abs(next) < 2 ** 30 ? 0 : headerBytes;
	if (Array.isArray(next)) {
		const counterpart = counterparts(Array.isArray(previous) ? previous : []);
		return next.reduce<number>((sum, item, index) => sum + wordBytes + sizeBeyond(counterpart(item, index), item), headerBytes);
	}
	if (!isFields(next)) return 0;
	const before = isFields(previous) ? previous : {};
	return Object.entries(next).reduce((sum, [name, value]) => sum + wordBytes + sizeBeyond(own(before, name), value), headerBytes);
}
