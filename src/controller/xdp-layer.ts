/** What is said of AF_XDP: the layer, what differs, and the problem. */
import type {LayerView} from '../control/schema.ts';
import type {XdpHolding} from '../kernel/kernel.ts';
import type {Problem} from '../problem.ts';

/** Only a queue that is somebody else's is a way out that is used; one that could not be held is a way out that is open. */
export const describeTaken = (holding: XdpHolding): readonly string[] =>
	holding.kind === 'taken' ? holding.queues.map(queue => `${queue} is held by an AF_XDP socket that is not ours, and the egress hook does not see its frames`) : [];

export function xdpLayer(holding: XdpHolding): Omit<LayerView, 'repairs'> {
	switch (holding.kind) {
		case 'held':
			return {name: 'af-xdp', state: 'held', detail: `${holding.queues} ${holding.queues === 1 ? 'queue' : 'queues'} held, so no AF_XDP socket passes the egress hook`};
		case 'taken':
			return {name: 'af-xdp', state: 'missing', detail: describeTaken(holding).slice(0, 3).join('; ')};
		case 'refused':
			return {name: 'af-xdp', state: 'missing', detail: `the queues could not be held: ${holding.why}`};
		case 'unsupported':
			return {name: 'af-xdp', state: 'unsupported', detail: 'this kernel has no AF_XDP, so nobody can send by it'};
	}
}

export function xdpProblem(holding: XdpHolding | null): Problem | null {
	if (holding === null || holding.kind === 'held' || holding.kind === 'unsupported') return null;
	const what = holding.kind === 'taken'
		? `An AF_XDP socket that is not ours is bound to ${holding.queues.join(', ')}: its frames pass the egress backstop.`
		: `The queues of the uplink could not be held against AF_XDP sockets: ${holding.why}.`;
	return {
		code: 'af-xdp',
		severity: holding.kind === 'taken' ? 'error' : 'warning',
		what,
		stillBlocking: 'unknown',
		next: holding.kind === 'taken'
			? 'Find the process (`ss --xdp -p`, where the kernel lists such sockets) and end it; drop NET_RAW in every container beside vks.'
			: 'Ordinary packets are blocked. Give vks NET_RAW and lockable memory (`--ulimit memlock=-1`), or drop NET_RAW in every container beside it.',
	};
}

/** How often all queues were held again after they had not been. */
export function regained() {
	let held: boolean | null = null;
	let count = 0;
	return {
		see(now: boolean): void {
			if (now && held === false) count++;
			held = now;
		},
		count: (): number => count,
	};
}
