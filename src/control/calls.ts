/** Requests under way: each gets one answer, be it the daemon's, its deadline or the end of the connection. */
import type {Problem} from '../problem.ts';
import {fail, ok, type Result} from '../result.ts';
import type {Reply} from './schema.ts';

export interface Calls<Answer> {
	/** `send` gets the id to put into the request. */
	open(send: (id: number) => void, withinMs: number, late: Problem): Promise<Result<Answer, Problem>>;
	/** False when nobody waits for that id: an answer that came after its deadline. */
	answer(id: number, answer: Result<Answer, Problem>): boolean;
	failAll(problem: Problem): void;
}

export function calls<Answer>(): Calls<Answer> {
	const waiting = new Map<number, (answer: Result<Answer, Problem>) => void>();
	let nextId = 1;
	const answer: Calls<Answer>['answer'] = (id, result) => {
		const finish = waiting.get(id);
		waiting.delete(id);
		finish?.(result);
		return finish !== undefined;
	};
	return {
		answer,
		open: (send, withinMs, late) =>
			new Promise(resolve => {
				const id = nextId++;
				const timer = setTimeout(() => answer(id, fail(late)), withinMs);
				waiting.set(id, result => {
					clearTimeout(timer);
					resolve(result);
				});
				send(id);
			}),
		failAll(problem) {
			for (const id of [...waiting.keys()]) answer(id, fail(problem));
		},
	};
}

export type Answer = Extract<Reply, {type: 'outcome' | 'explanation' | 'preview' | 'subscribed' | 'moments' | 'moment' | 'facts'}>;

/** Narrows an answer to the kind the request asks for. */
export function expecting<Type extends Answer['type']>(type: Type, answer: Result<Answer, Problem>, otherwise: Problem): Result<Extract<Answer, {type: Type}>, Problem> {
	if (!answer.ok) return answer;
	return isOf(type, answer.value) ? ok(answer.value) : fail(otherwise);
}

const isOf = <Type extends Answer['type']>(type: Type, answer: Answer): answer is Extract<Answer, {type: Type}> => answer.type === type;
