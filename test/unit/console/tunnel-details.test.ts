/** Enter on the tunnel: all that is known of it, and as far down as there is something. */
import {expect, test} from 'vitest';
import {actionFor} from '../../../src/console/input.ts';
import {footerKeys} from '../../../src/console/keymap.ts';
import {selectDetails} from '../../../src/console/select/details.ts';
import {tunnelLines} from '../../../src/console/select/tunnel.ts';
import {lineText} from '../../../src/console/text.ts';
import {themeFor} from '../../../src/console/theme.ts';
import type {ViewState} from '../../../src/console/view.ts';
import {after, snapshotOf, viewOf, type Situation} from '../../helpers/screen-view.ts';

const act = (state: ViewState, ...ids: ReadonlyArray<'open' | 'back' | 'freeze'>): ViewState => after(state, ...ids.map(id => ({type: 'action', action: {id}, atMs: state.nowMs}) as const));
const move = (state: ViewState, by: 'down' | 'up' | 'last' | 'page-down'): ViewState => after(state, {type: 'action', action: {id: 'move', by}, atMs: state.nowMs});
const opened = (name: Situation): ViewState => act(viewOf({in: name}), 'open');
const topOf = ({dialog}: ViewState): number => (dialog?.kind === 'details' ? dialog.top : Number.NaN);
const text = (state: ViewState): string => (state.dialog?.kind === 'details' ? selectDetails(state, state.dialog, themeFor({})).lines(76).map(lineText).join('\n') : 'closed');

test('each vote in its words with its history, round trips, traffic, addresses, key, session, reconnects and layers', () => {
	const details = text(opened('watched'));
	for (const part of ['heard      good: bytes came in 1 s ago', 'handshake  good: the last handshake was 19 s ago', "RTT        good: the tunnel's resolver answered in 32 ms", '18 ms at least, 24 ms in the middle, 37 ms at most; 2 of 60 lost', '10.64.1.2, fd64:1::2', '10.64.1.1', 'MTU 1420, keepalive 25s', 'its file has not changed for 40d; it may be older', 'session    19s old', 'reconnects 2 since the daemon started', 'again to se-sto-1, after 1.8 s', 'from ch-zrh-1 to se-sto-1, after 412 ms', '✓ firewall', 'as for IPv4']) expect(details.replaceAll(/\s*\n {11}/g, ' ')).toContain(part.replaceAll(/\n/g, ' '));
	expect(details.search(/\d again to/)).toBeLessThan(details.search(/\d from ch-zrh-1/));
	expect(details).toMatch(/^ {11}[▁▄█]{60}/m);
});

test('without a tunnel it says so and goes on with what there is', () => {
	expect(text(opened('lockdown'))).toMatch(/^state +Locked down by operator/);
	expect(text(opened('lockdown'))).toContain('✓ firewall');
	const {tunnel, ...rest} = snapshotOf('connected');
	const fresh = tunnel === null ? null : {...rest, tunnel: {...tunnel, votes: []}};
	expect(text(act(viewOf({snapshot: fresh}), 'open'))).toContain('nothing was read yet');
});

test('an exit service that does not answer is named in the panel and in the details', () => {
	const {tunnel, ...rest} = snapshotOf('connected');
	if (tunnel === null) throw new Error('connected has a tunnel');
	const view = viewOf({snapshot: {...rest, tunnel: {...tunnel, exit: null}}});
	const asked = viewOf({snapshot: {...rest, tunnel: {...tunnel, exit: null, exitUnanswered: {host: 'ipinfo.io', atMs: view.nowMs - 40_000}}}});
	const panel = (state: ViewState): string => tunnelLines(state.live.snapshot ?? snapshotOf('connected'), {width: 120, height: 40, nowMs: state.nowMs, theme: themeFor({}), old: false, offsetMinutes: 0}).map(lineText).join('\n');
	for (const of of [(state: ViewState) => text(act(state, 'open')), panel]) {
		expect(of(asked)).toMatch(/exit +asked 40s ago, no answer from ipinfo\.io/);
		expect(of(view)).toMatch(/exit +not known yet/);
	}
});

test('Enter is the key for it, and the footer says so', () => {
	const state = viewOf({in: 'watched'});
	expect(actionFor(state, '', {return: true})).toEqual({id: 'open'});
	expect(footerKeys(state).map(({label}) => label)).toContain('details');
});

test('it scrolls to its end and no further, so that the first key back is seen', () => {
	const end = move(opened('watched'), 'last');
	const beyond = [1, 2, 3].reduce(state => move(state, 'page-down'), end);
	expect(topOf(end)).toBeGreaterThan(5);
	expect(topOf(beyond)).toBe(topOf(end));
	expect(topOf(move(beyond, 'up'))).toBe(topOf(end) - 1);
	expect(act(end, 'back').dialog).toBeNull();
});

test('of a frozen moment it shows that moment', () => {
	const frozen = act(viewOf({in: 'watched'}), 'freeze');
	const later = after(frozen, {type: 'snapshot', snapshot: viewOf({in: 'lockdown'}).live.snapshot ?? (() => { throw new Error('recorded'); })(), atMs: frozen.nowMs + 5000});
	expect(text(act(later, 'open'))).toContain('good: bytes came in');
});
