/** What effects do in the world, and how the world's answers become events. */
import type {ExplainQuery, Explanation} from '../control/schema.ts';
import type {Problem} from '../problem.ts';
import type {Feed, FeedEvent} from './connection.ts';
import type {Saved} from './save.ts';
import type {Effect, ViewEvent} from './events.ts';
import type {AuditSeen, Moment, TargetView} from './view.ts';

interface World {
	readonly feed: Feed;
	readonly dispatch: (event: ViewEvent) => void;
	readonly nowMs: () => number;
	readonly screen: Readonly<Record<'quit' | 'repaint' | 'suspend', () => void>>;
	/** Returns what is needed on the way, where something stands between. */
	readonly toClipboard: (text: string) => string | null;
	readonly save: (moment: Moment) => Promise<Saved>;
	readonly evidence: (now: Moment) => Promise<Saved>;
	readonly audit: (target: TargetView | null) => Promise<AuditSeen>;
}

export function perform(effect: Effect, world: World): Promise<void> | void {
	switch (effect.type) {
		case 'submit':
			return submit(effect, world);
		case 'explain':
			return explain(effect, world);
		case 'preview':
			return preview(effect, world);
		case 'replay-step':
			return world.feed.replay?.step(effect.by, effect.changes);
		case 'replay-play':
			return world.feed.replay?.play();
		case 'choose':
			return world.feed.choose?.(effect.name);
		case 'moment':
			return moment(effect, world);
		case 'copy':
			return copy(effect, world);
		case 'write':
			return write(effect, world);
		case 'evidence':
			return evidence(effect, world);
		case 'audit':
			return audit(effect, world);
		case 'quit':
		case 'repaint':
		case 'suspend':
			return world.screen[effect.type]();
	}
}

/** Whether the terminal takes it, nobody answers: the line says what was sent, not that it arrived. */
function copy({name, text}: Extract<Effect, {type: 'copy'}>, {toClipboard, dispatch, nowMs}: World): void {
	const hint = toClipboard(text);
	dispatch({type: 'told', ok: true, text: `${name} sent to the terminal's clipboard${hint === null ? '' : ` (${hint})`}: ${text}`, atMs: nowMs()});
}

async function write({moment}: Extract<Effect, {type: 'write'}>, {save, dispatch, nowMs}: World): Promise<void> {
	const {ok, text} = await save(moment);
	dispatch({type: 'told', ok, text, atMs: nowMs()});
}

async function evidence({now}: Extract<Effect, {type: 'evidence'}>, world: World): Promise<void> {
	const {ok, text} = await world.evidence(now);
	world.dispatch({type: 'told', ok, text, atMs: world.nowMs(), evidence: true});
}

async function audit({target}: Extract<Effect, {type: 'audit'}>, world: World): Promise<void> {
	const seen = await world.audit(target);
	world.dispatch({type: 'audited', target, seen, atMs: world.nowMs()});
}

async function submit({ticket, command}: Extract<Effect, {type: 'submit'}>, {feed, dispatch, nowMs}: World): Promise<void> {
	const startedAtMs = nowMs();
	const answer = await feed.submit(command);
	const atMs = nowMs();
	const outcome = answer?.ok === true ? answer.value : refusal(answer?.error ?? null, Math.max(0, atMs - startedAtMs));
	dispatch({type: 'outcome', ticket, outcome, atMs});
}

function refusal(problem: Problem | null, durationMs: number): Extract<ViewEvent, {type: 'outcome'}>['outcome'] {
	return {ok: false, message: problem?.what ?? 'There is no connection to the daemon.', durationMs, problem};
}

async function explain({key, query}: Extract<Effect, {type: 'explain'}>, {feed, dispatch}: World): Promise<void> {
	const answer = await answerTo(query, feed);
	// Without an answer the dialog still says which rule it was and why.
	if (answer !== null) dispatch({type: 'explanation', key, explanation: answer});
}

/** An interface may be gone since, or have a new name: then the kernel's choice of today is asked about. */
async function answerTo(query: ExplainQuery, feed: Feed): Promise<Explanation | null> {
	const first = await feed.explain(query);
	if (first?.ok !== true) return null;
	if (first.value.ruleId !== 'none' || query.via === undefined) return first.value;
	const {via: _gone, ...rest} = query;
	const second = await feed.explain(rest);
	return second?.ok === true ? second.value : first.value;
}

async function preview({key, wish}: Extract<Effect, {type: 'preview'}>, {feed, dispatch}: World): Promise<void> {
	const answer = await feed.preview(wish);
	dispatch({type: 'preview', key, preview: answer?.ok === true ? answer.value : null});
}

async function moment({query}: Extract<Effect, {type: 'moment'}>, {feed, dispatch}: World): Promise<void> {
	const answer = await feed.moment(query);
	dispatch({type: 'moment', by: query.by, kept: answer?.ok === true ? answer.value : null, problem: answer === null ? 'no daemon to ask' : answer.ok ? null : answer.error.what});
}

export function viewEventFor(event: FeedEvent, atMs: number): ViewEvent {
	switch (event.type) {
		case 'open':
			return {type: 'link', link: {kind: 'open', version: event.hello.version, readOnly: event.hello.readOnly}};
		case 'down':
			return {type: 'link', link: {kind: 'down', problem: event.problem}};
		case 'snapshot':
			return {type: 'snapshot', snapshot: event.snapshot, atMs};
		case 'replay':
		case 'replayed':
		case 'target':
			return event;
		case 'drops':
			return {type: 'drops', records: event.records};
		case 'journal':
			return {type: 'journal', entries: event.entries};
	}
}
