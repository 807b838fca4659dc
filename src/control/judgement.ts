/** Whether applications may be started: what `vks check` says, and `/healthz`. Pure. */
import type {Status} from './status-schema.ts';

/** `not-enforced`: the policy is not proven to be in the kernel; `no-tunnel`: it is, and no verified tunnel is up. */
export type Judgement = 'healthy' | 'no-tunnel' | 'not-enforced';

export function judge({carries, proof}: Pick<Status, 'carries' | 'proof'>): Judgement {
	if (proof.kind !== 'proven') return 'not-enforced';
	// Degraded is connected with doubts, and a switch leaves the old tunnel until the new one was verified: applications pass.
	return carries === null ? 'no-tunnel' : 'healthy';
}
