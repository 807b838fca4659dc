/** Commands in, outcomes out. */
import type {Command, DrillView, Outcome} from '../control/schema.ts';
import type {Problem} from '../problem.ts';
import type {TunnelOwner} from '../tunnel/owner.ts';
import type {ServerEntry} from '../tunnel/tunnel.ts';
import type {Checked} from './checked.ts';
import type {Clock} from './clock.ts';
import type {Drills} from './drills.ts';
import type {Engine} from './engine.ts';
import {formatDuration, formatException} from './exception-text.ts';
import type {ExceptionKeeper} from './exceptions.ts';
import type {IntentKeeper} from './intent-keeper.ts';
import type {MeasureLatency} from './latency.ts';
import type {RunCommand} from './queue.ts';
import type {Retention} from './retention.ts';
import type {ServerRecords} from './server-records.ts';
import type {Trial} from './trial.ts';
import {carrierIn} from './wording.ts';

export interface AnswerDeps {
	readonly engine: Engine;
	readonly clock: Clock;
	readonly exceptions: Pick<ExceptionKeeper, 'allow' | 'revoke'>;
	readonly servers: () => readonly ServerEntry[];
	/** Reads the folder again, so that a file added a minute ago can be switched to. */
	readonly reload: () => Promise<void>;
	/** Proves after the command, so that the next snapshot speaks of the new policy. */
	readonly prove: () => Promise<void>;
	readonly drill: Drills['run'];
	readonly favour: ServerRecords['favour'];
	readonly check: Checked['mark'];
	readonly purge: Retention['purge'];
	/** Whose turn it is. */
	readonly next: () => string | null;
	readonly measure: MeasureLatency;
	/** Why the owner of the tunnel would not do it; null where it would, and where the tunnels are ours. */
	readonly owner: Pick<TunnelOwner, 'mayReconnect' | 'mayChoose'>;
	/** What the world sees now, in words; null where nobody says. */
	readonly exit: () => Promise<string | null>;
	readonly trial: Trial;
	/** What is to be said of the last order where a restart may forget it. */
	readonly remembered: IntentKeeper['remark'];
}

export function answerCommand(deps: AnswerDeps): RunCommand {
	const answer = answerOf(deps);
	return async (command, signal) => ({...(await answer(command, signal)), carries: carrierIn(deps.engine.machine().state) !== null});
}

function answerOf(deps: AnswerDeps): RunCommand {
	const {engine, clock} = deps;
	return async (command, signal) => {
		const startedAtMs = clock.now();
		const outcome = (ok: boolean, message: string, problem: Problem | null = null): Outcome => ({ok, message, durationMs: Math.max(0, clock.now() - startedAtMs), problem});
		const {state} = engine.machine();
		switch (command.do) {
			case 'lockdown': {
				// Said before it is done: an order to stay closed is never taken back.
				const confirmed = deps.trial.confirm();
				engine.dispatch({kind: 'lockdown', by: 'operator', reason: command.reason === '' ? 'no reason given' : command.reason});
				// The transaction is committed by now where libnftables is in use; the enforcement's own answer is the outcome.
				const enforced = await engine.enforcing();
				if (!enforced.ok) return outcome(false, 'The lockdown could not be enforced.', enforced.error);
				void deps.prove();
				const remark = await deps.remembered();
				const said = remark === null ? 'Locked down: nothing passes' : `Locked down, but ${remark.headline}: nothing passes now`;
				return outcome(true, `${said} but loopback and the management path.${(await confirmed) ? ' That confirms this start: nothing opens again by itself.' : ''}`, remark?.problem);
			}
			case 'lift':
				if (state.kind !== 'lockdown') return outcome(true, 'There was no lockdown to lift.');
				await deps.reload();
				engine.dispatch({kind: 'lift', fallbackServer: firstUsable(deps.servers())});
				return settle(deps, signal, outcome, 'Lockdown lifted.');
			case 'reconnect': {
				if (state.kind === 'lockdown') return outcome(false, 'Locked down: nothing connects.', lockedDown);
				const refused = await deps.owner.mayReconnect(signal);
				if (refused !== null) return outcome(false, refused.what, refused);
				await deps.reload();
				engine.dispatch({kind: 'reconnect', fallbackServer: firstUsable(deps.servers())});
				return settle(deps, signal, outcome, 'Reconnected.');
			}
			case 'drill':
			case 'drill-full':
				return runDrill(deps, command.do === 'drill-full', signal, outcome);
			case 'switch':
			case 'next': {
				if (state.kind === 'lockdown') return outcome(false, 'Locked down: nothing connects.', lockedDown);
				await deps.reload();
				const to = command.do === 'next' ? deps.next() : command.server;
				const refusal = (await deps.owner.mayChoose(to, signal)) ?? (to === null ? noOther : refusalOf(to, deps.servers()));
				if (to === null || refusal !== null) return outcome(false, refusal?.what ?? '', refusal);
				engine.dispatch({kind: 'switch', to});
				return withExit(deps, await settle(deps, signal, outcome, `Switched to ${to}.`, to));
			}
			case 'confirm':
				return outcome(true, (await deps.trial.confirm()) ? 'Confirmed: what vks changed stays.' : 'There is nothing to confirm.');
			case 'favourite':
				return deps.favour(command);
			case 'checked':
				return deps.check(command);
			case 'purge':
				return outcome(true, deps.purge(command.olderThanSeconds));
			case 'measure': {
				await deps.reload();
				const found = await deps.measure(command.servers, signal);
				return found.ok ? outcome(true, found.value) : outcome(false, found.error.what, found.error);
			}
			case 'allow': {
				if (state.kind === 'lockdown') return outcome(false, 'Locked down: nothing is opened.', lockedDown);
				const {do: _do, ...wish} = command;
				const granted = await deps.exceptions.allow(wish);
				if (!granted.ok) return outcome(false, granted.error.what, granted.error);
				const {id, lease} = granted.value;
				// A lockdown that came meanwhile has answered for this command: nobody knows of the exception.
				if (signal.aborted) await deps.exceptions.revoke(id, 'a lockdown');
				else await deps.prove();
				return outcome(true, `Exception ${id}: ${formatException(granted.value)} is open for ${formatDuration(lease.forMs)}; the kernel ends it.`);
			}
			case 'revoke': {
				const revoked = await deps.exceptions.revoke(command.id);
				if (!revoked.ok) return outcome(false, revoked.error.what, revoked.error);
				await deps.prove();
				return outcome(true, `Exception ${command.id} is closed: ${formatException(revoked.value)}.`);
			}
		}
	};
}

type MakeOutcome = (ok: boolean, message: string, problem?: Problem | null) => Outcome;

/** A full one is over when the tunnel that it took down is back. */
async function runDrill(deps: AnswerDeps, full: boolean, signal: AbortSignal, outcome: MakeOutcome): Promise<Outcome> {
	const found = await deps.drill({full, cause: 'operator'}, signal);
	if (found === null) return outcome(false, 'A lockdown took the place of this command.', supersededBy());
	if (full && found.kind !== 'inconclusive') deps.check({item: 'full-drill', result: found.kind, detail: found.detail.slice(0, 200)});
	const back = full && found.kind !== 'failed' ? await connectedAgain(deps, signal) : true;
	const message = `Drill ${found.kind}: ${found.detail}${back ? '' : ' The tunnel is not back yet; vks goes on trying.'}`;
	const problem = found.kind === 'passed' && back ? null : drillProblem(found, message);
	return {...outcome(problem === null, message, problem), drill: found};
}

const drillProblem = ({kind}: DrillView, what: string): Problem => ({
	code: kind === 'failed' ? 'leak' : 'drill', severity: kind === 'failed' ? 'error' : 'warning', what,
	stillBlocking: kind === 'failed' ? false : 'unknown',
	next: kind === 'failed' ? 'See the problems in `vks status`: what to look for, and whether vks locked down.' : 'Put right what kept it from seeing, then run `vks drill` again.',
});

const backWithinMs = 30_000;

async function connectedAgain({engine, clock}: AnswerDeps, signal: AbortSignal): Promise<boolean> {
	const epoch = engine.machine().epoch;
	const startedAtMs = clock.now();
	// The link event that tells of the tunnel's end may still be on its way.
	const isBack = (): boolean => engine.machine().state.kind === 'connected' && engine.machine().epoch > epoch;
	while (!isBack() && clock.now() - startedAtMs < backWithinMs && !signal.aborted) await clock.sleep(25, signal);
	return isBack();
}

/** Waits until the dial that the command began has ended, one way or the other. */
async function settle({engine, prove}: AnswerDeps, signal: AbortSignal, outcome: (ok: boolean, message: string, problem?: Problem | null) => Outcome, done: string, wanted?: string): Promise<Outcome> {
	const {epoch} = engine.machine();
	await engine.enforcing();
	await engine.idle();
	if (signal.aborted) return outcome(false, 'A lockdown took the place of this command.', supersededBy());
	await prove();
	const {state} = engine.machine();
	const carries = state.kind === 'connected' || state.kind === 'degraded';
	const why = wanted === undefined ? null : engine.waitedBecause();
	if (carries && (wanted === undefined || state.server === wanted)) return outcome(true, why === null ? done : `${done} Applications waited: ${why}.`);
	const problem = wanted === undefined ? (engine.lastFailure()?.problem ?? null) : engine.failureOf(wanted);
	if (carries || state.kind === 'connecting' || state.kind === 'verifying') {
		return outcome(false, wanted === undefined ? 'Not connected yet; vks goes on trying.' : `Could not switch to ${wanted}; ${engine.machine().epoch === epoch ? 'still on' : 'back to'} ${state.server}.`, problem);
	}
	const left = wanted === undefined ? '' : `Could not switch to ${wanted}. `;
	return outcome(false, `${left}${state.kind === 'blocked' ? `Blocked: ${state.detail}` : 'Not connected.'}`, problem);
}

/** A switch is made for another exit: the line that says it worked names it. */
async function withExit({exit}: AnswerDeps, outcome: Outcome): Promise<Outcome> {
	const seen = outcome.ok ? await exit() : null;
	return seen === null ? outcome : {...outcome, message: `${outcome.message} The world sees ${seen}.`};
}

export function superseded(command: Command): Outcome {
	return {ok: false, message: `A lockdown came first; ${command.do} was not carried out.`, durationMs: 0, problem: supersededBy()};
}

const firstUsable = (entries: readonly ServerEntry[]): string | null => entries.find(entry => entry.ok)?.server.id ?? null;

function refusalOf(id: string, entries: readonly ServerEntry[]): Problem | null {
	const entry = entries.find(candidate => (candidate.ok ? candidate.server.id : candidate.id) === id);
	if (entry === undefined) return {code: 'no-server', severity: 'error', what: `There is no server ${id}.`, stillBlocking: true, next: 'List them with `vks servers`.'};
	return entry.ok ? null : entry.problem;
}

const noOther: Problem = {code: 'no-server', severity: 'error', what: 'There is no other server to switch to.', stillBlocking: true, next: '`vks servers` says what is wrong with the others; with COUNTRY set only those in it count.'};
const lockedDown: Problem = {code: 'locked-down', severity: 'error', what: 'vks is locked down.', stillBlocking: true, next: 'Lift the lockdown first: `vks lift`, or U in the console.'};
const supersededBy = (): Problem => ({code: 'superseded', severity: 'warning', what: 'A lockdown overtook this command.', stillBlocking: true, next: 'Lift the lockdown, then try again.'});
