/** Opens one destination before there is a tunnel: what a provider's API must be asked to connect at all. */
import type {Problem} from '../problem.ts';
import {fail, ok, type Result} from '../result.ts';
import type {Openings, PinholeWish} from './openings.ts';
import type {TunnelState} from './state.ts';

export type OpenPinhole = (wish: PinholeWish) => Promise<Result<() => Promise<void>, Problem>>;

export interface PinholeDeps {
	readonly openings: Openings;
	readonly state: () => TunnelState;
	/** Makes the policy of the present model the kernel's. */
	readonly apply: () => Promise<Result<void, Problem>>;
}

export function pinholeOpener({openings, state, apply}: PinholeDeps): OpenPinhole {
	return async wish => {
		const refusal = refusalIn(state());
		if (refusal !== null) return fail(refusal);
		if (wish.port === 53 || wish.port === 853) return fail(refused('Look-ups go through the tunnel or nowhere.', 'Name the address itself.'));
		const {id} = openings.openPinhole(wish);
		const close = async (): Promise<void> => {
			if (openings.closePinhole(id)) await apply();
		};
		const applied = await apply();
		if (applied.ok) return ok(close);
		await close();
		return applied;
	};
}

function refusalIn({kind}: TunnelState): Problem | null {
	if (kind === 'lockdown') return {...refused('vks is locked down: no pinhole is opened.', 'Lift the lockdown first: `vks lift`.'), code: 'locked-down'};
	if (kind === 'connected' || kind === 'degraded') return refused('vks is connected: no pinhole is opened.', 'Ask through the tunnel.');
	return null;
}

const refused = (what: string, next: string): Problem => ({code: 'bad-request', severity: 'error', what, stillBlocking: true, next});
