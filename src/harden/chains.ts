/** Chains of iptables as lists of rules, what may be done to them, and what undoes it: done here first, so that it can be shown. Pure. */
import type {IptablesTable} from '../audit/rules/parse-iptables.ts';
import {assertNever} from '../result.ts';

/** Each rule as `iptables-save` writes it behind `-A CHAIN`. */
export type Chains = ReadonlyMap<string, readonly string[]>;

export type Edit =
	/** Made where it is missing, emptied, and filled. */
	| {readonly do: 'fill'; readonly chain: string; readonly rules: readonly string[]}
	| {readonly do: 'remove'; readonly chain: string}
	/** Counted from 1, as iptables does. */
	| {readonly do: 'insert'; readonly chain: string; readonly at: number; readonly rule: string}
	| {readonly do: 'append'; readonly chain: string; readonly rule: string}
	/** The first that is written so. */
	| {readonly do: 'delete'; readonly chain: string; readonly rule: string};

export const chainsOf = (table: IptablesTable | undefined): Chains => new Map([...(table ?? [])].map(([name, {rules}]) => [name, rules.map(({text}) => text)]));

export function edited(chains: Chains, edits: readonly Edit[]): Chains {
	const next = new Map(chains);
	for (const edit of edits) {
		const rules = next.get(edit.chain) ?? [];
		switch (edit.do) {
			case 'fill':
				next.set(edit.chain, edit.rules);
				break;
			case 'remove':
				next.delete(edit.chain);
				break;
			case 'insert':
				next.set(edit.chain, rules.toSpliced(edit.at - 1, 0, edit.rule));
				break;
			case 'append':
				next.set(edit.chain, [...rules, edit.rule]);
				break;
			case 'delete':
				next.set(edit.chain, rules.includes(edit.rule) ? rules.toSpliced(rules.indexOf(edit.rule), 1) : rules);
				break;
			default:
				assertNever(edit);
		}
	}
	return next;
}

/** What leads back from there, the last edit first. */
export function undoOf(chains: Chains, edits: readonly Edit[]): readonly Edit[] {
	const back: Edit[] = [];
	let now = chains;
	for (const edit of edits) {
		const inverse = inverseOf(now, edit);
		if (inverse !== null) back.unshift(inverse);
		now = edited(now, [edit]);
	}
	return back;
}

function inverseOf(chains: Chains, edit: Edit): Edit | null {
	const {chain} = edit;
	const rules = chains.get(chain);
	switch (edit.do) {
		case 'fill':
			return rules === undefined ? {do: 'remove', chain} : {do: 'fill', chain, rules};
		case 'remove':
			return rules === undefined ? null : {do: 'fill', chain, rules};
		case 'insert':
		case 'append':
			return {do: 'delete', chain, rule: edit.rule};
		case 'delete': {
			const at = rules?.indexOf(edit.rule) ?? -1;
			return at === -1 ? null : {do: 'insert', chain, at: at + 1, rule: edit.rule};
		}
		default:
			return assertNever(edit);
	}
}

/**
 * Without what has nothing to act on any more: others change their rules too, and one edit that fails refuses all. `isOurs`: whose
 * rules are all ours; another chain that we made is somebody's by now where more than a RETURN is in it, and stays, asked as it is.
 */
export function applicable(chains: Chains, edits: readonly Edit[], isOurs: (chain: string) => boolean = () => true): readonly Edit[] {
	const taken = new Set(edits.flatMap(edit => (edit.do === 'remove' && !isOurs(edit.chain) && isInUse(chains.get(edit.chain) ?? [], isOurs) ? [edit.chain] : [])));
	const fit: Edit[] = [];
	let now = chains;
	for (const edit of edits) {
		if (edit.do === 'remove' && taken.has(edit.chain)) continue;
		if (edit.do === 'delete' && [...taken].some(chain => edit.rule === `-j ${chain}` || (edit.chain === chain && edit.rule === '-j RETURN'))) continue;
		const rules = now.get(edit.chain);
		if (edit.do !== 'fill' && rules === undefined) continue;
		if (edit.do === 'delete' && rules?.includes(edit.rule) !== true) continue;
		const fitting = edit.do === 'insert' ? {...edit, at: Math.min(edit.at, (rules?.length ?? 0) + 1)} : edit;
		fit.push(fitting);
		now = edited(now, [fitting]);
	}
	return fit;
}

const isInUse = (rules: readonly string[], isOurs: (chain: string) => boolean): boolean => rules.some(rule => rule !== '-j RETURN' && !(rule.startsWith('-j ') && isOurs(rule.slice(3))));

/** What `iptables-restore --noflush` reads; all of it comes into force at once, or none does. */
export function restoreText(edits: readonly Edit[]): string {
	// iptables-nft refuses to remove a chain while one that leads to it is not emptied: all are emptied first, and removed last.
	const removed = edits.filter(({do: what}) => what === 'remove').map(({chain}) => chain);
	return ['*filter', ...edits.flatMap(linesOf), ...removed.map(chain => `-F ${chain}`), ...removed.map(chain => `-X ${chain}`), 'COMMIT', ''].join('\n');
}

function linesOf(edit: Edit): readonly string[] {
	const {chain} = edit;
	switch (edit.do) {
		case 'fill':
			return [`:${chain} - [0:0]`, ...edit.rules.map(rule => `-A ${chain} ${rule}`)];
		case 'remove':
			return [];
		case 'insert':
			return [`-I ${chain} ${edit.at} ${edit.rule}`];
		case 'append':
			return [`-A ${chain} ${edit.rule}`];
		case 'delete':
			return [`-D ${chain} ${edit.rule}`];
		default:
			return assertNever(edit);
	}
}
