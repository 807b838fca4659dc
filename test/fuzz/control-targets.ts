/** What crosses the control socket, both ways, and what a terminal sends. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {actionFor, pasteAction, type KeyFlags} from '../../src/console/input.ts';
import {update} from '../../src/console/update.ts';
import {lineSplitter} from '../../src/control/lines.ts';
import {parseReply} from '../../src/control/reply.ts';
import {parseRequest} from '../../src/control/request.ts';
import {replySchema, requestSchema} from '../../src/control/schema.ts';
import {acting, withDatabaseDrop, withExceptions} from '../helpers/exception-view.ts';
import {viewOf} from '../helpers/screen-view.ts';
import {checkProblem, checkSame} from './checks.ts';
import {brokenJson, brokenText} from './mutate.ts';
import {snapshots} from './samples.ts';
import {target, type FuzzTarget} from './target.ts';

const requests = [
	{type: 'subscribe', id: 1, topics: ['snapshot', 'drops', 'journal']},
	{type: 'command', id: 2, command: {do: 'switch', server: 'se-sto-1'}},
	{type: 'command', id: 3, command: {do: 'lift', word: 'lift'}},
	{type: 'command', id: 4, command: {do: 'lockdown', reason: 'test'}},
	{type: 'preview', id: 6, wish: {protocol: 'tcp', range: '192.168.9.20', port: 5432, direction: 'out', uid: null, seconds: 60}},
	{type: 'explain', id: 5, query: {protocol: 'tcp', destination: '192.0.2.1', port: 443, uid: null}},
	{type: 'moments', id: 6},
	{type: 'moment', id: 7, query: {from: 12, by: -1, changes: true, base: null}},
];
const requestLines = fc.oneof(brokenText(requests.map(request => JSON.stringify(request)), ['"do"', '"lift"', '"id":-1']), brokenJson(requests).map(value => JSON.stringify(value) ?? ''));

const problem = {code: 'busy', severity: 'error', what: 'It is busy.', stillBlocking: true, next: 'Try again.'};
const replies = [
	{type: 'hello', protocol: 1, version: '0.1.0', pid: 7, readOnly: false},
	...snapshots().map(snapshot => ({type: 'snapshot', snapshot})),
	{type: 'drops', records: [], lost: 0},
	{type: 'journal', entries: [{seq: 1, atMs: 1, kind: 'daemon', level: 'info', text: 'x'}]},
	{type: 'subscribed', id: 1},
	{type: 'outcome', id: 2, outcome: {ok: false, message: 'no', durationMs: 3, problem}},
	{type: 'explanation', id: 3, explanation: {verdict: 'accept', ruleId: 'x', reason: 'y', setting: 'z', via: 'wg0', wouldOpen: null, path: ['x']}},
	{type: 'preview', id: 4, preview: {refused: null, text: 'x', rules: [{table: 'inet', chain: 'output', text: 'accept'}], notes: []}},
	{type: 'moments', id: 4, moments: [{id: 1, atMs: 1, kind: 'state', why: 'x'}]},
	{type: 'moment', id: 5, kept: {moment: {id: 1, atMs: 1, kind: 'state', why: 'x'}, index: 0, of: 1, base: null, patch: {o: {a: {s: 1}}}}},
	{type: 'refused', id: null, problem},
];
const replyLines = fc.oneof(brokenText(replies.map(reply => JSON.stringify(reply)), ['"id"', 'null']), brokenJson(replies).map(value => JSON.stringify(value) ?? ''));

const flags: fc.Arbitrary<KeyFlags> = fc.record(Object.fromEntries(
	(['upArrow', 'downArrow', 'leftArrow', 'rightArrow', 'pageUp', 'pageDown', 'home', 'end', 'return', 'escape', 'tab', 'backspace', 'delete', 'ctrl', 'shift', 'meta'] as const).map(name => [name, fc.boolean()]),
), {requiredKeys: []});
/** Mostly no flag at all, as letters come; now and then what no terminal sends. */
const chunks = fc.array(fc.tuple(brokenText(['L', 'r', 'y', 'U', 'lift', '/', 's', 'q', 'a', 'x', 'tcp 192.168.1.1:22', 'allow', 'jjj', '\u001B[A', '\u001B[200~Ly\u001B[201~', '\u001B[<0;3;4M']), fc.oneof({weight: 4, arbitrary: fc.constant<KeyFlags>({})}, {weight: 1, arbitrary: flags})), {maxLength: 8});
const views = [viewOf(), viewOf({in: 'lockdown'}), viewOf({in: 'no-server'}), viewOf({snapshot: null}), viewOf({readOnly: true}), acting(viewOf(), {id: 'allow'}), acting(withDatabaseDrop(), {id: 'allow'}, {id: 'accept'}), acting(withExceptions(), {id: 'exceptions'}, {id: 'exceptions'})];

export const controlTargets: readonly FuzzTarget[] = [
	target('requests', requestLines, line => {
		const parsed = parseRequest(line);
		if (parsed.ok) {
			assert.ok(requestSchema.safeParse(parsed.value).success);
			checkSame(parseRequest(JSON.stringify(parsed.value)), parsed);
			return;
		}
		const {id, problem: refusal} = parsed.error;
		assert.ok(id === null || (Number.isSafeInteger(id) && id >= 0));
		checkProblem(refusal);
		assert.ok(refusal.what.length <= 500, 'a refusal as long as the request');
	}),
	target('replies', replyLines, line => {
		const parsed = parseReply(line);
		if (parsed === null) {
			const value = ((): unknown => {
				try {
					return JSON.parse(line);
				} catch {
					return null;
				}
			})();
			assert.ok(!replySchema.safeParse(value).success, 'a sound message is refused');
			return;
		}
		if (parsed.type === 'refused') assert.equal(typeof parsed.problem.next, 'string');
		if (parsed.type === 'outcome') assert.equal(typeof parsed.outcome.message, 'string');
	}, 0.5),
	target('lines, in whatever pieces', fc.tuple(fc.array(brokenText(['{"a":1}', 'zürich 日本\n', '\n\n']), {maxLength: 4}), fc.array(fc.integer({min: 1, max: 40}), {minLength: 1, maxLength: 10}), fc.integer({min: 4, max: 5000})), ([texts, sizes, limit]) => {
		const bytes = Buffer.from(texts.join('\n'));
		const [whole, pieces] = [lineSplitter(limit).push(bytes), lineSplitter(limit)];
		const lines: string[] = [];
		let overflowed = false;
		for (let at = 0, turn = 0; at < bytes.length; turn++) {
			const size = sizes[turn % sizes.length] ?? 1;
			const split = pieces.push(bytes.subarray(at, at + size));
			lines.push(...split.lines);
			overflowed = split.overflowed;
			at += size;
		}
		checkSame({lines, overflowed}, {lines: whole.lines, overflowed: whole.overflowed});
		for (const line of lines) assert.ok(Buffer.byteLength(line) <= limit * 3, 'a replacement character takes three bytes');
	}, 0.5),
	target('keys and pastes', fc.tuple(fc.constantFrom(...views), chunks), ([start, pressed]) => {
		let state = start;
		for (const [index, [input, key]] of pressed.entries()) {
			const action = actionFor(state, input, key);
			const bare = Object.values(key).every(set => !set);
			// Several characters in one chunk are a paste: they may be text or a move, and never an order.
			if (action !== null && bare && [...input].length > 1) assert.ok(action.id === 'type' || action.id === 'move', `${JSON.stringify(input)} means ${action.id}`);
			const pasted = pasteAction(state, input);
			assert.ok(pasted === null || pasted.id === 'type');
			if (action === null) continue;
			// Far enough apart for a dialog to hear them.
			const step = update(state, {type: 'action', action, atMs: start.nowMs + 400 * (index + 1)});
			// A form may ask what would come of its text.
			if (bare && [...input].length > 1) checkSame(step.effects.filter(({type}) => type !== 'preview'), []);
			state = step.state;
		}
	}, 0.5),
];
