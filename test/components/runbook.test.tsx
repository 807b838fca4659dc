import {cleanup, render} from 'ink-testing-library';
import {afterEach, describe, expect, test} from 'vitest';
import {App} from '../../components/App.tsx';
import type {Action} from '../../src/console/actions.ts';
import {actionFor} from '../../src/console/input.ts';
import {runbookSteps} from '../../src/console/runbook/steps.ts';
import {themeFor} from '../../src/console/theme.ts';
import type {ViewState} from '../../src/console/view.ts';
import {after, viewOf, type Situation} from '../helpers/screen-view.ts';
import {spoken} from '../helpers/screen-render.ts';

afterEach(cleanup);

const nothing = (): void => undefined;
const show = (state: ViewState): string => render(<App state={state} theme={themeFor({})} onKey={nothing} onPaste={nothing} />).lastFrame() ?? '';
/** As pressed: what the key means where it is pressed. */
const press = (state: ViewState, ...keys: readonly string[]): ViewState => keys.reduce((before, key) => {
	const action: Action | null = actionFor(before, key, {escape: key === '\x1b'});
	return action === null ? before : after(before, {type: 'action', action, atMs: before.nowMs + 400});
}, state);
const opened = (name: Situation = 'connected'): ViewState => press(viewOf({columns: 110, rows: 44, in: name}), 'i');
const standing = (state: ViewState): Readonly<Record<string, string>> => Object.fromEntries(runbookSteps(state).map(step => [step.title.split(';')[0], step.standing]));

test('every step stands there with its key and its proof, and what is not done with its reason', () => {
	const text = show(opened());
	expect(text).toContain('When something is wrong');
	expect(text).toMatch(/1 · Isolate {2}L/);
	expect(text).toMatch(/2 ✓ Prove {2}2/);
	expect(text).toMatch(/PROVEN; \d of \d layers held/);
	expect(text).toMatch(/3 · Keep evidence {2}e/);
	expect(text).toMatch(/flush +A firewall that is flushed/);
	expect(text).toMatch(/hour +leak test/);
	expect(spoken(opened())).toContain('Dialog: When something is wrong');
});

describe('how a step stands is what was read', () => {
	test('connected and proven', () => {
		expect(standing(viewOf())).toMatchObject({'Isolate': 'due', 'Prove': 'done', 'Keep evidence': 'due', 'What is open beside the tunnel': 'done', 'Let go': 'done'});
	});
	test('locked down', () => {
		expect(standing(viewOf({in: 'lockdown'}))).toMatchObject({Isolate: 'done', Prove: 'done', 'Let go': 'due'});
	});
	test('a lockdown that is not proven isolates nobody', () => {
		const state = viewOf({in: 'lockdown'});
		expect(standing({...state, link: {kind: 'down', problem: {code: 'no-daemon', what: 'it went', next: 'start it'}}})).toMatchObject({Isolate: 'wrong', Prove: 'wrong'});
	});
	test.each(['drifted', 'failed'] as const)('%s', name => {
		expect(standing(viewOf({in: name}))).toMatchObject({Prove: 'wrong'});
	});
	test('a drill that saw a leak', () => {
		expect(standing(viewOf({in: 'leaked'}))).toMatchObject({'Test for leaks': 'wrong'});
	});
});

describe('keys in it', () => {
	test('L locks down at once, and the runbook stays', () => {
		const state = press(opened(), 'L');
		expect(state.pending.map(({command}) => command.do)).toEqual(['lockdown']);
		expect(state.dialog).toEqual({kind: 'runbook', top: 0});
	});
	test('e gathers evidence, and the step says where it lies', () => {
		const state = press(opened(), 'e');
		expect(state.dialog?.kind).toBe('runbook');
		const written = after(state, {type: 'told', ok: true, text: 'evidence in ./vks-evidence', atMs: state.nowMs, evidence: true});
		expect(standing(written)).toMatchObject({'Keep evidence': 'done'});
		expect(show(written)).toContain('evidence in ./vks-evidence, ');
		expect(standing(after(state, {type: 'told', ok: false, text: 'evidence: the disk is full', atMs: state.nowMs, evidence: true}))).toMatchObject({'Keep evidence': 'due'});
	});
	test('what asks a question asks it, and Escape closes the question', () => {
		expect(press(opened('lockdown'), 'U').dialog).toMatchObject({kind: 'typed', command: {do: 'lift'}});
		expect(press(opened(), 'r').dialog).toMatchObject({kind: 'confirm'});
		expect(press(opened(), 'x').dialog?.kind).toBe('exceptions');
	});
	test('a panel\'s number goes there; i and Escape close it; j scrolls', () => {
		const drops = press(opened(), '4');
		expect([drops.dialog, drops.focus]).toEqual([null, 'drops']);
		expect(press(opened(), 'i').dialog).toBeNull();
		expect(press(opened(), '\x1b').dialog).toBeNull();
		expect(press(press(viewOf({columns: 80, rows: 24}), 'i'), 'j').dialog).toEqual({kind: 'runbook', top: 1});
	});
});
