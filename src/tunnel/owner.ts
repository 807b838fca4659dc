/** Whoever owns the tunnel that is guarded, as far as it takes orders from vks. */
import type {Problem} from '../problem.ts';
import type {Result} from '../result.ts';

export interface OwnerWish {
	/** Which of the attached servers it is to lead to. */
	readonly server: string;
	/** By a new connection, also where it leads there. */
	readonly anew: boolean;
	/** The policy without a tunnel. Awaited before any order: in the owner's hands anything may happen to the tunnel. */
	readonly close: () => Promise<Result<void, Problem>>;
	readonly signal: AbortSignal;
}

export interface TunnelOwner {
	/** Why a new connection cannot be asked for; null where it can. Asked before anything is closed for it. */
	mayReconnect(signal: AbortSignal): Promise<Problem | null>;
	/** The same of leading to that server. */
	mayChoose(server: string | null, signal: AbortSignal): Promise<Problem | null>;
	/** Has the tunnel lead there. `left`: nothing had to be ordered, or this owner takes no orders. */
	lead(wish: OwnerWish): Promise<Result<'ordered' | 'left', Problem>>;
	/** What it says of there being no tunnel; null where that says nothing. `ask-again`: it has not noticed itself. */
	whyNone(signal: AbortSignal): Promise<Problem | 'ask-again' | null>;
}
