/** Names that VKS_EGRESS refused, among refused packets: as rows, opened, and with the line that would list one. */
import {describe, expect, test} from 'vitest';
import type {DropView, EgressView} from '../../../src/control/schema.ts';
import {dropLine} from '../../../src/cli/drops.ts';
import {actionFor} from '../../../src/console/input.ts';
import {dialogKeys} from '../../../src/console/keys/dialog-keys.ts';
import {textWidth} from '../../../src/console/text.ts';
import {themeFor} from '../../../src/console/theme.ts';
import {update} from '../../../src/console/update.ts';
import type {ViewState} from '../../../src/console/view.ts';
import {acting} from '../../helpers/exception-view.ts';
import {screen} from '../../helpers/screen-render.ts';
import {after, fixture, viewOf} from '../../helpers/screen-view.ts';

const lookUp: DropView = {
	atMs: fixture.snapshot.atMs - 1000, ruleId: 'refuse-egress-name-1000', direction: 'out', inInterface: null, outInterface: 'wg0', source: '10.64.1.2', destination: 'telemetry.evil.example',
	protocol: 'udp', sourcePort: 40_122, destinationPort: null, icmpType: null, uid: 1000, gid: null, length: 0, owner: {user: 'media', process: 'Radarr', pid: 77},
	named: {how: 'look-up', times: 12, entry: 'uid 1000 telemetry.evil.example 443'},
};
const connection: DropView = {...lookUp, protocol: 'tcp', destination: 'cdn.evil.example', destinationPort: 8443, named: {how: 'connection', times: 1, entry: 'uid 1000 cdn.evil.example 8443'}};
const nameless: DropView = {...connection, destination: 'no name', destinationPort: 443, named: {how: 'connection', times: 1, entry: null}};
const egress: EgressView = {entries: ['uid 1000 api.example.com 443', 'uid 1000 *.example.org 80 443'], lookUps: 12, connections: 2, names: []};

function withNames(records: readonly DropView[], size: {readonly columns?: number; readonly rows?: number} = {}): ViewState {
	const view = viewOf(size);
	return acting(after(view, {type: 'snapshot', snapshot: {...fixture.snapshot, egress}, atMs: view.nowMs}, {type: 'drops', records}), {id: 'focus', panel: 'drops'});
}

const big = {columns: 120, rows: 40};
const pictures: ReadonlyArray<readonly [name: string, state: ViewState]> = [
	['120x40-names', withNames([lookUp, connection, nameless], big)],
	['120x40-name-opened', acting(withNames([lookUp], big), {id: 'open'})],
	['120x40-name-none-opened', acting(withNames([nameless], big), {id: 'open'})],
	['120x40-name-entry', acting(withNames([lookUp], big), {id: 'allow'})],
	['80x24-name-entry', acting(withNames([connection]), {id: 'open'}, {id: 'allow'})],
];

test.each(pictures)('the screen %s looks as recorded, and fits', async (name, state) => {
	const picture = screen(state);
	const rows = picture.split('\n');
	expect(rows.length).toBeLessThanOrEqual(state.rows);
	for (const row of rows) expect(textWidth(row)).toBeLessThanOrEqual(state.columns);
	await expect(`${picture}\n`).toMatchFileSnapshot(`${name}.txt`);
});

describe('the entry', () => {
	test('is the whole line, and `y` copies it', () => {
		const state = acting(withNames([connection]), {id: 'allow'});
		if (state.dialog?.kind !== 'entry') throw new Error('no entry opened');
		const action = actionFor(state, 'y', {});
		if (action === null) throw new Error('y means nothing');
		expect(dialogKeys(state, state.dialog).map(({keys, label}) => `${keys} ${label}`)).toContain('y copy the line');
		expect(update(state, {type: 'action', action, atMs: state.nowMs}).effects).toEqual([{type: 'copy', name: 'the line of VKS_EGRESS', text: 'VKS_EGRESS=uid 1000 api.example.com 443; uid 1000 *.example.org 80 443; uid 1000 cdn.evil.example 8443'}]);
		expect(acting(state, {id: 'back'}).dialog).toBeNull();
		expect(acting(state, {id: 'lockdown'}).nextTicket).toBeGreaterThan(state.nextTicket);
	});

	test('is not made of what bears no name: why is said', () => {
		const state = acting(withNames([nameless]), {id: 'allow'});
		expect([state.dialog, state.notice?.text]).toEqual([null, expect.stringContaining('It bears no name')]);
	});

	test('obeys nothing that a daemon says', () => {
		const evil = '\u001b[2J\u009b2J\u202e';
		const state = acting(withNames([{...connection, destination: evil, named: {how: 'connection', times: 1, entry: evil}}]), {id: 'allow'});
		expect(screen(state, themeFor({asciiOnly: true}))).not.toMatch(/[\u001b\u009b\u202e]/u);
		const {effects} = update(state, {type: 'action', action: {id: 'copy'}, atMs: state.nowMs});
		expect(JSON.stringify(effects)).not.toMatch(/\\u001b|\u009b|\u202e/u);
	});
});

test('gathered ones count for as many as they are', () => {
	const state = withNames([lookUp, lookUp, nameless]);
	expect([...state.live.groups.groups.values()].filter(({record}) => record.named !== undefined).map(({packets}) => packets)).toEqual([24, 1]);
	expect(state.live.groups.packets).toBe(withNames([]).live.groups.packets + 25);
});

test('`vks drops` has one in a line', () => {
	expect([lookUp, connection, nameless].map(record => dropLine(record).slice(dropLine(record).indexOf('  out ')))).toEqual([
		'  out to wg0  look-up of telemetry.evil.example, 12 times  uid 1000 (media), Radarr, pid 77',
		'  out to wg0  connection to cdn.evil.example:8443  uid 1000 (media), Radarr, pid 77',
		'  out to wg0  connection to no name:443  uid 1000 (media), Radarr, pid 77',
	]);
});
