/** The key table with an operator's own keys: all of the changes or none, and never without a way to lock down or to leave. */
import {nearest} from '../../config/nearest.ts';
import {fail, ok, type Result} from '../../result.ts';
import type {Binding, Where} from '../keymap.ts';
import {panelIds} from '../view.ts';
import {actionName, chosenKey, writtenKey} from './names.ts';

/** The keys wanted for an action; none is an empty list. */
export type KeyChanges = Readonly<Record<string, readonly string[]>>;

export interface KeyFault {
	/** The entry that is wrong. */
	readonly action: string;
	readonly why: string;
}

/** They answer questions, close dialogs or edit text: an order on one of them could answer itself. */
const answers: ReadonlySet<string> = new Set(['y', 'Y', 'n', 'N', 'q', 'enter', 'escape', 'backspace', 'space', 'up', 'down', 'pageup', 'pagedown', 'home', 'end', 'tab', 'shift-tab']);
const needed: ReadonlySet<string> = new Set(['lockdown', 'quit']);

export function remapKeys(table: readonly Binding[], changes: KeyChanges): Result<readonly Binding[], KeyFault> {
	const byName = new Map(table.map(binding => [actionName(binding.action), binding]));
	const chosen = new Map<string, readonly string[]>();
	for (const [action, wanted] of Object.entries(changes)) {
		const binding = byName.get(action);
		if (binding === undefined) return fail({action, why: unknownAction(action, [...byName.keys()])});
		const keys = keysFor(binding, wanted);
		if (!keys.ok) return fail({action, why: keys.error});
		chosen.set(action, keys.value);
	}
	const remapped = table.map(binding => {
		const keys = chosen.get(actionName(binding.action));
		return keys === undefined ? binding : {...binding, keys};
	});
	const clash = firstClash(remapped, chosen);
	return clash === null ? ok(remapped) : fail(clash);
}

function unknownAction(action: string, known: readonly string[]): string {
	const meant = nearest(action, known);
	return `"${action}" is not an action${meant === null ? ': vks-tui --print-config lists them' : `; did you mean ${meant}?`}`;
}

function keysFor(binding: Binding, wanted: readonly string[]): Result<readonly string[], string> {
	const name = actionName(binding.action);
	const keys: string[] = [];
	for (const text of wanted) {
		const choice = chosenKey(text);
		if (!choice.ok) return fail(`${name} cannot be on "${text}": ${choice.why}`);
		if (binding.group === 'act' && answers.has(choice.key)) return fail(`${name} cannot be on ${writtenKey(choice.key)}: that key answers questions and moves about, and must not give orders`);
		keys.push(choice.key);
	}
	if (keys.length === 0 && needed.has(name)) return fail(`${name} cannot be left without a key`);
	// What always leaves must not depend on a file.
	return ok(name === 'quit' ? [...keys, 'ctrl-c'] : keys);
}

function firstClash(table: readonly Binding[], chosen: ReadonlyMap<string, readonly string[]>): KeyFault | null {
	for (const action of chosen.keys()) {
		const binding = table.find(each => actionName(each.action) === action);
		for (const key of binding?.keys ?? []) {
			const other = table.find(each => each !== binding && binding !== undefined && each.keys.includes(key) && meet(each.where, binding.where));
			if (other !== undefined) return {action, why: `${writtenKey(key)} is already ${actionName(other.action)}: give one of them another key, or none`};
		}
	}
	return null;
}

/** Whether both could be meant at the same place. */
function meet(a: Where, b: Where): boolean {
	const isPanel = (where: Where): boolean => panelIds.some(panel => panel === where);
	return a === b || a === 'everywhere' || b === 'everywhere' || (a === 'lists' && isPanel(b)) || (b === 'lists' && isPanel(a));
}
