/** The end of the daemon: the blocked policy first, then the tunnel. */
import type {Clock} from './clock.ts';
import type {Engine} from './engine.ts';

/** Docker kills ten seconds after it asked. */
const withinMs = 5000;

/** Whether the kernel took the blocked policy. An effect that hangs must not keep the process: the policy moved before it. */
export async function endInOrder(engine: Pick<Engine, 'dispatch' | 'enforcing' | 'idle'>, clock: Pick<Clock, 'sleep'>): Promise<boolean> {
	const ended = new AbortController();
	engine.dispatch({kind: 'stop'});
	let blocked = false;
	const inOrder = engine.enforcing().then(({ok: taken}) => {
		blocked = taken;
		return engine.idle();
	});
	await Promise.race([inOrder, clock.sleep(withinMs, ended.signal)]);
	// A timer left running would keep the process for the rest of that time.
	ended.abort();
	return blocked;
}
