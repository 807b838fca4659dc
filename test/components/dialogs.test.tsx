import {cleanup, render} from 'ink-testing-library';
import {afterEach, expect, test, vi} from 'vitest';
import {App} from '../../components/App.tsx';
import {formatClock} from '../../src/console/format.ts';
import {themeFor} from '../../src/console/theme.ts';
import type {Action} from '../../src/console/actions.ts';
import type {ViewState} from '../../src/console/view.ts';
import {after, fixture, snapshotOf, viewOf} from '../helpers/screen-view.ts';
import {eventually} from '../helpers/eventually.ts';

afterEach(cleanup);

const nothing = (): void => undefined;
const size = {columns: 100, rows: 24};
const show = (state: ViewState): string => render(<App state={state} theme={themeFor({})} onKey={nothing} onPaste={nothing} />).lastFrame() ?? '';
const act = (state: ViewState, ...actions: readonly Action[]): ViewState => after(state, ...actions.map((action, index) => ({type: 'action', action, atMs: state.nowMs + index * 1000}) as const));

test('reconnecting asks, says what passes meanwhile, and offers y and n', () => {
	const text = show(act(viewOf(size), {id: 'reconnect'}));
	expect(text).toContain('Reconnect');
	expect(text).toContain('the policy stays in the');
	expect(text).toMatch(/y yes +n no/);
});

test('a switch names both servers and what happens to traffic', () => {
	const text = show(act(viewOf({...size, in: 'known'}), {id: 'focus', panel: 'servers'}, {id: 'switch'}));
	expect(text).toMatch(/from +se-sto-1, Stockholm, SE/);
	expect(text).toMatch(/to +ch-zrh-2, Zurich, CH/);
	expect(text).toMatch(/latency +[\d.]+ ms, \d+s ago: the fastest of three pings of/);
	expect(text).toMatch(/load +12 %/);
	expect(text).toMatch(/last +failed \d+s ago: ch-zrh-2 did not answer/);
	expect(text).toMatch(/meanwhile +applications stay on the old tunnel/);
	expect(text).toMatch(/then +epoch \d+ ends: TCP meets a new exit address/);
	expect(text).toMatch(/y yes +n no/);
});

test('of a server nothing is known of, a switch says so', () => {
	const words = show(act(viewOf(size), {id: 'focus', panel: 'servers'}, {id: 'switch'})).replaceAll(/[│\s]+/g, ' ');
	expect(words).toContain('latency not measured');
	expect(words).toContain('last never tried');
});

test('lifting shows what was typed, and that capitals are not the word', () => {
	const asked = act(viewOf({...size, in: 'lockdown'}), {id: 'lift'}, {id: 'type', text: 'li'});
	expect(show(asked)).toContain('type lift and press Enter: li_');
	expect(show(act(asked, {id: 'clear'}))).not.toContain('li_');
	const capitals = act(viewOf({...size, in: 'lockdown'}), {id: 'lift'}, {id: 'type', text: 'x'}, {id: 'type', text: 'LIFT'});
	expect(show(capitals)).toContain('that is not the word');
	expect(show(act(viewOf({...size, in: 'lockdown'}), {id: 'lift'}, {id: 'type', text: ''}, {id: 'type', text: 'LIFT'}))).toContain('Caps Lock');
});

test('a full drill says what it does to the tunnel before it takes the word', () => {
	const text = show(act(viewOf(size), {id: 'drill-full'}, {id: 'type', text: 'dri'}));
	expect(text.replaceAll(/[│\s]+/g, ' ')).toContain('The tunnel is taken down on purpose');
	expect(text).toContain('type drill and press Enter: dri_');
});

test('the picker lists every target, says the state of the one looked at and claims nothing of the others; questions name it', () => {
	const targets = [{name: 'home', way: 'docker:vpn', far: true}, {name: 'box', way: 'ssh://root@box/vpn', far: true}];
	const state: ViewState = {...viewOf(size), targets, target: targets[0] ?? null};
	const text = show(act(state, {id: 'targets'}, {id: 'move', by: 'down'}));
	expect(text).toMatch(/home +CONNECTED +docker:vpn/);
	expect(text).toMatch(/box +not looked at +ssh:\/\/root@box\/vpn/);
	expect(text).toContain('lockdown home');
	expect(show(act(state, {id: 'reconnect'}))).toContain('Reconnect: home');
	expect(show(act({...viewOf({...size, in: 'lockdown'}), targets, target: targets[1] ?? null}, {id: 'lift'}))).toContain('Lift the lockdown: box');
	const left = after(state, {type: 'target', name: 'box'});
	expect(show(left)).toContain('UNKNOWN  box');
	expect(show(act(left, {id: 'targets'}))).toMatch(/box +UNKNOWN +ssh/);
});

test('help lists every group', () => {
	const text = show(act(viewOf(size), {id: 'help'}));
	for (const part of ['Act', 'Look', 'Move', 'Console', 'Ctrl-L', 'asks for the word']) expect(text).toContain(part);
});

test('an opened rule shows its nft text, setting and reason', () => {
	const refused = fixture.snapshot.rules.find(({id}) => id === 'refuse-dns')?.packets ?? 0;
	expect(refused).toBeGreaterThan(0);
	const text = show(act(viewOf(size), {id: 'focus', panel: 'ruleset'}, {id: 'filter'}, {id: 'type', text: 'refuse-dns'}, {id: 'accept'}, {id: 'open'}));
	for (const part of ['Rule refuse-dns', 'VKS_DNS', 'th dport { 53, 853 }', 'nowhere else', `${refused} packets`]) expect(text).toContain(part);
});

test('an opened refusal says what hits it, an opened accept what it matches', () => {
	const open = (id: string): string => show(act(viewOf(size), {id: 'focus', panel: 'ruleset'}, {id: 'filter'}, {id: 'type', text: id}, {id: 'accept'}, {id: 'open'}));
	const refused = fixture.drops.filter(({ruleId, destination}) => ruleId === 'refuse-dns' && destination === '203.0.113.54').length;
	for (const part of [`hit by     ${refused}x udp to 203.0.113.54:53 of uid 65534`, '4 shows them in Drops', 'chain output', 'after dns-out-wg0-v4', 'dns in the configuration file']) expect(open('refuse-dns').replaceAll(/ *│\n│ +/g, ' ')).toContain(part);
	expect(open('dns-out-wg0-v4')).toContain('matches    packets leaving by wg0, from 10.64.1.2, to 10.64.1.1, tcp or udp, to port 53 or 853');
	expect(open('refuse-forward')).toContain('nothing that is still held here');
});

test('an opened drop explains itself by its rule, and by the daemon\'s answer when that comes', () => {
	const opened = act(viewOf(size), {id: 'focus', panel: 'drops'}, {id: 'filter'}, {id: 'type', text: '203.0.113.54'}, {id: 'accept'}, {id: 'open'});
	expect(show(opened)).toContain('Refused by refuse-dns');
	expect(opened.dialog?.kind).toBe('details');
	const key = opened.dialog?.kind === 'details' ? opened.dialog.key : '';
	const explanation = {verdict: 'reject' as const, ruleId: 'refuse-dns', reason: 'No.', setting: 'VKS_DNS', via: null, wouldOpen: 'VKS_DNS=8.8.8.8', path: []};
	expect(show(after(opened, {type: 'explanation', key, explanation}))).toContain('VKS_DNS=8.8.8.8');
	expect(show(after(opened, {type: 'explanation', key: 'another', explanation}))).not.toContain('VKS_DNS=8.8.8.8');
});

test('a lockdown has a banner with the way back, and its outcome a line with the duration', () => {
	const asked = act(viewOf({...size, in: 'lockdown'}));
	expect(show(asked)).toContain(`LOCKDOWN since ${formatClock(asked.live.snapshot?.state.sinceMs ?? 0, 0)}  traffic is refused. U, then the word lift`);
	expect(show(asked)).toContain('ordered    by operator: from the console');
	const told = after(act(viewOf(size), {id: 'lockdown'}), {type: 'outcome', ticket: 1, outcome: {ok: true, message: 'done', durationMs: 1.7, problem: null}, atMs: 0});
	expect(show(told)).toContain('✓ lockdown, 1.7 ms: done');
	expect(show(act(viewOf(size), {id: 'lockdown'}))).toContain('lockdown on its way');
});

test('without a daemon the page names the command that starts one', () => {
	const text = show(after(viewOf({...size, snapshot: null}), {type: 'link', link: {kind: 'down', problem: {code: 'no-daemon', what: 'No daemon answers at /run/vks/control.sock.', next: 'Start it with `vks run`.'}}}));
	expect(text).toContain('vks run');
	expect(text).toContain('UNKNOWN');
	expect(text).not.toContain('PROVEN');
});

test('a daemon of another protocol is said to be one', () => {
	expect(show(after(viewOf({...size, snapshot: null}), {type: 'link', link: {kind: 'down', problem: {code: 'bad-request', what: 'The daemon speaks another protocol (2; this client speaks 1).', next: 'Use the `vks` that belongs to the running daemon.'}}}))).toContain('another protocol');
});

test('freeze holds the panels and the header says so, still live', () => {
	const frozen = act(viewOf(size), {id: 'freeze'});
	const later = after(frozen, {type: 'snapshot', snapshot: snapshotOf('drifted'), atMs: frozen.nowMs});
	expect(show(later)).toContain('FROZEN');
	expect(show(later)).toContain('DRIFTED');
});

test('keys go out as they came: one letter alone, a paste whole', async () => {
	const onKey = vi.fn();
	const {stdin} = render(<App state={viewOf(size)} theme={themeFor({})} onKey={onKey} onPaste={nothing} />);
	await eventually(() => {
		stdin.write('L');
		expect(onKey).toHaveBeenCalledWith('L', expect.objectContaining({ctrl: false}));
	});
	stdin.write('LyUlift\n');
	await eventually(() => expect(onKey).toHaveBeenLastCalledWith('LyUlift\n', expect.anything()));
});
