/**
 * The client of the control socket. It trusts the daemon, and checks of its answers no more than their outline (reply.ts).
 */
import type {Problem} from '../problem.ts';
import {fail, ok, type Result} from '../result.ts';
import {calls, expecting, type Answer} from './calls.ts';
import {lineSplitter} from './lines.ts';
import {connectionLost, lockdownUnanswered, noAnswer, otherProtocol} from './problems.ts';
import {parseReply} from './reply.ts';
import type {Command, ExplainQuery, Explanation, Facts, KeptMoment, MomentQuery, MomentView, Outcome, Preview, PreviewWish, Reply, Topic} from './schema.ts';
import {socketWire, type Wire} from './wire.ts';

export type Hello = Extract<Reply, {type: 'hello'}>;
/** What a subscription brings. */
export type Update = Extract<Reply, {type: Topic}>;

export interface CallOptions {
	readonly deadlineMs?: number;
	/** What is said when it is over, where there is a better word than that there was no answer. */
	readonly late?: (name: string) => Problem;
}

export interface ControlClient {
	readonly hello: Hello;
	command(command: Command, options?: CallOptions): Promise<Result<Outcome, Problem>>;
	explain(query: ExplainQuery, options?: CallOptions): Promise<Result<Explanation, Problem>>;
	/** What an exception would open, and whether it would be granted. */
	preview(wish: PreviewWish, options?: CallOptions): Promise<Result<Preview, Problem>>;
	/** What the daemon kept of the last two hours, oldest first, without the snapshots. */
	moments(options?: CallOptions): Promise<Result<readonly MomentView[], Problem>>;
	/** Null past the newest, which is now. */
	moment(query: MomentQuery, options?: CallOptions): Promise<Result<KeptMoment | null, Problem>>;
	/** What the kernel says of links, routes, connections and sockets. */
	facts(options?: CallOptions): Promise<Result<Facts, Problem>>;
	/** The newest value of each topic at once, then every change. One listener: that of a later call replaces it. */
	subscribe(topics: readonly Topic[], onUpdate: (update: Update) => void, options?: CallOptions): Promise<Result<null, Problem>>;
	close(): void;
	/** Resolves when the connection is gone, whoever ended it, with what is to be said about it. */
	readonly closed: Promise<Problem>;
}

/** As `protocolVersion` of the schema, which would bring zod with it; a test holds the two together. */
export const clientProtocol = 1;
const lineBytes = 8 * 1024 * 1024;
const answerWithinMs = 30_000;
/** Whoever gives it in an emergency must hear soon that it has no effect. */
export const lockdownPatience = {deadlineMs: 2000, late: lockdownUnanswered} as const;

export const connectControl = (path: string, options?: CallOptions): Promise<Result<ControlClient, Problem>> => speakOver(socketWire(path), options);

export function speakOver(wire: Wire, {deadlineMs = 2000, late}: CallOptions = {}): Promise<Result<ControlClient, Problem>> {
	return new Promise(resolve => {
		const splitter = lineSplitter(lineBytes);
		const pending = calls<Answer>();
		const unreadable = otherProtocol('unreadable', clientProtocol);
		let onUpdate: (update: Update) => void = () => undefined;
		/** Why the connection ends, once it does: what was said on it, or found wrong with it, before how it ended. */
		let said: Problem | null = null;
		let lost = connectionLost(wire.name);
		let markClosed: (problem: Problem) => void = () => undefined;
		const closed = new Promise<Problem>(done => (markClosed = done));

		const giveUp = (problem: Problem): void => {
			said ??= problem;
			wire.close();
		};
		const timer = setTimeout(() => giveUp(late?.(wire.name) ?? noAnswer(wire.name, deadlineMs)), deadlineMs);

		const call = async (body: object, {deadlineMs: withinMs = answerWithinMs, late: tooLate}: CallOptions = {}): Promise<Result<Answer, Problem>> =>
			wire.isOpen() ? pending.open(id => wire.write(`${JSON.stringify({...body, id})}\n`), withinMs, tooLate?.(wire.name) ?? noAnswer(wire.name, withinMs)) : fail(said ?? lost);

		const client = (hello: Hello): ControlClient => ({
			hello,
			closed,
			close: wire.close,
			async command(command, options) {
				const answer = expecting('outcome', await call({type: 'command', command}, options), unreadable);
				return answer.ok ? ok(answer.value.outcome) : answer;
			},
			async explain(query, options) {
				const answer = expecting('explanation', await call({type: 'explain', query}, options), unreadable);
				return answer.ok ? ok(answer.value.explanation) : answer;
			},
			async preview(wish, options) {
				const answer = expecting('preview', await call({type: 'preview', wish}, options), unreadable);
				return answer.ok ? ok(answer.value.preview) : answer;
			},
			async moments(options) {
				const answer = expecting('moments', await call({type: 'moments'}, options), unreadable);
				return answer.ok ? ok(answer.value.moments) : answer;
			},
			async moment(query, options) {
				const answer = expecting('moment', await call({type: 'moment', query}, options), unreadable);
				return answer.ok ? ok(answer.value.kept) : answer;
			},
			async facts(options) {
				const answer = expecting('facts', await call({type: 'facts'}, options), unreadable);
				return answer.ok ? ok(answer.value.facts) : answer;
			},
			async subscribe(topics, listener, options) {
				onUpdate = listener;
				const answer = await call({type: 'subscribe', topics}, options);
				return answer.ok ? ok(null) : answer;
			},
		});

		const receive = (reply: Reply): void => {
			switch (reply.type) {
				case 'hello':
					if (reply.protocol !== clientProtocol) return giveUp(otherProtocol(String(reply.protocol), clientProtocol));
					clearTimeout(timer);
					return resolve(ok(client(reply)));
				case 'snapshot':
				case 'drops':
				case 'journal':
					return onUpdate(reply);
				case 'refused':
					// Without an id it is about the connection, which the daemon then closes.
					if (reply.id === null) said = reply.problem as Problem;
					else pending.answer(reply.id, fail(reply.problem as Problem));
					return;
				case 'outcome':
				case 'explanation':
				case 'preview':
				case 'moments':
				case 'moment':
				case 'facts':
				case 'subscribed':
					pending.answer(reply.id, ok(reply));
			}
		};

		wire.listen(chunk => {
			const {lines, overflowed} = splitter.push(chunk);
			for (const line of lines) {
				const reply = parseReply(line);
				if (reply === null) return giveUp(unreadable);
				receive(reply);
			}
			if (overflowed) giveUp(unreadable);
		}, problem => {
			clearTimeout(timer);
			lost = said ?? problem ?? lost;
			pending.failAll(lost);
			resolve(fail(lost));
			markClosed(lost);
		});
	});
}
