import {Box} from 'ink';
import {cleanup, render} from 'ink-testing-library';
import {afterEach, expect, test} from 'vitest';
import {DropsPanel} from '../../components/panels/Drops.tsx';
import {JournalPanel} from '../../components/panels/Journal.tsx';
import {RulesetPanel} from '../../components/panels/Ruleset.tsx';
import {ServersPanel} from '../../components/panels/Servers.tsx';
import {TunnelPanel} from '../../components/panels/Tunnel.tsx';
import type {PanelProps} from '../../components/Panel.tsx';
import type {PanelBox} from '../../src/console/layout.ts';
import {formatByteRate} from '../../src/console/format.ts';
import {themeFor} from '../../src/console/theme.ts';
import type {PanelId, ViewState} from '../../src/console/view.ts';
import {after, fixture, viewOf} from '../helpers/screen-view.ts';

afterEach(cleanup);

const panels: Readonly<Record<PanelId, (props: PanelProps) => React.JSX.Element>> = {tunnel: TunnelPanel, ruleset: RulesetPanel, servers: ServersPanel, drops: DropsPanel, journal: JournalPanel};

function frame(panel: PanelId, state: ViewState, box: Partial<PanelBox> = {}): string {
	const Panel = panels[panel];
	const full: PanelBox = {panel, form: 'box', x: 0, y: 0, width: 100, height: 30, ...box};
	return render(<Box width={full.width} height={full.height}><Panel state={state} box={full} theme={themeFor({})} /></Box>).lastFrame() ?? '';
}

const focused = (panel: PanelId, state: ViewState = viewOf()): ViewState => after(state, {type: 'action', action: {id: 'focus', panel}, atMs: state.nowMs});
const with_ = (change: Partial<typeof fixture.snapshot>): ViewState => viewOf({snapshot: {...fixture.snapshot, ...change}});

test('the focused panel bears the mark, the others do not', () => {
	expect(frame('drops', focused('drops'))).toContain('> 4 Drops');
	expect(frame('drops', viewOf())).toContain('─ 4 Drops');
});

test('a collapsed panel says the one thing to know', () => {
	const line = (panel: PanelId, state = viewOf()) => frame(panel, state, {form: 'summary', height: 1});
	expect(line('tunnel')).toContain('198.51.100.10:51820');
	expect(line('ruleset')).toMatch(new RegExp(`^─ 2 Ruleset +${fixture.snapshot.rules.length} rules, \\d+ hit just now`));
	expect(line('servers')).toContain('6 servers, using se-sto-1 in Stockholm, SE');
	expect(line('drops')).toContain('refuse-in');
	expect(line('journal')).toContain(fixture.journal.at(-1)?.text.slice(0, 60));
	expect(line('tunnel', viewOf({in: 'blocked-no-handshake'}))).toContain('! se-sto-1 did not answer the handshake');
});

test('the tunnel shows where it goes, how fresh it is, and every layer with its state', () => {
	const text = frame('tunnel', viewOf());
	for (const part of ['198.51.100.10:51820', '198.51.100.77, Stockholm, SE', 'B/s', '10.64.1.1', 'MTU 1420', 'epoch 1', 'eth0 172.30.7.2 via 172.30.7.1', '✓ firewall', '✓ egress', '✓ DNS']) expect(text).toContain(part);
	expect(frame('tunnel', viewOf({in: 'layers'}))).toContain('✗ IPv6     missing');
});

test('a layer that had to be put right says how often, and one that had not says nothing of it', () => {
	expect(frame('tunnel', viewOf({in: 'repaired'}))).toContain('✓ firewall repaired 1x; default drop');
	expect(frame('tunnel', viewOf())).not.toContain('repaired');
});

test('the layers stay on the screen when there is no room for every fact', () => {
	const text = frame('tunnel', viewOf(), {width: 42, height: 12});
	for (const layer of ['firewall', 'routing', 'egress', 'IPv6', 'DNS']) expect(text).toContain(`✓ ${layer}`);
});

test('layers of an old reading are not ticked', () => {
	const lost = after(viewOf(), {type: 'link', link: {kind: 'down', problem: {code: 'no-daemon', what: 'gone', next: 'start it'}}});
	expect(frame('tunnel', lost)).not.toContain('✓');
});

test('a problem comes first, with whether it still blocks and the next step', () => {
	const text = frame('tunnel', viewOf({in: 'failed'}));
	expect(text).toContain('NOT BLOCKING');
	expect(text.replaceAll(/\s+/g, ' ')).toContain('next: Stop the application');
	const blocked = frame('tunnel', viewOf({in: 'blocked-no-uplink'}));
	expect(blocked).toMatch(/last exit .*\n[^]*up +no, epoch/);
	expect(frame('tunnel', viewOf({in: 'lockdown'}))).toContain('tunnel     none');
});

test('the ruleset stands in evaluation order with counters, rates and the mark of what moved', () => {
	const rows = frame('ruleset', focused('ruleset'), {height: 3 + fixture.snapshot.rules.length}).split('\n');
	const at = (id: string): number => rows.findIndex(row => row.includes(id));
	expect(at('refuse-tunnel-loop')).toBeLessThan(at('endpoint-out-wg0'));
	expect(at('refuse-dns')).toBeLessThan(at('tunnel-out-wg0-v4'));
	expect(rows[at('tunnel-out-wg0-v4')]).toMatch(/• +tunnel-out-wg0-v4 +accept +\d+ +\d+ kB +\d+\/s/);
	expect(rows[at('endpoint-mark-wg0')]).toMatch(/endpoint-mark-wg0 +mark /);
	expect(rows[at('refuse-tunnel-loop')]).not.toContain('•');
});

test('the reason of the selected rule is readable where its column is not', () => {
	const reason = fixture.snapshot.rules[0]?.reason.slice(0, 40) ?? '';
	expect(reason).toHaveLength(40);
	expect(frame('ruleset', focused('ruleset'), {width: 80})).toContain(`why ${reason}`);
	expect(frame('ruleset', focused('ruleset'), {width: 100})).toContain(`why ${reason}`);
});

/** One by one, with the last sender known as the lab's cannot be. */
const oneByOne = (): ViewState => after({...focused('drops'), dropsGrouped: false}, {type: 'drops', records: fixture.drops.slice(0, 1).map(drop => ({...drop, direction: 'out', uid: 1000, owner: {user: 'media', process: 'Radarr', pid: 77}}))});

test('drops in groups name how many, how fast, whose and by which rule', () => {
	const rows = frame('drops', focused('drops')).split('\n');
	expect(rows[0]).toMatch(new RegExp(` 1/\\d+ groups, ${fixture.drops.length} packets following`));
	expect(rows.join('\n')).toMatch(/• +3 +<1\/s +\d+s +out +udp .*203\.0\.113\.54:53 +nobody .*refuse-dns/);
	// What comes in has no sender here, but it comes from somebody.
	expect(rows[2]).toMatch(/in +tcp .*172\.30\.7\.2:22 +172\.30.*refuse-in/);
});

test('a group in which several sent says so', () => {
	const [drop] = fixture.drops.filter(({direction}) => direction === 'in');
	const scanned = after(focused('drops'), {type: 'drops', records: drop === undefined ? [] : [{...drop, source: '172.30.7.9'}]});
	expect(frame('drops', scanned)).toMatch(/172\.30\.7\.2:22 +several/);
});

test('drops name direction, both ends, whose and by which rule, the newest first', () => {
	const rows = frame('drops', oneByOne()).split('\n');
	expect(rows[0]).toContain(`1/${fixture.drops.length + 1} following`);
	expect(rows[2]).toMatch(/> \d\d:\d\d:\d\d out +\w+ .* Radarr /);
	expect(rows[3]).toMatch(/\d\d:\d\d:\d\d in +tcp +172\.30\.7\.10 +172\.30\.7\.2:22 .*refuse-in/);
	expect(rows.join('\n')).toMatch(/out udp +10\.64\.1\.2 +203\.0\.113\.54:53 +nobody .*refuse-dns/);
});

test('a filter stands in the title while it hides rows', () => {
	const filtered = after(focused('drops'), {type: 'action', action: {id: 'filter'}, atMs: 0}, {type: 'action', action: {id: 'type', text: 'dns'}, atMs: 0});
	const text = frame('drops', filtered);
	expect(text).toContain('/dns_');
	expect(text).not.toContain('refuse-out');
	expect(frame('drops', after(filtered, {type: 'action', action: {id: 'type', text: 'zzz'}, atMs: 0}))).toContain('no drop matches the filter');
});

test('a filter is seen while it is typed, however long it is', () => {
	const typed = after(focused('drops'), {type: 'action', action: {id: 'filter'}, atMs: 0}, {type: 'action', action: {id: 'type', text: `dport:53 ${'x'.repeat(150)} the end`}, atMs: 0});
	for (const width of [60, 80, 120]) expect(frame('drops', typed, {width}).split('\n')[0]).toMatch(/ \/….*the end_ /);
});

test('servers show place, which is current, and why one cannot be used', () => {
	const text = frame('servers', focused('servers', viewOf({in: 'known'})));
	expect(text).toMatch(/● ★ se-sto-1 +Stockholm, SE +~\d+ ms 100 % connected \d+s ago +198\.51\.100\.10:51820/);
	expect(text).toMatch(/ {2}★ ch-zrh-2 +Zurich, CH +[\d.]+ ms {2}12 % no-handshake \d+s ago/);
	expect(text).toMatch(/se-sto-1-v6 +Stockholm, SE +none /);
	expect(text).toMatch(/✗ {3}nl-ams-2 +cannot be u\S+ +has 3 problems/);
});

test('empty lists say what they would hold', () => {
	expect(frame('servers', with_({servers: []}))).toContain('.conf or .ovpn');
	expect(frame('ruleset', with_({rules: []}))).toContain('no rules were read');
	const bare = after(viewOf({snapshot: null}), {type: 'snapshot', snapshot: fixture.snapshot, atMs: fixture.snapshot.atMs});
	expect(frame('drops', bare)).toContain('nothing was refused yet');
	expect(frame('journal', bare)).toContain('nothing happened yet');
});

test('the journal is newest first', () => {
	const text = frame('journal', viewOf());
	expect(text.indexOf('Connected to')).toBeLessThan(text.indexOf('Connecting to'));
});

test('the last reconnect says why, and a first connection nothing', () => {
	expect(frame('tunnel', viewOf({in: 'reconnected'}))).toMatch(/reconnects \d+; nothing was heard for/);
	expect(frame('tunnel', viewOf({in: 'degraded'}))).toMatch(/reconnects \d+; lockdown by operator/);
	expect(frame('tunnel', viewOf())).toContain('reconnects none');
});

test('the tunnel shows each vote with its number and history, the round trips, epoch, key and reconnects', () => {
	for (const [width, height] of [[78, 15], [42, 21]] as const) {
		const text = frame('tunnel', viewOf({in: 'watched'}), {width, height});
		for (const part of ['handshake  19s', 'heard      1s', 'RTT        32 ms', 'epoch 3', 'reconnects 2; nothing', 'MTU 1420, keepalive 25s', '40d', '↓ 1.5 kB/s', `↑ ${formatByteRate(fixture.snapshot.tunnel?.txBytesPerSecond ?? 0)}`, '198.51.100.10:51820', '✓ firewall', '✓ DNS']) expect(text).toContain(part);
		expect(text).toMatch(/heard +1s +[▁▄█]{19}/);
	}
});

test('a question that was lost is a gap, and who asks nobody says why', () => {
	const {tunnel} = fixture.snapshot;
	if (tunnel === null) throw new Error('the recording has a tunnel');
	const probe = {source: 'dns', verdict: 'suspect', value: null, detail: 'lost', history: 'gs'} as const;
	expect(frame('tunnel', with_({tunnel: {...tunnel, votes: [probe], rtt: {notAsked: null, everyMs: 10_000, history: [10, 20, null]}}}))).toMatch(/RTT +lost +▅█✗/);
	expect(frame('tunnel', with_({tunnel: {...tunnel, votes: [{...probe, verdict: 'none'}], rtt: {notAsked: 'VKS_RTT_EVERY is off', everyMs: null, history: []}}}))).toMatch(/RTT +none +VKS_RTT_EVERY is off/);
});
