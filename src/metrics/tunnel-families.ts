/** What Prometheus is told of the tunnel. Where there is none, its numbers have no series. Pure. */
import type {Snapshot} from '../control/schema.ts';
import type {Status} from '../control/status-schema.ts';
import {counter, gauge, type Family} from './family.ts';

const verdicts = ['good', 'suspect', 'bad', 'none'] as const;

export function tunnelFamilies({tunnel}: Snapshot, {carries, tunnel: seen}: Status): readonly Family[] {
	return [
		gauge('vks_tunnel_connected', 'Whether a verified tunnel carries, the old one during a switch included.', carries !== null),
		{name: 'vks_tunnel_info', help: 'What the tunnel is; always 1.', kind: 'gauge', labels: ['driver', 'implementation', 'interface'], samples: tunnel === null ? [] : [{labels: {driver: tunnel.driver, implementation: tunnel.implementation, interface: tunnel.interface}, value: 1}]},
		gauge('vks_handshake_age_seconds', 'How long ago the server last shook hands; no series where it never did, or the driver does not tell.', seen?.handshakeAgeSeconds ?? null),
		counter('vks_tunnel_receive_bytes_total', 'Bytes that came in by this tunnel; begins anew with each.', tunnel?.rxBytes ?? null),
		counter('vks_tunnel_transmit_bytes_total', 'Bytes that went out by this tunnel; begins anew with each.', tunnel?.txBytes ?? null),
		gauge('vks_tunnel_mtu_bytes', 'The largest packet that the tunnel takes.', tunnel?.mtu ?? null),
		gauge('vks_resolver_rtt_seconds', 'The last question to the tunnel\'s resolver, there and back; no series where it was lost, or nobody asks.', seen === null || seen.rttMs === null ? null : seen.rttMs / 1000),
		{
			name: 'vks_health_vote', help: 'What speaks for the tunnel and against it, by source: 1 for what is so.', kind: 'gauge', labels: ['source', 'verdict'],
			samples: (tunnel?.votes ?? []).flatMap(({source, verdict}) => verdicts.map(word => ({labels: {source, verdict: word}, value: Number(word === verdict)}))),
		},
	];
}
