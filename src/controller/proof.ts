/** From what was read back to what may be claimed. Pure. */
import type {LayerView, ProofView} from '../control/schema.ts';
import type {Problem} from '../problem.ts';
import {describeBeside, describeDiverting} from './foreign-hooks.ts';
import type {ReadBack} from './read-back.ts';
import type {NetworkReading} from './network-keeper.ts';
import type {ResolvNews} from './resolv-keeper.ts';
import {describeTaken, xdpLayer} from './xdp-layer.ts';

export interface Readings {
	readonly atMs: number;
	/** The ruleset read back, or why it could not be read or applied. */
	readonly ruleset: {readonly ok: true; readonly value: ReadBack} | {readonly ok: false; readonly error: Problem};
	readonly network: {readonly ok: true; readonly value: NetworkReading} | {readonly ok: false; readonly error: Problem};
	readonly enforcement: Problem | null;
	readonly backstop: Problem | null;
	readonly sysctl: readonly Problem[];
	readonly ownership: 'owned' | 'unsupported';
	readonly resolv: ResolvNews;
}

export function proofOf(readings: Readings): ProofView {
	const {ruleset, network, atMs} = readings;
	if (!ruleset.ok || !network.ok || !network.value.hooks.ok) {
		const unread = network.ok ? network.value.hooks : network;
		const detail = [readings.enforcement, ruleset.ok ? null : ruleset.error, unread.ok ? null : unread.error].flatMap(problem => (problem === null ? [] : [problem.what]));
		return {kind: readings.enforcement === null ? 'unknown' : 'failed-to-block', checkedAtMs: atMs, rulesetHash: null, detail, covers: [], generation: 0};
	}
	const {rulesetHash, generation} = ruleset.value;
	const differences = [
		...ruleset.value.firewall,
		...ruleset.value.ownership,
		...(readings.backstop === null ? ruleset.value.backstop : []),
		...network.value.broken,
		...describeTaken(network.value.xdp),
		...describeDiverting(network.value.hooks),
		...readings.sysctl.map(({what}) => what),
	];
	return {
		// What stands may be an older policy that lets more pass than the state allows: that is not blocking.
		kind: readings.enforcement !== null ? 'failed-to-block' : differences.length > 0 ? 'drifted' : 'proven',
		checkedAtMs: atMs,
		rulesetHash,
		detail: [...(readings.enforcement === null ? [] : [readings.enforcement.what]), ...differences],
		covers: ['ruleset', ...(readings.ownership === 'owned' ? (['ownership'] as const) : []), 'routing', ...(readings.backstop === null ? (['backstop'] as const) : []), ...(network.value.xdp.kind === 'held' ? (['af-xdp'] as const) : []), 'hooks', 'sysctl'],
		generation,
	};
}

export function layersOf(readings: Readings): readonly LayerView[] {
	const {ruleset, network} = readings;
	const firewall = !ruleset.ok ? [ruleset.error.what] : [...ruleset.value.firewall, ...ruleset.value.ownership];
	const routing = !network.ok ? [network.error.what] : network.value.broken;
	const past = network.ok ? describeDiverting(network.value.hooks) : [];
	const beside = network.ok ? describeBeside(network.value.hooks) : '';
	const backstop = [...past, ...(!ruleset.ok ? [ruleset.error.what] : ruleset.value.backstop)];
	const noIpv6 = network.ok && !network.value.ipv6;
	const routing6 = routing.filter(text => text.includes('IPv6'));
	return [
		layer('firewall', firewall, readings.ownership === 'owned' ? 'default drop; the table is ours and nobody else can change it' : 'default drop; this kernel or backend has no table ownership, changes are repaired'),
		layer('routing', routing, 'only marked packets and answers of published ports find the uplink; everything else ends in the tunnel or unreachable'),
		readings.backstop !== null && past.length === 0 ? {name: 'egress', state: 'unsupported', detail: readings.backstop.what} : layer('egress', backstop, `raw packets are stopped on every interface outside the tunnel${beside}`),
		network.ok ? xdpLayer(network.value.xdp) : layer('af-xdp', routing, ''),
		noIpv6 ? {name: 'ipv6', state: 'unsupported', detail: 'the kernel has no IPv6 here, so nothing can leave by it'} : layer('ipv6', [...firewall, ...routing6], 'same default drop and unreachable routes as IPv4'),
		dnsLayer(readings, firewall),
	];
}

/** Look-ups outside are refused by the firewall either way; resolv.conf decides whether names resolve at all. */
function dnsLayer({resolv}: Readings, firewall: readonly string[]): LayerView {
	if (firewall.length > 0) return layer('dns', firewall, '');
	if (!resolv.due) return layer('dns', [], 'no tunnel: every look-up is refused');
	return layer('dns', resolv.differs === null ? [] : [`resolv.conf ${resolv.differs}; look-ups elsewhere are refused`], 'look-ups go to the tunnel\'s resolvers only');
}

function layer(name: LayerView['name'], differences: readonly string[], held: string): LayerView {
	return differences.length === 0 ? {name, state: 'held', detail: held} : {name, state: 'missing', detail: differences.slice(0, 3).join('; ')};
}
