/**
 * Two tunnels beside each other: raises the next one while the other carries, moves what carries over in one step, and lets the
 * old one go when its last answers have come. Wherever that ends, what carried still does.
 */
import {slotBeside} from '../policy/slots.ts';
import type {Problem} from '../problem.ts';
import type {Result} from '../result.ts';
import {besideObstacle} from '../tunnel/stand-beside.ts';
import {wayBeside} from './ask-beside.ts';
import type {LiveTunnel} from './dial.ts';
import type {DialerDeps, DialTools} from './dialer.ts';
import {untilDrained} from './drain.ts';
import type {ExitIdentity} from './exit-check.ts';
import {verifyBeside} from './verify-beside.ts';

export interface BesideWork {
	raise(server: string, signal: AbortSignal): Promise<void>;
	handOver(allowed: Result<void, Problem>, signal: AbortSignal): Promise<void>;
	drop(): Promise<void>;
	/** What carries is lost: back to the one that was leaving. False where there is none. */
	returns(why: string): boolean;
	seenExit(): ExitIdentity | null;
	settled(): Promise<void>;
}

export function besideWork(deps: DialerDeps, {tunnels, bringUp, giveUp, succeeded, lost, later}: DialTools): BesideWork {
	const {config, clock, dispatch} = deps;
	let verifiedExit: {readonly of: LiveTunnel; readonly exit: ExitIdentity | null} | null = null;
	let leaving: Promise<void> = Promise.resolve();

	/** The policy first: what it opened for a tunnel is closed before that one goes. */
	const takeDown = async (gone: LiveTunnel | null): Promise<void> => {
		await deps.enforce();
		await gone?.tunnel.down();
		deps.sync();
	};

	const drop = async (): Promise<void> => {
		if (tunnels.rising()?.beside === true) await takeDown(tunnels.drop());
	};

	const letGo = async (): Promise<void> => {
		const gone = tunnels.letGo();
		if (gone !== null) await takeDown(gone);
	};

	const ours = () => (deps.reading()?.links ?? []).filter(({name}) => deps.reading()?.choice.outside.includes(name)).flatMap(({addresses}) => addresses.map(({address}) => address));

	const raise: BesideWork['raise'] = async (id, signal) => {
		await drop();
		const [standing, server] = [tunnels.live(), deps.findServer(id)];
		if (signal.aborted || standing === null) return;
		const why = server === undefined ? null : besideObstacle(standing.tunnel.server, server);
		if (why !== null) return dispatch({kind: 'not-beside', why});
		const slot = slotBeside(config, standing.use.interface);
		const raised = await bringUp(id, slot.interface, 'beside', signal);
		if (raised === null) return;
		if (!raised.ok) return giveUp(id, raised.error);
		const mine = raised.value;
		tunnels.raised(mine);
		// While it is verified, that it ended is found there.
		mine.tunnel.onExit(reason => {
			if (tunnels.live() === mine) lost(reason);
		});
		deps.sync();
		const way = wayBeside({
			kernel: deps.questions, slot, signal, use: mine.use,
			permit: exit => {
				tunnels.asking(exit);
				return deps.enforce();
			},
		});
		const verified = await verifyBeside(mine, {config, clock, signal, way, ours: ours()});
		if (signal.aborted || tunnels.rising()?.live !== mine) return;
		if (!verified.ok) return giveUp(id, verified.error);
		tunnels.asking(null);
		succeeded(mine);
		verifiedExit = {of: mine, exit: verified.value};
		dispatch({kind: 'verified'});
	};

	const handOver: BesideWork['handOver'] = async (allowed, signal) => {
		const [old, next, {state}] = [tunnels.live(), tunnels.rising()?.live ?? null, deps.machine()];
		if (old === null || next === null || state.kind !== 'switching' || state.step !== 'both') return;
		if (!allowed.ok) return giveUp(state.to, {cause: 'tunnel-failed', problem: allowed.error});
		deps.lookUpBy(next);
		tunnels.move();
		if (!deps.route()) {
			tunnels.moveBack();
			tunnels.begin(next.use, 'beside');
			tunnels.raised(next);
			deps.lookUpBy(old);
			deps.route();
			return giveUp(state.to, {cause: 'tunnel-failed', problem: vanished(state.to)});
		}
		leaving = untilDrained(old.tunnel, clock, signal).then(letGo);
		dispatch({kind: 'carried'});
		await leaving;
	};

	const returns: BesideWork['returns'] = why => {
		const back = tunnels.leaving();
		if (back === null) return false;
		const failed = tunnels.moveBack();
		deps.lookUpBy(back);
		deps.route();
		const server = failed?.tunnel.server.id ?? '';
		giveUp(server, {cause: 'tunnel-failed', problem: lostAtOnce(server, why)});
		dispatch({kind: 'returned', to: back.tunnel.server.id, why});
		later(() => takeDown(failed));
		return true;
	};

	return {
		raise, handOver, drop, returns,
		seenExit: () => (verifiedExit?.of === tunnels.live() ? (verifiedExit?.exit ?? null) : null),
		settled: () => leaving,
	};
}

const vanished = (server: string): Problem => ({code: 'tunnel-failed', severity: 'error', what: `The tunnel to ${server} was gone when it was to take over.`, stillBlocking: true, next: 'See the journal (`vks events`), and try again.'});
const lostAtOnce = (server: string, why: string): Problem => ({code: 'tunnel-failed', severity: 'error', what: `The tunnel to ${server} was lost as soon as it carried: ${why}.`, stillBlocking: true, next: 'See the journal (`vks events`), and try again.'});
