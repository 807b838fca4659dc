/** The dialog that opens something for a time: what it asks, what it sends, and what cannot make it send anything. */
import {describe, expect, test} from 'vitest';
import {formFromDrop} from '../../../src/console/allow/from-drop.ts';
import {allowTimes, emptyForm, wishOf} from '../../../src/console/allow/form.ts';
import type {Effect} from '../../../src/console/events.ts';
import {actionFor, pasteAction, type KeyFlags} from '../../../src/console/input.ts';
import {update} from '../../../src/console/update.ts';
import type {AllowDialog, ViewState} from '../../../src/console/view.ts';
import type {DropView} from '../../../src/control/schema.ts';
import {longestExceptionSeconds} from '../../../src/control/exception-limits.ts';
import {acting, answered, databasePreview, dnsRefusal, refusedDatabase, twoExceptions, withDatabaseDrop, withExceptions} from '../../helpers/exception-view.ts';
import {after, viewOf} from '../../helpers/screen-view.ts';

interface Pressed {
	readonly state: ViewState;
	readonly effects: readonly Effect[];
}

const named: Readonly<Record<string, KeyFlags>> = {'<enter>': {return: true}, '<esc>': {escape: true}, '<tab>': {tab: true}, '<back>': {tab: true, shift: true}, '<left>': {leftArrow: true}, '<right>': {rightArrow: true}, '<del>': {backspace: true}};

/** Presses keys one after the other, `gapMs` apart, as the terminal would deliver them. */
function press(start: ViewState, keys: readonly string[], gapMs = 1000): Pressed {
	const effects: Effect[] = [];
	let state = start;
	for (const [index, key] of keys.entries()) {
		const action = actionFor(state, key in named ? '' : key, named[key] ?? {});
		if (action === null) continue;
		const step = update(state, {type: 'action', action, atMs: start.nowMs + index * gapMs});
		state = step.state;
		effects.push(...step.effects);
	}
	return {state, effects};
}
const commands = ({effects}: Pressed) => effects.flatMap(effect => (effect.type === 'submit' ? [effect.command] : []));
const dialogOf = (state: ViewState): AllowDialog => {
	if (state.dialog?.kind !== 'allow') throw new Error(`the dialog is ${state.dialog?.kind ?? 'closed'}`);
	return state.dialog;
};
const word = [...'allow'];
const ready = ['a', '<enter>', 'restore the backup', '<enter>', ...word];

describe('from a refused packet', () => {
	test('its tuple, direction and user stand in the form, and the daemon is asked what would come of it', () => {
		const {state, effects} = press(withDatabaseDrop(), ['a']);
		expect(dialogOf(state).form).toMatchObject({target: 'tcp 172.30.7.20:5432', direction: 'out', who: '1000', reason: '', word: ''});
		expect(effects).toEqual([{type: 'preview', key: expect.any(String), wish: {protocol: 'tcp', range: '172.30.7.20', port: 5432, direction: 'out', uid: 1000, seconds: 900}}]);
	});

	test('the same from its explanation', () => {
		expect(dialogOf(press(withDatabaseDrop(), ['<enter>', 'a']).state).form.target).toBe('tcp 172.30.7.20:5432');
	});

	test('one that came in is opened for whom it came from, at the port here, and for no user', () => {
		const record: DropView = {...refusedDatabase, direction: 'in', source: 'fd00::9', destination: 'fd00::2', destinationPort: 22, uid: null};
		const form = formFromDrop(record);
		expect(form.ok && wishOf(form.value)).toEqual({ok: true, value: {protocol: 'tcp', range: 'fd00::9', port: 22, direction: 'in', uid: null, seconds: 900}});
	});

	test.each([
		['forwarded', {direction: 'forward'}, 'VKS_GATEWAY'],
		['neither tcp, udp nor ping', {protocol: 'other', destinationPort: null}, 'only tcp, udp and ping'],
		['a router advertisement', {protocol: 'icmpv6', icmpType: 134, destinationPort: null}, 'type 134'],
		['from an address that is not the tunnel\'s', {ruleId: 'refuse-tunnel-source'}, 'not the tunnel\'s'],
		['to the tunnel\'s address on the link', {ruleId: 'refuse-tunnel-address-v4'}, 'CVE-2019-14899'],
		['a frame in disguise', {ruleId: 'refuse-disguised-ip6'}, 'raw frame'],
		['a later fragment', {destinationPort: null}, 'fragment'],
	] as const)('one that is %s cannot be, and the dialog says why', (_, change, why) => {
		const state = acting(after(viewOf(), {type: 'drops', records: [{...refusedDatabase, ...change}]}), {id: 'focus', panel: 'drops'}, {id: 'allow'});
		expect(dialogOf(state).note).toContain(why);
		expect(dialogOf(state).form).toEqual(emptyForm);
	});
});

test('a target, a reason and the word, then Enter: that and nothing else is sent, once', () => {
	const pressed = press(withDatabaseDrop(), [...ready, '<enter>', '<enter>', '<enter>']);
	expect(commands(pressed)).toEqual([{do: 'allow', protocol: 'tcp', range: '172.30.7.20', port: 5432, direction: 'out', uid: 1000, seconds: 900, reason: 'restore the backup', by: 'alice'}]);
});

test('a typed target is taken apart as on the command line, with a way in and another time', () => {
	const keys = ['a', ...'udp 192.168.1.0/24:514', '<tab>', '<right>', '<tab>', '<left>', '<left>', '<tab>', ...'logs', '<enter>', ...word, '<enter>'];
	expect(commands(press(viewOf(), keys))).toEqual([{do: 'allow', protocol: 'udp', range: '192.168.1.0/24', port: 514, direction: 'in', uid: null, seconds: 60, reason: 'logs', by: 'alice'}]);
});

test.each([
	['no reason', ['a', '<enter>', '<enter>', ...word, '<enter>'], 'reason'],
	['no word', ['a', '<enter>', 'why', '<enter>', '<enter>'], 'word'],
	['capitals', ['a', '<enter>', 'why', '<enter>', ...'ALLOW', '<enter>'], 'word'],
	['another word', ['a', '<enter>', 'why', '<enter>', ...'yes', '<enter>'], 'word'],
	['no target', ['a', '<back>', '<back>', '<back>', '<del>', '<del>', '<del>', '<del>', '<del>', '<tab>', '<tab>', '<tab>', '<tab>', 'why', '<enter>', ...word, '<enter>'], 'target'],
] as const)('with %s nothing is sent, and what is missing is gone to', (_, keys, field) => {
	const pressed = press(withDatabaseDrop(), keys);
	expect(commands(pressed)).toEqual([]);
	expect(dialogOf(pressed.state).form.field).toBe(field);
});

describe('keys that are held, pasted or meant for something else', () => {
	test.each([['over a refused packet', withDatabaseDrop()], ['over nothing', viewOf()]])('a held a, %s, types nothing and sends nothing', (_, state) => {
		const pressed = press(state, Array.from({length: 90}, () => 'a'), 33);
		expect(commands(pressed)).toEqual([]);
		expect(dialogOf(pressed.state).form).toMatchObject({reason: '', word: '', target: state.focus === 'drops' ? 'tcp 172.30.7.20:5432' : ''});
	});

	test('a held Enter goes to the word and no further', () => {
		const pressed = press(withDatabaseDrop(), ['a', ...Array.from({length: 90}, () => '<enter>')], 33);
		expect(commands(pressed)).toEqual([]);
		expect(pressed.state.dialog?.kind).toBe('allow');
	});

	test('a pasted reason is text, also with line ends and whatever it names; a pasted word is none', () => {
		const reason = press(withDatabaseDrop(), ['a', '<enter>']).state;
		const pasted = 'restore L q\nallow\n';
		for (const action of [pasteAction(reason, pasted), actionFor(reason, pasted, {})]) {
			expect(action).toEqual({id: 'type', text: 'restore L qallow'});
		}
		const atWord = press(reason, ['why', '<enter>']).state;
		expect(dialogOf(atWord).form.field).toBe('word');
		expect(pasteAction(atWord, 'allow')).toBeNull();
		expect(pasteAction(press(withDatabaseDrop(), ['a']).state, 'allow')).toBeNull();
	});

	test('letters of commands are text in a text field, and L locks down from a choice', () => {
		expect(commands(press(withDatabaseDrop(), ['a', '<enter>', ...'LrsUdDq']))).toEqual([]);
		expect(commands(press(withDatabaseDrop(), ['a', 'L']))).toMatchObject([{do: 'lockdown'}]);
	});

	test('with Caps Lock the key does nothing', () => {
		expect(press(withDatabaseDrop(), ['A', 'X']).state.dialog).toBeNull();
	});
});

test('a change of the target asks anew, one of the time does not, and an answer to the old target is no answer', () => {
	const asked = press(withDatabaseDrop(), ['a', '<right>', '<right>']);
	expect(asked.effects).toHaveLength(1);
	const old = dialogOf(asked.state).asked ?? '';
	const changed = press(asked.state, ['<back>', '<del>'], 1000);
	expect(changed.effects).toMatchObject([{type: 'preview', wish: {uid: 100}}]);
	expect(dialogOf(after(changed.state, {type: 'preview', key: old, preview: databasePreview})).preview).toBeNull();
	expect(dialogOf(answered(changed.state)).preview).toEqual(databasePreview);
	expect(dialogOf(answered(changed.state, null)).preview).toBe('unanswered');
});

test('a refusal stands in the dialog, which stays, keeps what was typed and wants its word again', () => {
	const {state} = press(withDatabaseDrop(), [...ready, '<enter>']);
	const problem = {code: 'bad-request', severity: 'error' as const, what: 'no', stillBlocking: true, next: dnsRefusal.refused?.next ?? ''};
	const refused = after(state, {type: 'outcome', ticket: 1, outcome: {ok: false, message: 'The exception was refused.', durationMs: 2, problem}, atMs: state.nowMs});
	expect(dialogOf(refused)).toMatchObject({refusal: 'The exception was refused. Name the address in /etc/hosts instead.', ticket: null, form: {reason: 'restore the backup', word: ''}});
	expect(dialogOf(press(refused, word).state).refusal).toBeNull();
});

test('granted, the dialog goes and the outcome is said; the word typed twice sends nothing again', () => {
	const {state} = press(withDatabaseDrop(), [...ready, '<enter>']);
	const granted = after(state, {type: 'outcome', ticket: 1, outcome: {ok: true, message: 'Exception 1 is open.', durationMs: 2, problem: null}, atMs: state.nowMs});
	expect(granted.dialog).toBeNull();
	expect(granted.notice?.text).toContain('Exception 1 is open.');
});

test('it is refused before it opens where nothing can be allowed, and goes away when nobody types', () => {
	expect(press(viewOf({in: 'lockdown'}), ['a']).state.notice?.text).toBe('allow: in lockdown');
	expect(press(viewOf({readOnly: true}), ['a']).state.notice?.text).toBe('allow: read-only');
	const open = press(viewOf(), ['a', 't', 'c', 'p']).state;
	expect(after(open, {type: 'tick', atMs: open.nowMs + 200_000}).dialog?.kind).toBe('allow');
	expect(after(open, {type: 'tick', atMs: open.nowMs + 400_000}).dialog).toBeNull();
});

test('the times are those that the daemon grants', () => {
	expect(allowTimes.at(-1)).toBe(longestExceptionSeconds);
	expect(allowTimes.toSorted((a, b) => a - b)).toEqual(allowTimes);
});

describe('what is open', () => {
	test('x lists it, x again asks about the selected one, y closes that', () => {
		expect(commands(press(withExceptions(), ['x', 'x', 'y']))).toEqual([{do: 'revoke', id: 2}]);
		expect(commands(press(withExceptions(), ['x', 'j', 'x', 'y']))).toEqual([{do: 'revoke', id: 3}]);
	});

	test('a held x closes nothing, nor do y without a question, Enter, n and Y', () => {
		expect(commands(press(withExceptions(), Array.from({length: 60}, () => 'x'), 33))).toEqual([]);
		for (const keys of [['x', 'y'], ['x', 'x', '<enter>'], ['x', 'x', 'n', 'y'], ['x', 'x', 'Y'], ['x', 'x', 'yy']]) expect(commands(press(withExceptions(), keys))).toEqual([]);
	});

	test('one that ends while it is asked about is not closed in another\'s place', () => {
		const asking = press(withExceptions(), ['x', 'x']).state;
		const ended = withExceptions(asking, twoExceptions.filter(({id}) => id !== 2));
		expect(commands(press(ended, ['y']))).toEqual([]);
	});

	test('Esc takes back the question first; a opens the form; read-only closes nothing', () => {
		const asking = press(withExceptions(), ['x', 'x']).state;
		const once = press(asking, ['<esc>']).state;
		expect(once.dialog).toMatchObject({kind: 'exceptions', asking: null});
		expect(press(once, ['<esc>']).state.dialog).toBeNull();
		expect(press(once, ['a']).state.dialog?.kind).toBe('allow');
		expect(press(withExceptions(viewOf({readOnly: true})), ['x', 'x']).state).toMatchObject({dialog: {asking: null}, notice: {text: 'revoke: read-only'}});
	});
});
