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
import {themeFor} from '../../src/console/theme.ts';
import type {PanelId, ViewState} from '../../src/console/view.ts';
import {after, fixture, variant, viewOf} from '../helpers/screen-view.ts';

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
	expect(line('tunnel')).toContain('198.51.100.2:51820');
	expect(line('ruleset')).toContain('23 rules, 13 hit just now');
	expect(line('servers')).toContain('5 servers, using se-sto-1 in Stockholm, Sweden');
	expect(line('drops')).toContain('refuse-in');
	expect(line('journal')).toContain('DHCP');
	expect(line('tunnel', viewOf({snapshot: variant('blocked')}))).toContain('! The server se-sto-1 does not answer.');
});

test('the tunnel shows where it goes, how fresh it is, and every layer with its state', () => {
	const text = frame('tunnel', viewOf());
	for (const part of ['198.51.100.2:51820', '203.0.113.10, Stockholm, Sweden', '42s', '1.2 MB/s', '10.64.0.1', 'MTU 1420', 'epoch 3', '✓ firewall', '✓ egress', '✓ DNS']) expect(text).toContain(part);
	expect(frame('tunnel', viewOf({snapshot: variant('layers')}))).toContain('✗ IPv6     missing');
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
	const text = frame('tunnel', viewOf({snapshot: variant('failed')}));
	expect(text).toContain('NOT BLOCKING');
	expect(text.replaceAll(/\s+/g, ' ')).toContain('next: Stop the application');
	expect(frame('tunnel', viewOf({snapshot: variant('blocked')}))).toContain('tunnel     none');
});

test('the ruleset stands in evaluation order with counters, rates and the mark of what moved', () => {
	const rows = frame('ruleset', focused('ruleset')).split('\n');
	const at = (id: string): number => rows.findIndex(row => row.includes(id));
	expect(at('refuse-tunnel-loop')).toBeLessThan(at('endpoint-out'));
	expect(at('refuse-dns')).toBeLessThan(at('tunnel-out'));
	expect(rows[at('refuse-dns')]).toMatch(/• +refuse-dns +reject +388 +27 kB +3\/s/);
	expect(rows[at('refuse-tunnel-loop')]).not.toContain('•');
});

test('the reason of the selected rule is readable where its column is not', () => {
	expect(frame('ruleset', focused('ruleset'), {width: 80})).toContain('why Marks the endpoint');
	expect(frame('ruleset', focused('ruleset'), {width: 100})).toContain('why Marks the endpoint');
});

test('drops name direction, both ends, uid and rule, the newest first', () => {
	const rows = frame('drops', focused('drops')).split('\n');
	expect(rows[0]).toContain(`1/${fixture.drops.length} following`);
	expect(rows[2]).toMatch(/> 10:32:06 in +tcp +192\.168\.77\.23 +192\.168\.77\.10:22 .*refuse-in/);
	expect(rows.join('\n')).toMatch(/out udp +192\.168\.77\.10 +8\.8\.8\.8:53 +1000 .*refuse-dns/);
});

test('a filter stands in the title while it hides rows', () => {
	const filtered = after(focused('drops'), {type: 'action', action: {id: 'filter'}, atMs: 0}, {type: 'action', action: {id: 'type', text: 'dns'}, atMs: 0});
	const text = frame('drops', filtered);
	expect(text).toContain('/dns_');
	expect(text).not.toContain('refuse-ipv6');
	expect(frame('drops', after(filtered, {type: 'action', action: {id: 'type', text: 'zzz'}, atMs: 0}))).toContain('no drop matches the filter');
});

test('servers show place, which is current, and why one cannot be used', () => {
	const text = frame('servers', focused('servers'));
	expect(text).toMatch(/● se-sto-1 +Stockholm, Sweden/);
	expect(text).toMatch(/✗ broken +cannot be used/);
});

test('empty lists say what they would hold', () => {
	expect(frame('servers', with_({servers: []}))).toContain('wg-quick .conf');
	expect(frame('ruleset', with_({rules: []}))).toContain('no rules were read');
	const bare = after(viewOf({snapshot: null}), {type: 'snapshot', snapshot: fixture.snapshot, atMs: fixture.snapshot.atMs});
	expect(frame('drops', bare)).toContain('nothing was refused yet');
	expect(frame('journal', bare)).toContain('nothing happened yet');
});

test('the journal is newest first', () => {
	const text = frame('journal', viewOf());
	expect(text.indexOf('DHCP')).toBeLessThan(text.indexOf('started'));
});
