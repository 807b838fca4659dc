/** `b`: what surrounds the tunnel, found by the console where it can see it, or by whom it must be looked at. */
import {cleanup, render} from 'ink-testing-library';
import {afterEach, expect, test} from 'vitest';
import {App} from '../../components/App.tsx';
import {auditHere} from '../../src/console/audit.ts';
import type {Effect} from '../../src/console/events.ts';
import {actionFor} from '../../src/console/input.ts';
import {runbookSteps} from '../../src/console/runbook/steps.ts';
import {checks} from '../../src/console/runbook/words.ts';
import {themeFor} from '../../src/console/theme.ts';
import {update} from '../../src/console/update.ts';
import type {AuditSeen, ViewState} from '../../src/console/view.ts';
import {auditSeen} from '../helpers/audit-seen.ts';
import {after, viewOf} from '../helpers/screen-view.ts';
import {spoken} from '../helpers/screen-render.ts';

afterEach(cleanup);

const nothing = (): void => undefined;
const show = (state: ViewState): string => render(<App state={state} theme={themeFor({})} onKey={nothing} onPaste={nothing} />).lastFrame() ?? '';
const press = (state: ViewState, key: string): {readonly state: ViewState; readonly effects: readonly Effect[]} => {
	const action = actionFor(state, key, {escape: key === '\x1b'});
	return action === null ? {state, effects: []} : update(state, {type: 'action', action, atMs: state.nowMs + 400});
};

const opened = (state: ViewState, answer: AuditSeen = auditSeen()): ViewState => after(press(state, 'b').state, {type: 'audited', target: null, seen: answer, atMs: state.nowMs + 1000});

test('b looks at once, and again when it is pressed again; Esc closes', () => {
	const {state, effects} = press(viewOf({columns: 80, rows: 24}), 'b');
	expect(effects).toEqual([{type: 'audit', target: null}]);
	expect(show(state)).toContain('looking …');
	// One that is on its way is waited for.
	expect(press(state, 'b').effects).toEqual([]);
	const found = after(state, {type: 'audited', target: null, seen: auditSeen(), atMs: state.nowMs});
	expect(press(found, 'b').effects).toEqual([{type: 'audit', target: null}]);
	expect(press(found, '\x1b').state.dialog).toBeNull();
	expect(press(found, 'j').state.dialog).toMatchObject({kind: 'audit', top: 1});
	expect(press(found, 'L').state.pending.map(({command}) => command.do)).toContain('lockdown');
});

test('what it says is said to a screen reader, and by the runbook in a line', () => {
	const state = opened(viewOf({columns: 110, rows: 44}));
	expect(spoken(state)).toContain('Dialog: What surrounds the tunnel');
	expect(checks(state).find(([label]) => label === 'by you')?.[1]).toContain('1 high, 1 medium');
	expect(runbookSteps(state)).not.toEqual([]);
});

test('where nothing can be seen it says why, and what to run', async () => {
	const elsewhere = await auditHere({name: 'box', way: 'ssh://root@box/vpn', far: true}, undefined);
	expect(elsewhere).toEqual({kind: 'unseen', why: 'box is on another machine, and this console sees only its own.', next: 'ssh root@box sudo vks audit'});
	const text = show(opened(viewOf({columns: 80, rows: 24}), elsewhere));
	expect(text).toContain('box is on another machine');
	expect(text).toContain('ssh root@box sudo vks audit');
});

test('what comes after the console looked elsewhere is nobody\'s', () => {
	const box = {name: 'box', way: 'ssh://root@box/vpn', far: true};
	const late = update({...viewOf(), target: box}, {type: 'audited', target: null, seen: auditSeen(), atMs: 0});
	expect(late.state.audit).toBeNull();
	expect(late.effects).toEqual([]);
});

test('a replay has no host', () => {
	const state: ViewState = {...viewOf(), replay: {name: 'x', of: 1, index: 0, playing: false, why: '', drops: viewOf().live.drops, journal: viewOf().live.journal}};
	const step = press(state, 'b');
	expect(step.effects).toEqual([]);
	expect(step.state.notice?.text).toBe('audit: a replay has no host to look at');
});
