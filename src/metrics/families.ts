/**
 * From a snapshot to what Prometheus is told. Pure. No server, address, exit or exception is a label: what is scraped is kept
 * elsewhere, and for long.
 */
import {judge} from '../control/judgement.ts';
import type {Snapshot} from '../control/schema.ts';
import {statusOf} from '../control/status.ts';
import type {Status} from '../control/status-schema.ts';
import {counter, gauge, oneOf, type Family} from './family.ts';
import {ruleFamilies} from './rule-families.ts';
import {tunnelFamilies} from './tunnel-families.ts';

const states: readonly Status['state'][] = ['connected', 'connecting', 'degraded', 'switching', 'blocked', 'lockdown'];
const proofs: readonly Status['proof']['kind'][] = ['proven', 'drifted', 'failed-to-block', 'unknown'];
const layerStates: readonly Status['layers'][number]['state'][] = ['held', 'missing', 'unsupported', 'foreign'];

export interface Counted {
	/** Tunnels to another server than the one before, since the daemon started. */
	readonly switches: number;
}

export function familiesOf(snapshot: Snapshot, nowMs: number, {switches}: Counted): readonly Family[] {
	const status = statusOf(snapshot, nowMs);
	const {state, cause, proof, layers, lastDrill, problems} = status;
	return [
		{name: 'vks_build_info', help: 'The version that runs; always 1.', kind: 'gauge', labels: ['version'], samples: [{labels: {version: status.daemon.version}, value: 1}]},
		gauge('vks_start_time_seconds', 'When the daemon started, in Unix seconds.', snapshot.daemon.startedAtMs / 1000),
		gauge('vks_healthy', 'Whether a verified tunnel is up behind a proven policy: what `vks check` and /healthz say.', judge(status) === 'healthy'),
		oneOf('vks_state', 'The state: 1 for the one there is.', 'state', states, state),
		gauge('vks_state_since_seconds', 'Since when it is the state, in Unix seconds.', snapshot.state.sinceMs / 1000),
		{name: 'vks_blocked', help: 'Why nothing passes; no series while something may.', kind: 'gauge', labels: ['cause'], samples: cause === null ? [] : [{labels: {cause}, value: 1}]},
		gauge('vks_lockdown', 'Whether an operator, or a leak, locked down.', state === 'lockdown'),
		oneOf('vks_proof', 'What was read back from the kernel, compared with what was intended: 1 for what is so.', 'state', proofs, proof.kind),
		gauge('vks_proof_age_seconds', 'How long ago the kernel was read back.', proof.ageSeconds),
		{name: 'vks_layer', help: 'What each layer does: 1 for what is so.', kind: 'gauge', labels: ['layer', 'state'], samples: layers.flatMap(layer => layerStates.map(word => ({labels: {layer: layer.name, state: word}, value: Number(word === layer.state)})))},
		{name: 'vks_layer_repairs_total', help: 'How often a layer was put right since the daemon started.', kind: 'counter', labels: ['layer'], samples: layers.map(({name, repairs}) => ({labels: {layer: name}, value: repairs}))},
		counter('vks_tampering_total', 'Changes of others to the policy that were found and undone since the daemon started.', snapshot.tamper.count),
		gauge('vks_uplink_up', 'Whether there is an uplink, and it is up.', snapshot.uplink?.up ?? false),
		...tunnelFamilies(snapshot, status),
		counter('vks_reconnects_total', 'Tunnels that took another\'s place, or their own, since the daemon started.', snapshot.reconnects.count),
		counter('vks_switches_total', 'Those of them that lead to another server.', switches),
		...ruleFamilies(snapshot),
		gauge('vks_exceptions', 'What operators opened for a time, and is open.', snapshot.exceptions.filter(({open}) => open).length),
		gauge('vks_unsafe_network_ranges', 'Ranges that are open although they should not be, because a refusal was overridden.', snapshot.unsafeNetwork.length),
		{name: 'vks_servers', help: 'Servers there are, by whether they can be used.', kind: 'gauge', labels: ['usable'], samples: [true, false].map(usable => ({labels: {usable: String(usable)}, value: snapshot.servers.filter(({problem}) => (problem === null) === usable).length}))},
		{name: 'vks_problems', help: 'Problems that stand.', kind: 'gauge', labels: ['severity'], samples: (['error', 'warning'] as const).map(severity => ({labels: {severity}, value: problems.filter(each => each.severity === severity).length}))},
		oneOf('vks_drill', 'How the last leak test ended: 1 for what is so, and 0 everywhere before the first.', 'result', ['passed', 'failed', 'inconclusive'], lastDrill?.kind ?? null),
		gauge('vks_drill_time_seconds', 'When the last leak test was, in Unix seconds.', lastDrill === null ? null : lastDrill.atMs / 1000),
	];
}
