/** What may be asked of the policy without changing it. */
import type {Config} from '../config/config.ts';
import type {Engine} from './engine.ts';
import {previewException} from './exception-preview.ts';
import type {ExceptionKeeper} from './exceptions.ts';
import {explainQuery, type Enforced} from './explain-query.ts';
import type {FirewallKeeper} from './firewall-keeper.ts';
import type {Openings} from './openings.ts';
import type {ControllerPort} from './port.ts';

export interface QuestionDeps {
	readonly config: Config;
	readonly engine: Pick<Engine, 'situation' | 'network'>;
	readonly firewall: Pick<FirewallKeeper, 'wanted'>;
	readonly openings: Pick<Openings, 'nextId'>;
	readonly exceptions: Pick<ExceptionKeeper, 'judge'>;
}

export function answerQuestions({config, engine, firewall, openings, exceptions}: QuestionDeps): Pick<ControllerPort, 'explain' | 'preview'> {
	const enforced = (): Enforced => ({ruleset: firewall.wanted(), config, situation: engine.situation(), network: engine.network()});
	return {
		explain: query => explainQuery(query, enforced()),
		preview: wish => previewException(wish, {...enforced(), nextId: openings.nextId(), judge: exceptions.judge}),
	};
}
