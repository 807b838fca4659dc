/** What turns one picture into the next: for recordings, and for a client that has the one before. Pure. */
import {isFields} from './share.ts';

/** Exactly one field says what it is; short names, because a recording has thousands. */
export type Patch =
	/** Put this in its place. */
	| {readonly s: unknown}
	/** Fields that changed, and those that are gone. */
	| {readonly o: Readonly<Record<string, Patch>>; readonly x?: readonly string[]}
	/** Items that changed, by index; how many there are now. */
	| {readonly a: ReadonlyArray<readonly [number, Patch]>; readonly n: number}
	/** The first so many left, and these came at the end: a list that moves on. */
	| {readonly q: readonly unknown[]; readonly k: number};

/** Null when nothing differs. What is one object on both sides is not looked into. */
export function patchBetween(before: unknown, after: unknown): Patch | null {
	if (Object.is(before, after)) return null;
	if (Array.isArray(before) && Array.isArray(after)) return listPatch(before, after);
	if (!isFields(before) || !isFields(after)) return {s: after};
	const changed = Object.entries(after).flatMap(([name, value]): ReadonlyArray<readonly [string, Patch]> => {
		const patch = Object.hasOwn(before, name) ? patchBetween(before[name], value) : {s: value};
		return patch === null ? [] : [[name, patch]];
	});
	const gone = Object.keys(before).filter(name => !Object.hasOwn(after, name));
	if (changed.length === 0 && gone.length === 0) return null;
	return {o: Object.fromEntries(changed), ...(gone.length === 0 ? {} : {x: gone})};
}

function listPatch(before: readonly unknown[], after: readonly unknown[]): Patch | null {
	const changed = after.flatMap((item, index): ReadonlyArray<readonly [number, Patch]> => {
		const patch = index < before.length ? patchBetween(before[index], item) : {s: item};
		return patch === null ? [] : [[index, patch]];
	});
	if (changed.length === 0 && before.length === after.length) return null;
	return movedBy(before, after) ?? {a: changed, n: after.length};
}

/** A history of one value a second: the oldest goes, the newest comes, and what is between is not said again. */
function movedBy(before: readonly unknown[], after: readonly unknown[]): Patch | null {
	if (before.length < 8 || !before.every(item => typeof item === 'number')) return null;
	for (let left = 1; left <= 4; left++) {
		const stays = before.length - left;
		if (after.length >= stays && before.slice(left).every((item, index) => item === after[index])) return {q: after.slice(stays), k: left};
	}
	return null;
}

/** Undefined where the patch does not fit what it is applied to: it was made for something else. */
export function applyPatch(before: unknown, patch: Patch | null): unknown {
	if (patch === null) return before;
	if ('s' in patch) return patch.s;
	if ('q' in patch) return Array.isArray(before) && patch.k <= before.length ? [...before.slice(patch.k), ...patch.q] : undefined;
	return 'o' in patch ? applyFields(before, patch) : applyItems(before, patch);
}

function applyFields(before: unknown, {o, x = []}: Extract<Patch, {readonly o: unknown}>): unknown {
	if (!isFields(before)) return undefined;
	const changed = Object.entries(o).map(([name, patch]): readonly [string, unknown] => [name, applyPatch(Object.hasOwn(before, name) ? before[name] : undefined, patch)]);
	if (changed.some(([, value]) => value === undefined)) return undefined;
	const kept = Object.entries(before).filter(([name]) => !x.includes(name));
	// `fromEntries` defines: a field that is called __proto__ stays a field.
	return Object.fromEntries([...kept, ...changed]);
}

function applyItems(before: unknown, {a, n}: Extract<Patch, {readonly a: unknown}>): unknown {
	if (!Array.isArray(before)) return undefined;
	const items: unknown[] = before.slice(0, n);
	for (const [index, patch] of a) {
		// In order and without a gap, so that no patch makes a list of holes.
		if (index >= n || index > items.length) return undefined;
		items[index] = applyPatch(items[index], patch);
	}
	return items.length === n && items.every(item => item !== undefined) ? items : undefined;
}
