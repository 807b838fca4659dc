import {expect, test} from 'vitest';
import {noDaemon, notAllowed, otherProtocol} from '../../../src/control/problems.ts';
import type {Surroundings} from '../../../src/console/surroundings.ts';
import {themeFor} from '../../../src/console/theme.ts';
import {textWidth} from '../../../src/console/text.ts';
import type {Action} from '../../../src/console/actions.ts';
import {initialView, type PanelId, type ViewState} from '../../../src/console/view.ts';
import type {Problem} from '../../../src/problem.ts';
import {readRecording} from '../../../src/history/read-recording.ts';
import {sessionText} from '../../helpers/session.ts';
import {explained, flooded, named} from '../../helpers/screen-drops.ts';
import {screen} from '../../helpers/screen-render.ts';
import {after, snapshotOf, viewOf} from '../../helpers/screen-view.ts';

const at = (state: ViewState, ...actions: readonly Action[]): ViewState => after(state, ...actions.map(action => ({type: 'action', action, atMs: state.nowMs}) as const));
const focus = (panel: PanelId): Action => ({id: 'focus', panel});

const down = (problem: Problem, tunnels: Omit<Surroundings['tunnels'], 'folder'>, uid = 0): ViewState => after(
	viewOf({snapshot: null}),
	{type: 'link', link: {kind: 'down', problem}},
	{type: 'surroundings', surroundings: {uid, inContainer: false, owner: 0, tunnels: {folder: '/etc/vks/tunnels', ...tunnels}}},
);

/** Locked down now; the panels stepped back to when it was connected. */
const then = (columns = 80, rows = 24, now: 'lockdown' | 'reconnected' = 'lockdown'): ViewState => {
	const snapshot = snapshotOf('connected');
	const kept = {moment: {id: 12, atMs: snapshot.atMs, kind: 'command', why: 'drill: 35 probes, none seen outside the tunnel. (84 ms)'}, index: 11, of: 190, base: null, patch: {s: snapshot}} as const;
	return after(at(viewOf({columns, rows, in: now}), {id: 'step-back'}), {type: 'moment', kept, by: -1, problem: null});
};
/** A recording, two steps in. */
const replay = (columns = 80, rows = 24): ViewState => {
	const session = readRecording(sessionText());
	if (!session.ok) throw new Error(session.error);
	const {frames, drops, journal, by} = session.value;
	const [, , , frame] = frames;
	if (frame === undefined) throw new Error('the recording is too short');
	const start = initialView({nowMs: 5, offsetMinutes: 0, columns, rows, readOnly: false, socketPath: '', operator: 'root'});
	return after(start, {type: 'replay', name: 'night.jsonl', by, of: frames.length, drops, journal, cut: null}, {type: 'replayed', frame, index: 3, playing: false});
};
const sized = (size: string): {readonly columns: number; readonly rows: number} => {
	const [columns = 80, rows = 24] = size.split('x').map(Number);
	return {columns, rows};
};

const pictures: ReadonlyArray<readonly [name: string, state: ViewState]> = [
	['80x24-tunnel', viewOf({})],
	['80x24-ruleset', at(viewOf({}), focus('ruleset'), {id: 'move', by: 'down'})],
	['80x24-servers', at(viewOf({}), focus('servers'))],
	['80x24-servers-known', at(viewOf({in: 'known'}), focus('servers'), {id: 'move', by: 'down'})],
	['80x24-servers-by-latency', at(viewOf({in: 'known'}), focus('servers'), ...Array.from({length: 5}, (): Action => ({id: 'sort'})))],
	['120x40-servers', at(viewOf({columns: 120, rows: 40, in: 'known'}), focus('servers'))],
	['120x40-servers-zoomed', at(viewOf({columns: 120, rows: 40, in: 'known'}), focus('servers'), {id: 'zoom'})],
	['80x24-switch-known', at(viewOf({in: 'known'}), focus('servers'), {id: 'switch'})],
	['120x40-switch-known', at(viewOf({columns: 120, rows: 40, in: 'known'}), focus('servers'), {id: 'switch'})],
	['80x24-drops', at(viewOf({}), focus('drops'))],
	['80x24-journal', at(viewOf({}), focus('journal'))],
	['80x24-help', at(viewOf({}), {id: 'help'})],
	['80x24-palette', at(viewOf({}), {id: 'palette'})],
	['80x24-palette-switch', at(viewOf({}), {id: 'palette'}, {id: 'type', text: 's'}, {id: 'type', text: 'w'}, {id: 'type', text: ' '}, {id: 'type', text: 'z'})],
	['120x40-palette', at(viewOf({columns: 120, rows: 40, in: 'lockdown'}), {id: 'palette'}, {id: 'type', text: 'l'}, {id: 'type', text: 'i'})],
	...(['80x24', '100x30', '120x40', '200x60'] as const).flatMap(size => (['watched', 'late', 'expired', 'busy'] as const).map(name => [`${size}-${name}`, viewOf({...sized(size), in: name})] as const)),
	['80x24-tunnel-details', at(viewOf({in: 'watched'}), {id: 'open'})],
	['120x40-tunnel-zoomed', at(viewOf({columns: 120, rows: 40, in: 'watched'}), {id: 'zoom'})],
	['80x24-excepted', viewOf({in: 'excepted'})],
	['120x40-excepted', at(viewOf({columns: 120, rows: 40, in: 'excepted'}), focus('drops'))],
	['120x40-tunnel-details', at(viewOf({columns: 120, rows: 40, in: 'watched'}), {id: 'open'})],
	['80x24-tunnel-details-end', at(viewOf({in: 'watched'}), {id: 'open'}, {id: 'move', by: 'last'})],
	['80x24-drop-details', at(viewOf({}), focus('drops'), {id: 'open'})],
	['80x24-switch', at(viewOf({}), focus('servers'), {id: 'move', by: 'down'}, {id: 'switch'})],
	['80x24-lift', at(viewOf({in: 'lockdown'}), {id: 'lift'})],
	['80x24-lockdown', viewOf({in: 'lockdown'})],
	['80x24-drifted', viewOf({in: 'drifted'})],
	['80x24-failed-to-block', viewOf({in: 'failed'})],
	['80x24-leaked', viewOf({in: 'leaked'})],
	['80x24-full-drill', at(viewOf({}), {id: 'drill-full'})],
	['80x24-drops-one-by-one', at(named({}), focus('drops'), {id: 'group'})],
	['80x24-drops-flood', at(flooded({}), focus('drops'))],
	['120x40-drops', at(flooded({columns: 120, rows: 40}), focus('drops'), {id: 'zoom'})],
	['120x40-drops-one-by-one', at(flooded({columns: 120, rows: 40}), focus('drops'), {id: 'zoom'}, {id: 'group'}, {id: 'move', by: 'page-down'})],
	['80x24-drops-filter', at(flooded({}), focus('drops'), {id: 'filter'}, {id: 'type', text: 'out -user:nobody d'})],
	['80x24-drops-filter-wrong', at(flooded({}), focus('drops'), {id: 'filter'}, {id: 'type', text: 'dprot:53'})],
	['80x24-drop-explained', explained(at(named({}), focus('drops'), {id: 'filter'}, {id: 'type', text: 'dport:80'}, {id: 'accept'}, {id: 'open'}))],
	['80x24-blocked', viewOf({in: 'blocked-no-handshake'})],
	['80x24-unsafe-network', viewOf({in: 'unsafe-network'})],
	['80x24-connecting', viewOf({in: 'connecting'})],
	['80x24-switching', viewOf({in: 'switching'})],
	['80x24-degraded', viewOf({in: 'degraded'})],
	['80x24-no-uplink', viewOf({in: 'blocked-no-uplink'})],
	['80x24-repaired', at(viewOf({in: 'repaired'}), focus('journal'))],
	['120x40-first-server', at(viewOf({columns: 120, rows: 40, in: 'no-server'}), focus('servers'), {id: 'open'})],
	['80x24-no-server', at(viewOf({in: 'no-server'}), focus('servers'))],
	['80x24-server-details', at(viewOf({}), focus('servers'), {id: 'filter'}, {id: 'type', text: 'nl-ams'}, {id: 'accept'}, {id: 'open'})],
	['120x40-reconnected', viewOf({columns: 120, rows: 40, in: 'reconnected'})],
	['60x20-servers', at(viewOf({columns: 60, rows: 20}), focus('servers'))],
	['60x20-ruleset', at(viewOf({columns: 60, rows: 20}), focus('ruleset'))],
	['40x10-lockdown', viewOf({columns: 40, rows: 10, in: 'lockdown'})],
	['80x24-no-daemon', down(noDaemon('/run/vks/control.sock', 'there is no such socket'), {found: 'read', files: 3})],
	['80x24-no-daemon-no-folder', down(noDaemon('/run/vks/control.sock', 'there is no such socket'), {found: 'missing', files: 0})],
	['80x24-no-rights', down(notAllowed('/run/vks/control.sock'), {found: 'hidden', files: 0}, 1000)],
	['80x24-other-protocol', down(otherProtocol('2', 1), {found: 'read', files: 3})],
	['120x40-tunnel', viewOf({columns: 120, rows: 40})],
	['120x40-ruleset-zoomed', at(viewOf({columns: 120, rows: 40}), focus('ruleset'), {id: 'zoom'})],
	['60x20-tunnel', viewOf({columns: 60, rows: 20})],
	['60x20-drops', at(viewOf({columns: 60, rows: 20}), focus('drops'))],
	['200x60-tunnel', viewOf({columns: 200, rows: 60})],
	['80x50-tunnel', viewOf({columns: 80, rows: 50})],
	['80x24-replay', replay()],
	['120x40-replay', replay(120, 40)],
	['80x24-then', then()],
	['120x40-then', then(120, 40)],
	['60x20-then', then(60, 20)],
	['80x24-then-reconnect', at(then(80, 24, 'reconnected'), {id: 'reconnect'})],
	['80x24-policy', at(viewOf({}), focus('journal'), {id: 'filter'}, {id: 'type', text: 'policy 3'}, {id: 'accept'}, {id: 'open'})],
	['80x24-journal-policies', at(viewOf({}), focus('journal'), {id: 'sort'}, {id: 'sort'})],
	['40x10', viewOf({columns: 40, rows: 10})],
];

test.each([
	['80x24-tunnel-ascii', viewOf({})],
	['120x40-palette-ascii', at(viewOf({columns: 120, rows: 40}), {id: 'palette'}, {id: 'type', text: 'd'})],
] as const)('the screen %s looks as recorded', async (name, state) => {
	await expect(`${screen(state, themeFor({asciiOnly: true}))}\n`).toMatchFileSnapshot(`${name}.txt`);
});

test.each(pictures)('the screen %s looks as recorded, and fits', async (name, state) => {
	const picture = screen(state);
	const rows = picture.split('\n');
	expect(rows.length).toBeLessThanOrEqual(state.rows);
	for (const row of rows) expect(textWidth(row)).toBeLessThanOrEqual(state.columns);
	await expect(`${picture}\n`).toMatchFileSnapshot(`${name}.txt`);
});

test.each([...pictures, ['80x24-expired', viewOf({in: 'expired'})], ['120x40-expired', viewOf({columns: 120, rows: 40, in: 'expired'})]] as const)('with --ascii not one byte of %s is above 126, and it fits as well', (_, state) => {
	const rows = screen(state, themeFor({asciiOnly: true})).split('\n');
	for (const row of rows) {
		expect(row).toMatch(/^[\x20-\x7E]*$/);
		expect(row.length).toBeLessThanOrEqual(state.columns);
	}
});

test('no size throws, and the word that matters is there wherever there is a row', {timeout: 60_000}, () => {
	for (const [columns, rows] of [[0, 0], [1, 1], [2, 2], [20, 5], [59, 11], [60, 12], [61, 13], [79, 24], [80, 19], [99, 31], [100, 29], [300, 100]] as const) {
		const picture = screen(viewOf({columns, rows, in: 'drifted'}));
		if (columns >= 12) expect(picture).toContain('DRIFTED');
	}
});
