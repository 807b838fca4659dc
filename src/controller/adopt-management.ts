/**
 * Who is in by the management path stays in: their connection is made known to connection tracking before the first policy asks
 * for it, because a server's next segment would be refused as the beginning of something else.
 */
import type {ManagementPath} from '../config/config.ts';
import type {Network} from '../kernel/kernel.ts';
import type {Problem} from '../problem.ts';
import type {Journal} from './journal.ts';

export function adoptManagement(network: Pick<Network, 'adoptConnections'>, management: ManagementPath, {mark, journal, note}: {
	readonly mark: number;
	readonly journal: Pick<Journal, 'write'>;
	readonly note: (slot: string, problem: Problem | null) => void;
}): void {
	const adopted = network.adoptConnections(management, mark);
	note('management', adopted.ok ? null : adopted.error);
	if (adopted.ok && adopted.value > 0) journal.write('network', 'info', `${adopted.value} connections by the management path go on.`);
}
