/**
 * What machines read of the daemon: started beside it once the policy stands, where the settings want it. Imported only then,
 * because no start without it shall pay for it; and what fails of it is told and changes nothing else.
 */
import type {Config} from '../config/config.ts';
import type {Secrets} from '../config/secrets.ts';
import type {Clock} from '../controller/clock.ts';
import type {Controller} from '../controller/controller.ts';
import {resolveThrough} from '../controller/exit-check.ts';
import {reachMarked, type OwnWay} from '../controller/own-way.ts';
import type {Problem} from '../problem.ts';

export interface Readers {
	close(): Promise<void>;
}

export interface ReadersOptions {
	readonly controller: Controller;
	readonly config: Pick<Config, 'metrics' | 'notify' | 'network' | 'lan'>;
	readonly secrets: Pick<Secrets, 'notifyToken'>;
	readonly clock: Clock;
	/** Null where the policy need not know who asks. */
	readonly own: OwnWay | null;
	readonly complain: (problem: Problem) => void;
}

export async function startReaders({controller, config, secrets, clock, own, complain}: ReadersOptions): Promise<Readers> {
	const closers: (() => Promise<void>)[] = [];
	if (config.metrics !== null) {
		const {serveMetrics} = await import('../metrics/serve.ts');
		const served = await serveMetrics({place: config.metrics, controller, now: clock.now});
		if (served.ok) {
			closers.push(served.value.close);
		} else {
			controller.note('metrics', served.error);
			complain(served.error);
		}
	}
	if (config.notify !== null) {
		const [{startNotifier}, {post}, {closedProblem}] = await Promise.all([import('../notify/notifier.ts'), import('../notify/post.ts'), import('../notify/way.ts')]);
		const closed = closedProblem(new URL(config.notify.url), config);
		if (closed !== null) {
			controller.note('notify', closed);
			complain(closed);
		} else {
			const notifier = startNotifier({controller, wish: config.notify, config, token: secrets.notifyToken, clock, write: controller.write, resolve: (host, resolvers, from) => resolveThrough(host, resolvers, from, own), post: message => post({...message, ...(own === null ? {} : {reach: (address, port, from) => reachMarked(own, {address, port, addresses: [from]})})})});
			closers.push(async () => notifier.close());
		}
	}
	return {
		async close() {
			await Promise.all(closers.map(close => close()));
		},
	};
}
