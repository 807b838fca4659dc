/** What may be asked of the policy without changing it. */
import type {Config} from '../config/config.ts';
import type {Engine} from './engine.ts';
import {previewException} from './exception-preview.ts';
import type {ExceptionKeeper} from './exceptions.ts';
import {readFacts, type FactsDeps} from './facts.ts';
import {explainQuery, type Enforced} from './explain-query.ts';
import type {FirewallKeeper} from './firewall-keeper.ts';
import type {Openings} from './openings.ts';
import type {ControllerPort} from './port.ts';
import type {Prover} from './prover.ts';

export interface QuestionDeps {
	readonly kernel: FactsDeps['kernel'];
	readonly clock: FactsDeps['clock'];
	readonly config: Config;
	readonly engine: Pick<Engine, 'situation' | 'network' | 'live'>;
	readonly firewall: Pick<FirewallKeeper, 'wanted'>;
	readonly openings: Pick<Openings, 'nextId'>;
	readonly exceptions: Pick<ExceptionKeeper, 'judge'>;
	readonly prover: Pick<Prover, 'held'>;
}

export function answerQuestions({kernel, clock, config, engine, firewall, openings, exceptions, prover}: QuestionDeps): Pick<ControllerPort, 'explain' | 'preview' | 'facts'> {
	const enforced = (): Enforced => ({ruleset: firewall.wanted(), config, situation: engine.situation(), network: engine.network(), held: prover.held()});
	return {
		explain: query => explainQuery(query, enforced()),
		facts: () => readFacts({kernel, clock, config, engine}),
		preview: wish => previewException(wish, {...enforced(), nextId: openings.nextId(), judge: exceptions.judge}),
	};
}
