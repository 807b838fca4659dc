/** What is wrong at this moment, the worst first: gathered from those who know. */
import type {Problem} from '../problem.ts';
import type {Drills} from './drills.ts';
import type {Engine} from './engine.ts';
import type {FirewallKeeper} from './firewall-keeper.ts';
import {hooksProblem} from './foreign-hooks.ts';
import type {KeyRing} from './key-ring.ts';
import {xdpProblem} from './xdp-layer.ts';

export const standingProblems = ({engine, drills, firewall, standing, keys}: {
	readonly engine: Pick<Engine, 'enforcementProblem' | 'network' | 'machine' | 'lastFailure'>;
	readonly drills: Pick<Drills, 'problem'>;
	readonly firewall: Pick<FirewallKeeper, 'backstopUnsupported'>;
	/** By who noted them. */
	readonly standing: ReadonlyMap<string, Problem>;
	readonly keys: Pick<KeyRing, 'problems'>;
}) => (): readonly Problem[] => {
	const {xdp = null, hooks = null} = engine.network() ?? {};
	// What carries is no worse for a switch that came to nothing; the outcome and the journal tell of it.
	const failure = ['connected', 'degraded'].includes(engine.machine().state.kind) ? null : engine.lastFailure();
	const found = [drills.problem(), engine.enforcementProblem(), failure?.problem ?? null, firewall.backstopUnsupported(), xdpProblem(xdp), hooksProblem(hooks)];
	// An empty folder is why there is nothing to start with: one cause, told once.
	const isTold = standing.get('servers')?.code === 'no-server';
	const noted = [...standing].filter(([by, {code}]) => !(isTold && by === 'start' && code === 'no-server')).map(([, problem]) => problem);
	return [...found.filter(problem => problem !== null), ...noted, ...keys.problems()];
};
