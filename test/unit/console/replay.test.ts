/** A recorded session in the daemon's place. */
import {expect, test} from 'vitest';
import type {Action, PlainAction} from '../../../src/console/actions.ts';
import type {ViewEvent} from '../../../src/console/events.ts';
import {viewEventFor} from '../../../src/console/perform.ts';
import {disabledReason} from '../../../src/console/keymap.ts';
import {replayFeed} from '../../../src/console/replay/feed.ts';
import {headerTop} from '../../../src/console/select/header.ts';
import {selectBanners} from '../../../src/console/select/banners.ts';
import {dropRows} from '../../../src/console/select/drops.ts';
import {themeFor} from '../../../src/console/theme.ts';
import {update} from '../../../src/console/update.ts';
import {initialView, type ViewState} from '../../../src/console/view.ts';
import {readRecording} from '../../../src/history/read-recording.ts';
import {sessionText} from '../../helpers/session.ts';

function opened(text = sessionText()) {
	const session = readRecording(text);
	if (!session.ok) throw new Error(session.error);
	let beat: (() => void) | null = null;
	const feed = replayFeed(session.value, {name: 'night.jsonl', every(_ms, callback) {
		beat = callback;
		return () => (beat = null);
	}});
	let state: ViewState = initialView({nowMs: 5, offsetMinutes: 0, columns: 80, rows: 24, readOnly: false, socketPath: '', operator: 'root'});
	feed.listen(event => (state = update(state, viewEventFor(event, 9_999_999_999_999)).state));
	const press = (id: PlainAction): void => act({id});
	const act = (action: Action): void => {
		const step = update(state, {type: 'action', action, atMs: 9_999_999_999_999});
		state = step.state;
		for (const effect of step.effects) {
			if (effect.type === 'replay-step') feed.replay?.step(effect.by, effect.changes);
			if (effect.type === 'replay-play') feed.replay?.play();
		}
	};
	const happen = (event: ViewEvent): void => void (state = update(state, event).state);
	return {feed, press, act, happen, state: () => state, beat: () => beat?.(), plays: () => beat !== null};
}
const kind = (state: ViewState): string | undefined => state.live.snapshot?.state.kind;

test('it opens at its beginning, and the steps go through it and stop at both ends', () => {
	const {press, state} = opened();
	expect(state().replay).toMatchObject({name: 'night.jsonl', index: 0, of: 6, playing: false});
	press('step-back');
	expect(state().replay?.index).toBe(0);
	press('step-forward');
	expect(kind(state())).toBe('connected');
	for (let times = 0; times < 9; times++) press('step-forward');
	expect(state().replay?.index).toBe(5);
	press('change-back');
	expect(kind(state())).toBe('lockdown');
});

test('its clock is the recording\'s: what is shown is as old as it was, whatever the time', () => {
	const {press, state} = opened();
	press('step-forward');
	expect(state().nowMs).toBe(state().live.snapshot?.atMs);
	const before = state();
	expect(update(before, {type: 'tick', atMs: 9_999_999_999_999}).state).toBe(before);
	const header = headerTop(before, themeFor({})).flatMap(({line}) => line.map(({text}) => text)).join(' ');
	expect(header).toMatch(/REPLAY \d\d:\d\d:\d\d/);
	expect(header).toContain('PROVEN');
	expect(selectBanners(before)[0]?.text).toMatch(/^REPLAY, 2 of 6: night\.jsonl/);
});

test('panels see what came up to the moment, and stepping back takes it away again', () => {
	const {press, state} = opened();
	const counts = Array.from({length: 6}, () => {
		const {length} = dropRows(state());
		press('step-forward');
		return length;
	});
	expect(counts).toEqual(counts.toSorted((a, b) => a - b));
	expect(counts.at(-1)).toBeGreaterThan(counts[0] ?? 0);
	press('change-back');
	expect(dropRows(state()).every(({record}) => record.atMs <= state().nowMs)).toBe(true);
});

test('space plays and pauses; it stops at the end, and a step pauses it', () => {
	const {press, state, beat, plays} = opened();
	press('freeze');
	expect(state().replay?.playing).toBe(true);
	beat();
	beat();
	expect(state().replay?.index).toBe(2);
	press('step-back');
	expect([state().replay?.playing, plays()]).toEqual([false, false]);
	press('freeze');
	for (let times = 0; times < 9; times++) beat();
	expect(state().replay).toMatchObject({index: 5, playing: false});
	expect(plays()).toBe(false);
});

test('no order leaves a replay, and each says why', () => {
	const {press, state} = opened();
	press('step-forward');
	for (const id of ['lockdown', 'reconnect', 'switch', 'drill', 'lift'] as const) expect(disabledReason({id}, state())).toBe('replay');
	press('lockdown');
	expect(state().pending).toEqual([]);
	press('evidence');
	expect(state().notice?.text).toContain('evidence already');
});

test('one that was cut says so when it opens', () => {
	const {state} = opened(sessionText().slice(0, -200));
	expect(state().notice).toMatchObject({level: 'warn', text: expect.stringContaining('up to where it was cut')});
	expect(state().replay?.of).toBe(5);
});

test('the palette runs what was chosen though the recording\'s clock stands still', () => {
	const {press, act, state} = opened();
	press('palette');
	for (const text of 'zoom') act({id: 'type', text});
	press('accept');
	expect([state().dialog, state().zoom]).toEqual([null, true]);
});

test('what became of a key is read by the next one, for no clock takes it away', () => {
	const {press, happen, state} = opened();
	happen({type: 'told', ok: true, text: 'endpoint sent to the terminal\'s clipboard', atMs: 9_999_999_999_999});
	expect(state().notice?.text).toContain('clipboard');
	press('zoom');
	expect(state().notice).toBeNull();
});
