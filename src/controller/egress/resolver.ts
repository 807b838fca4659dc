/** Answers the look-ups of one scope: only of names that may be reached, and only once their addresses may be connected to. */
import {familyOf, type Family, type IpAddress} from '../../net/address.ts';
import {mayBeReached, readAnswer, renderAnswer, type Answer} from '../../egress/answer.ts';
import {renderHold, toldSeconds} from '../../egress/hold.ts';
import type {DomainName} from '../../egress/name.ts';
import type {ScopePlan} from '../../egress/plan.ts';
import {parseQuestion, renderQuestion, rule, type AddressType, type Question} from '../../egress/question.ts';
import {tableName} from '../../policy/render.ts';
import type {Problem} from '../../problem.ts';
import type {Result} from '../../result.ts';
import type {Answering, Sender} from './datagrams.ts';

export interface ResolverDeps {
	readonly scope: ScopePlan;
	/** Asks the resolver of the tunnel that carries; null when there is none, or it does not answer. */
	readonly ask: (payload: Uint8Array) => Promise<Uint8Array | null>;
	/** The address families that the tunnel carries. */
	readonly families: () => readonly Family[];
	/** One transaction on the sets. */
	readonly hold: (script: string) => Promise<Result<void, Problem>>;
	/** A name was asked for that may not be reached. */
	readonly refused: (name: DomainName | null, from: Sender) => void;
	readonly random: () => number;
}

/** More would be waiting for a resolver that does not answer. */
const mostAtOnce = 64;
const failure = 2;
const noSuchName = 3;

/** Null is no answer at all. */
export function createResolver({scope, ask, families, hold, refused, random}: ResolverDeps): Answering {
	let underWay = 0;

	const addressesOf = async (name: DomainName, type: AddressType): Promise<Answer | null> => {
		const payload = renderQuestion(name, type, Math.floor(random() * 0x1_0000));
		const heard = await ask(payload);
		const answer = heard === null ? null : readAnswer(heard, payload, type);
		return answer !== null && (answer.code === 0 || answer.code === noSuchName) ? answer : null;
	};

	const answerTo = async (question: Question, name: DomainName, type: AddressType): Promise<Uint8Array> => {
		if (!families().includes(type === 'A' ? 4 : 6)) return renderAnswer(question, 0);
		const found = await addressesOf(name, type);
		if (found === null) return renderAnswer(question, failure);
		if (found.code !== 0) return renderAnswer(question, found.code);
		const addresses: readonly IpAddress[] = found.addresses.filter(address => mayBeReached(address) && familyOf(address) === (type === 'A' ? 4 : 6));
		if (addresses.length === 0) return renderAnswer(question, 0);
		const held = await hold(renderHold(tableName, scope, name, addresses, found.ttlSeconds));
		// An address that may not be connected to is no answer.
		return held.ok ? renderAnswer(question, 0, addresses, toldSeconds(found.ttlSeconds)) : renderAnswer(question, failure);
	};

	return async (message, from) => {
		const question = parseQuestion(message);
		if (question === null) return null;
		const ruling = rule(scope, question);
		if (ruling.kind === 'no-name') refused(ruling.name, from);
		if (ruling.kind !== 'ask') return renderAnswer(question, ruling.kind === 'no-name' ? noSuchName : 0);
		if (underWay >= mostAtOnce) return renderAnswer(question, failure);
		underWay += 1;
		try {
			return await answerTo(question, ruling.name, ruling.type);
		} finally {
			underWay -= 1;
		}
	};
}
