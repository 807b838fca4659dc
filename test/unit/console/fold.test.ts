/** A chain folded into one row: its sums, its place, and where the selection is then. */
import {expect, test} from 'vitest';
import {actionFor} from '../../../src/console/input.ts';
import {ruleRows, type RuleRow} from '../../../src/console/select/ruleset.ts';
import {selectedIndex} from '../../../src/console/select/rows.ts';
import {selectCopied} from '../../../src/console/select/copied.ts';
import type {ViewState} from '../../../src/console/view.ts';
import {acting} from '../../helpers/exception-view.ts';
import {fixture, viewOf} from '../../helpers/screen-view.ts';

const ruleset = acting(viewOf(), {id: 'focus', panel: 'ruleset'});
const chosen = (state: ViewState): RuleRow | undefined => ruleRows(state)[selectedIndex(ruleRows(state), state.panels.ruleset.selected)];
const onRule = (id: string): ViewState => ({...ruleset, panels: {...ruleset.panels, ruleset: {...ruleset.panels.ruleset, selected: ruleRows(ruleset).find(row => row.kind === 'rule' && row.rule.id === id)?.key ?? null}}});
const chains = [...new Set(fixture.snapshot.rules.map(({chain}) => chain))];
const output = fixture.snapshot.rules.filter(({chain}) => chain === 'output');

test('the chain of the selected rule becomes one row with its sums, where its first rule stood, and stays selected', () => {
	const folded = acting(onRule('refuse-dns'), {id: 'fold'});
	const row = chosen(folded);
	expect(row).toMatchObject({kind: 'chain', key: 'inet/output', sums: {
		chain: 'output', packets: output.reduce((sum, {packets}) => sum + packets, 0), bytes: output.reduce((sum, {bytes}) => sum + bytes, 0), packetsPerSecond: output.reduce((sum, {packetsPerSecond}) => sum + packetsPerSecond, 0),
		lastHitMs: Math.max(...output.map(({lastHitMs}) => lastHitMs ?? 0)),
	}});
	expect(ruleRows(folded)).toHaveLength(fixture.snapshot.rules.length - output.length + 1);
	expect(ruleRows(folded).findIndex(each => each === row)).toBe(fixture.snapshot.rules.findIndex(({chain}) => chain === 'output'));
});

test('the same key, or Enter, opens it again at its first rule', () => {
	const folded = acting(onRule('refuse-dns'), {id: 'fold'});
	for (const action of ['fold', 'open'] as const) {
		const opened = acting(folded, {id: action});
		expect(ruleRows(opened)).toEqual(ruleRows(ruleset));
		expect(chosen(opened)).toMatchObject({kind: 'rule', rule: {id: output[0]?.id}});
		expect(opened.dialog).toBeNull();
	}
});

test('all of them fold, and open, at once', () => {
	const all = acting(onRule('refuse-dns'), {id: 'fold-all'});
	expect(ruleRows(all).map(row => row.kind === 'chain' && row.sums.chain)).toEqual(chains);
	expect(chosen(all)).toMatchObject({key: 'inet/output'});
	expect(ruleRows(acting(all, {id: 'fold-all'}))).toEqual(ruleRows(ruleset));
	const some = acting(onRule('refuse-dns'), {id: 'fold'}, {id: 'fold-all'});
	expect(ruleRows(some)).toHaveLength(chains.length);
});

test('order and filter go on: chains are sorted by their sums, and hold what the filter leaves', () => {
	const byPackets = ruleRows(acting(ruleset, {id: 'fold-all'}, {id: 'sort'})).map(row => (row.kind === 'chain' ? row.sums.packets : -1));
	expect(byPackets).toEqual(byPackets.toSorted((a, b) => b - a));
	expect(byPackets).not.toContain(-1);
	const filtered = acting(ruleset, {id: 'fold-all'}, {id: 'filter'}, {id: 'type', text: 'verdict:reject'}, {id: 'accept'});
	expect(ruleRows(filtered).map(row => row.kind === 'chain' && row.sums.rules.length)).toEqual([fixture.snapshot.rules.filter(({verdict}) => verdict === 'reject').length]);
});

test('a thousand rules in two chains fold into two rows, each read once', () => {
	const [rule] = fixture.snapshot.rules;
	if (rule === undefined) throw new Error('the recording has no rules');
	let reads = 0;
	const rules = Array.from({length: 1000}, (_, index) => Object.defineProperty({...rule, id: `rule-${index}`, chain: index < 500 ? 'input' : 'output'}, 'packets', {enumerable: true, get: () => ((reads += 1), index)}));
	const state = acting(viewOf({snapshot: {...fixture.snapshot, rules}}), {id: 'focus', panel: 'ruleset'}, {id: 'fold-all'});
	expect(ruleRows(state).map(row => row.kind === 'chain' && row.sums.packets)).toEqual([(499 * 500) / 2, 500 * 500 + (499 * 500) / 2]);
	expect(reads).toBe(1000);
});

test('elsewhere the key says where it means something; a copied chain is its rules', () => {
	expect(acting(viewOf(), {id: 'focus', panel: 'journal'}, {id: 'fold'})).toMatchObject({folded: [], notice: {text: 'fold: only in the ruleset'}});
	expect(selectCopied(acting(onRule('refuse-dns'), {id: 'fold'}))).toEqual({name: 'chain output', text: output.map(({text}) => text).join('\n')});
});

test('from an opened rule the key of the drops leads to those that it refused, and no other key leads away', () => {
	const opened = acting(onRule('refuse-dns'), {id: 'open'});
	const key = actionFor(opened, '4', {});
	expect(key).toEqual({id: 'focus', panel: 'drops'});
	expect(acting(opened, {id: 'focus', panel: 'drops'})).toMatchObject({dialog: null, focus: 'drops', panels: {drops: {filter: 'rule:refuse-dns', selected: null}}});
	expect(acting(opened, {id: 'focus', panel: 'servers'})).toMatchObject({dialog: {kind: 'details'}, focus: 'ruleset'});
	expect(actionFor(opened, 'c', {})).toBeNull();
});
