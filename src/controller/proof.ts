/** From what was read back to what may be claimed. Pure. */
import type {LayerView, ProofView} from '../control/schema.ts';
import type {Problem} from '../problem.ts';
import {describeDiverting} from './foreign-hooks.ts';
import type {ReadBack} from './read-back.ts';
import type {NetworkReading} from './network-keeper.ts';
import type {Ipv6Policy} from './ipv6-layer.ts';
import type {ResolvNews} from './resolv-keeper.ts';
import type {SysctlReading} from './sysctl-keeper.ts';
import {describeTaken} from './xdp-layer.ts';

export interface Readings {
	readonly atMs: number;
	/** The ruleset read back, or why it could not be read or applied. */
	readonly ruleset: {readonly ok: true; readonly value: ReadBack} | {readonly ok: false; readonly error: Problem};
	readonly network: {readonly ok: true; readonly value: NetworkReading} | {readonly ok: false; readonly error: Problem};
	readonly enforcement: Problem | null;
	readonly backstop: Problem | null;
	readonly sysctl: SysctlReading;
	readonly ownership: 'owned' | 'unsupported';
	readonly resolv: ResolvNews;
	/** Whether the engine's own resolver may be asked, which answers from outside the tunnel. */
	readonly engineDns: boolean;
	/** What the egress backstop's rules refused, as the kernel counted it. */
	readonly rawDropped: number;
	readonly ipv6: Ipv6Policy;
	readonly repairs: Readonly<Record<LayerView['name'], number>>;
	/** Beside somebody else's tunnel: routing, sysctls and resolv.conf are the owner's. */
	readonly attached: boolean;
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
		...readings.sysctl.problems.map(({what}) => what),
	];
	return {
		// What stands may be an older policy that lets more pass than the state allows: that is not blocking.
		kind: readings.enforcement !== null ? 'failed-to-block' : differences.length > 0 ? 'drifted' : 'proven',
		checkedAtMs: atMs,
		rulesetHash,
		detail: [...(readings.enforcement === null ? [] : [readings.enforcement.what]), ...differences],
		covers: ['ruleset', ...(readings.ownership === 'owned' ? (['ownership'] as const) : []), ...(readings.attached ? [] : (['routing'] as const)), ...(readings.backstop === null ? (['backstop'] as const) : []), ...(network.value.xdp.kind === 'held' ? (['af-xdp'] as const) : []), 'hooks', ...(readings.attached ? [] : (['sysctl'] as const))],
		generation,
	};
}
