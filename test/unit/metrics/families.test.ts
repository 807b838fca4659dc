/** From a snapshot to what Prometheus is told. */
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {exposition} from '../../../src/metrics/exposition.ts';
import {familiesOf} from '../../../src/metrics/families.ts';
import {follow, nothingFollowed} from '../../../src/metrics/switches.ts';
import type {Snapshot} from '../../../src/control/schema.ts';
import {noonMs, sampleException, sampleSnapshot} from '../../fakes/snapshot.ts';

const {proof, state} = sampleSnapshot();
const textOf = (change: Partial<Snapshot> = {}, nowMs = noonMs): Promise<string> => exposition(familiesOf(sampleSnapshot(change), nowMs, {switches: 2}));

test('of a daemon that is well', async () => {
	const lines = (await textOf()).split('\n').filter(line => line !== '' && !line.startsWith('#'));
	expect(lines.filter(line => !line.startsWith('vks_layer{') && !line.startsWith('vks_health_vote{'))).toMatchInlineSnapshot(`
		[
		  "vks_build_info{version="0.1.0"} 1",
		  "vks_start_time_seconds 1772362800",
		  "vks_healthy 1",
		  "vks_state{state="connected"} 1",
		  "vks_state{state="connecting"} 0",
		  "vks_state{state="degraded"} 0",
		  "vks_state{state="switching"} 0",
		  "vks_state{state="blocked"} 0",
		  "vks_state{state="lockdown"} 0",
		  "vks_state_since_seconds 1772365800",
		  "vks_lockdown 0",
		  "vks_proof{state="proven"} 1",
		  "vks_proof{state="drifted"} 0",
		  "vks_proof{state="failed-to-block"} 0",
		  "vks_proof{state="unknown"} 0",
		  "vks_proof_age_seconds 0.4",
		  "vks_layer_repairs_total{layer="firewall"} 0",
		  "vks_layer_repairs_total{layer="routing"} 0",
		  "vks_layer_repairs_total{layer="egress"} 0",
		  "vks_layer_repairs_total{layer="ipv6"} 0",
		  "vks_layer_repairs_total{layer="dns"} 0",
		  "vks_tampering_total 0",
		  "vks_uplink_up 1",
		  "vks_tunnel_connected 1",
		  "vks_tunnel_info{driver="wireguard",implementation="kernel",interface="wg0"} 1",
		  "vks_handshake_age_seconds 34",
		  "vks_tunnel_receive_bytes_total 12345678",
		  "vks_tunnel_transmit_bytes_total 1234567",
		  "vks_tunnel_mtu_bytes 1420",
		  "vks_reconnects_total 0",
		  "vks_switches_total 2",
		  "vks_rule_packets_total{rule="tunnel-endpoint",table="inet",chain="output",verdict="accept"} 1200",
		  "vks_rule_packets_total{rule="refuse-output",table="inet",chain="output",verdict="reject"} 17",
		  "vks_rule_bytes_total{rule="tunnel-endpoint",table="inet",chain="output",verdict="accept"} 180000",
		  "vks_rule_bytes_total{rule="refuse-output",table="inet",chain="output",verdict="reject"} 1020",
		  "vks_dropped_packets_total{reason="refuse-output"} 17",
		  "vks_refused_packets_total 17",
		  "vks_drop_records_lost_total 0",
		  "vks_exceptions 0",
		  "vks_unsafe_network_ranges 0",
		  "vks_servers{usable="true"} 2",
		  "vks_servers{usable="false"} 0",
		  "vks_problems{severity="error"} 0",
		  "vks_problems{severity="warning"} 0",
		  "vks_drill{result="passed"} 0",
		  "vks_drill{result="failed"} 0",
		  "vks_drill{result="inconclusive"} 0",
		]
	`);
	expect(lines).toEqual(expect.arrayContaining(['vks_layer{layer="egress",state="held"} 1', 'vks_layer{layer="egress",state="missing"} 0', 'vks_health_vote{source="dns",verdict="suspect"} 1', 'vks_health_vote{source="dns",verdict="good"} 0']));
});

test.each([
	['blocked', {state: {...state, kind: 'blocked', cause: 'no-handshake'}, tunnel: null}, ['vks_blocked{cause="no-handshake"} 1', 'vks_healthy 0', 'vks_tunnel_connected 0', 'vks_state{state="blocked"} 1'], ['vks_handshake_age_seconds', 'vks_tunnel_info', 'vks_health_vote', 'vks_resolver_rtt_seconds']],
	['switching, while the old tunnel carries', {state: {...state, kind: 'switching', from: 'lab-one', server: 'lab-two', carries: 'lab-one'}}, ['vks_tunnel_connected 1', 'vks_state{state="switching"} 1'], []],
	['switching, while applications wait', {state: {...state, kind: 'switching', from: 'lab-one', server: 'lab-two', carries: null}, tunnel: null}, ['vks_tunnel_connected 0'], ['vks_tunnel_info']],
	['locked down', {state: {...state, kind: 'lockdown'}, tunnel: null}, ['vks_lockdown 1', 'vks_healthy 0', 'vks_state{state="lockdown"} 1'], ['vks_blocked']],
	['drifted', {proof: {...proof, kind: 'drifted'}}, ['vks_proof{state="drifted"} 1', 'vks_proof{state="proven"} 0', 'vks_healthy 0', 'vks_tunnel_connected 1'], []],
	['too old a reading', {proof: {...proof, checkedAtMs: noonMs - 4000}}, ['vks_proof{state="unknown"} 1', 'vks_proof{state="proven"} 0', 'vks_proof_age_seconds 4', 'vks_healthy 0'], []],
	['nothing read back', {proof: {...proof, checkedAtMs: null}}, ['vks_proof{state="unknown"} 1', 'vks_healthy 0'], ['vks_proof_age_seconds']],
	['no uplink', {uplink: null}, ['vks_uplink_up 0'], []],
	['with an exception and a leak', {exceptions: [sampleException], lastDrill: {kind: 'failed', full: false, atMs: noonMs, durationMs: 1, detail: '', probes: [], canaries: [], counters: []}}, ['vks_exceptions 1', 'vks_drill{result="failed"} 1', `vks_drill_time_seconds ${noonMs / 1000}`], []],
] as const)('%s', async (_, change, there, absent) => {
	const text = await textOf(change as unknown as Partial<Snapshot>);
	expect(text.split('\n')).toEqual(expect.arrayContaining([...there]));
	for (const name of absent) expect(text, name).not.toMatch(new RegExp(`^${name}[ {]`, 'm'));
});

test('names follow the conventions: a prefix, a unit in its base, and what only rises ends in total', () => {
	for (const {name, kind, help} of familiesOf(sampleSnapshot(), noonMs, {switches: 0})) {
		expect(name).toMatch(/^vks_[a-z_]+$/);
		expect(name.endsWith('_total'), name).toBe(kind === 'counter');
		expect(name, 'base units').not.toMatch(/_(ms|milliseconds|minutes|kb|bits)/);
		expect(help, name).toMatch(/[a-z`1]\.?$/);
	}
});

test('no address, server, exit, resolver or reason of anybody is told', async () => {
	const text = await textOf({exceptions: [sampleException], problems: [{code: 'dns', severity: 'error', what: 'lab-one at 203.0.113.10', stillBlocking: true, next: ''}], tamper: {count: 1, last: 'mallory', lastAtMs: noonMs}});
	for (const word of ['203.0.113', '198.51.100', '10.8.0', 'fd08', '172.17', 'lab-one', 'lab-two', 'Lisbon', 'alice', '192.168', 'backup', 'mallory']) expect(text).not.toContain(word);
});

test('whatever a rule is called, each line is one that Prometheus reads', async () => {
	const [rule] = sampleSnapshot().rules;
	await fc.assert(fc.asyncProperty(fc.string({unit: 'binary'}), async id => {
		const text = await textOf(rule === undefined ? {} : {rules: [{...rule, id}]});
		for (const line of text.split('\n').filter(each => each !== '' && !each.startsWith('#'))) expect(line).toMatch(/^[a-z_]+(?:\{(?:[a-z]+="(?:[^"\\\n]|\\.)*",?)*\})? -?[\d.e+-]+$/s);
	}), {numRuns: 100});
});

describe('switches', () => {
	const entry = (from: string, to: string) => ({atMs: noonMs, from, to, reason: 'asked', tookMs: 1});

	test('count those that lead elsewhere, each once, also those that came before anybody followed', () => {
		const first = follow(nothingFollowed, {count: 2, lastReason: null, list: [entry('a', 'a'), entry('a', 'b')]});
		expect(first.switches).toBe(1);
		expect(follow(first, {count: 2, lastReason: null, list: [entry('a', 'a'), entry('a', 'b')]})).toEqual(first);
		expect(follow(first, {count: 4, lastReason: null, list: [entry('a', 'a'), entry('a', 'b'), entry('b', 'b'), entry('b', 'c')]}).switches).toBe(2);
	});
});
