/** Egress by name as the controller wires it: nothing at all where no name is chosen. */
import {egressNumbers, planEgress, type EgressPlan} from '../../egress/plan.ts';
import type {Config} from '../../config/config.ts';
import type {EgressView} from '../../control/schema.ts';
import type {LiveTunnel} from '../dial.ts';
import type {Engine} from '../engine.ts';
import {ownPorts} from '../own-way.ts';
import {egressKeeper, type EgressKeeper, type EgressKeeperDeps} from './egress-keeper.ts';

export interface Egress extends Pick<EgressKeeper, 'tick' | 'stop'> {
	/** Null where no name is chosen, as the picture is. */
	readonly plan: EgressPlan | null;
	view(): EgressView | null;
}

export interface EgressDeps extends Omit<EgressKeeperDeps, 'plan' | 'config' | 'carrier' | 'note'> {
	readonly config: Pick<Config, 'runFolder' | 'egress'> & Parameters<typeof ownPorts>[0];
	readonly engine: () => Pick<Engine, 'machine' | 'live'>;
	readonly note: (slot: string, problem: Parameters<EgressKeeperDeps['note']>[1]) => void;
}

export function egressFor({engine, ...deps}: EgressDeps): Egress {
	if (deps.config.egress.length === 0) return nobody(deps.kernel);
	const plan = planEgress(deps.config.egress, {...egressNumbers, ownPorts: ownPorts(deps.config)});
	/** The tunnel that applications have. */
	const carrier = (): LiveTunnel | null => {
		const {state} = engine().machine();
		return state.kind === 'connected' || state.kind === 'degraded' || (state.kind === 'switching' && state.step !== 'alone') ? engine().live() : null;
	};
	return {plan, ...egressKeeper({...deps, plan, carrier})};
}

/** What a daemon that was killed left of it ends: the setting may have gone meanwhile. */
function nobody(kernel: EgressDeps['kernel']): Egress {
	let ending: Promise<void> | null = null;
	return {
		plan: null,
		view: () => null,
		tick() {
			ending ??= kernel.endProxies(egressNumbers.proxyUid);
		},
		stop: async () => ending ?? undefined,
	};
}
